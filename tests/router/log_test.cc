#include "router/log/log.h"

#include <gtest/gtest.h>
#include <sqlite3.h>

#include <algorithm>
#include <memory>
#include <string>
#include <vector>

#include "router/log/verify.h"
#include "tests/testing/seeded_random.h"
#include "tests/testing/temp_folder.h"

namespace earshot::router {
namespace {

// A log beside what was put into it, as plain rows.
class LogTest : public ::testing::TestWithParam<uint64_t> {
 protected:
  LogTest() : random_(GetParam()) {}
  void SetUp() override { Open(); }

  void Open() {
    log_.reset();
    auto log = Log::Open(folder_.File("log.db"), random_);
    ASSERT_TRUE(log.ok()) << log.status();
    log_ = *std::move(log);
    reader_ = *Log::OpenForReading(folder_.File("log.db"));
  }

  uint64_t Below(uint64_t limit) { return random_.NonZero() % limit; }

  LogEntry Entry() {
    constexpr v1::LogKind kKinds[] = {v1::LOG_OBSERVATION, v1::LOG_OBSERVATION,
                                      v1::LOG_READING, v1::LOG_LOST,
                                      v1::LOG_WITHDRAWAL};
    if (Below(8) == 0) kind_ = kKinds[Below(std::size(kKinds))];
    LogEntry entry;
    entry.kind = kind_;
    entry.lane = Below(30) == 0 ? 0 : 1;
    if (entry.kind == v1::LOG_LOST) entry.body = random_.Bytes(Below(2000));
    if (Below(3) != 0) entry.token = {"pc1", random_.Bytes(16)};
    return entry;
  }

  // Some appends of one commit; the last also takes away from what is there.
  void Append() {
    std::vector<LogAppend> appends(1 + Below(4));
    const size_t before = rows_.size();
    for (LogAppend& append : appends) {
      for (uint64_t i = Below(60); i > 0; --i) {
        LogEntry entry = Entry();
        LogRow row;
        row.position = rows_.size() + 1;
        row.kind = entry.kind;
        row.lane = entry.lane;
        row.body = entry.body;
        row.erased = true;
        if (personal_ && Below(3) == 0) {
          entry.salt = random_.Bytes(16);
          entry.personal = random_.Bytes(1 + Below(500));
          row.personal = entry.personal;
          row.erased = false;
        }
        if (entry.token) row.token = *entry.token;
        rows_.push_back(std::move(row));
        append.entries.push_back(entry);
      }
    }
    for (uint64_t i = Below(5); i > 0 && before > 0; --i) {
      LogRow& gone = rows_[Below(before)];
      appends.back().erasures.push_back(gone.position);
      gone.personal.clear();
      gone.erased = true;
    }
    for (uint64_t i = Below(5); i > 0 && before > 0; --i) {
      LogRow& settled = rows_[Below(before)];
      if (settled.token.record.empty()) continue;  // there was none
      const bool keeps = Below(2) == 0;
      appends.back().settled.push_back(
          {settled.position, Below(2) == 0 ? "=own" : "", keeps});
      settled.token.agent = appends.back().settled.back().left;
      if (!keeps) settled.token.record.clear();
    }
    const auto first = log_->Append(appends);
    ASSERT_TRUE(first.ok()) << first.status();
    EXPECT_EQ(*first, before + 1);
  }

  static void ExpectSame(const std::vector<LogRow>& found,
                         const std::vector<LogRow>& expected) {
    ASSERT_EQ(found.size(), expected.size());
    for (size_t i = 0; i < found.size(); ++i) {
      EXPECT_EQ(found[i].position, expected[i].position);
      EXPECT_EQ(found[i].kind, expected[i].kind);
      EXPECT_EQ(found[i].lane, expected[i].lane);
      EXPECT_EQ(found[i].body, expected[i].body);
      EXPECT_EQ(found[i].personal, expected[i].personal);
      EXPECT_EQ(found[i].erased, expected[i].erased);
      EXPECT_EQ(found[i].token.agent, expected[i].token.agent);
      EXPECT_EQ(found[i].token.record, expected[i].token.record);
    }
  }

  template <typename Wanted>
  std::vector<LogRow> Expected(uint64_t after, size_t most,
                               const Wanted& wanted) const {
    std::vector<LogRow> expected;
    for (const LogRow& row : rows_) {
      if (row.position > after && expected.size() < most && wanted(row)) {
        expected.push_back(row);
      }
    }
    return expected;
  }

  static bool IsReading(const LogRow& row) {
    return row.kind == v1::LOG_READING;
  }
  static bool IsUrgent(const LogRow& row) {
    return row.kind == v1::LOG_OBSERVATION && row.lane == 0;
  }

  void ExpectAllReadsRight() {
    EXPECT_EQ(*reader_->End(), rows_.size());
    const uint64_t after = Below(rows_.size() + 1);
    const uint64_t before = after + Below(300);
    const size_t most = Below(200);
    ExpectSame(*reader_->ReadAfter(after, most),
               Expected(after, most, [](const LogRow&) { return true; }));
    ExpectSame(*reader_->ReadUrgentAfter(after, most),
               Expected(after, most, IsUrgent));
    ExpectSame(*reader_->ReadReadingsAfter(after, most),
               Expected(after, most, IsReading));
    ExpectSame(*reader_->ReadChangesBetween(after, before),
               Expected(after, rows_.size(), [&](const LogRow& row) {
                 return row.position < before && row.kind == v1::LOG_WITHDRAWAL;
               }));
    // The readings up to a position, of which the last ones are meant.
    std::vector<LogRow> readings = Expected(0, rows_.size(), IsReading);
    std::erase_if(readings,
                  [&](const LogRow& row) { return row.position > after; });
    const uint64_t begin = readings.size() > most
                               ? readings[readings.size() - most - 1].position
                               : 0;
    EXPECT_EQ(*reader_->BeforeLastReadings(after, most), begin);
    for (int i = 0; i < 50 && !rows_.empty(); ++i) {
      const LogRow& row = rows_[Below(rows_.size())];
      const auto one = reader_->ReadOne(row.position);
      ASSERT_TRUE(one.ok() && one->has_value());
      ExpectSame({**one}, {row});
      const auto token = reader_->FindToken(row.position);
      ASSERT_TRUE(token.ok()) << token.status();
      ASSERT_EQ(token->has_value(), row.token.NamesAgent());
      if (*token) {
        EXPECT_EQ((*token)->record, row.token.record);
      }
    }
    EXPECT_FALSE(reader_->ReadOne(rows_.size() + 1)->has_value());
    EXPECT_FALSE(reader_->ReadOne(0)->has_value());
    EXPECT_FALSE(reader_->FindToken(rows_.size() + 1)->has_value());
  }

  void Execute(const std::string& sql) {
    sqlite3* database = nullptr;
    ASSERT_EQ(sqlite3_open(folder_.File("log.db").c_str(), &database),
              SQLITE_OK);
    char* error = nullptr;
    EXPECT_EQ(sqlite3_exec(database, sql.c_str(), nullptr, nullptr, &error),
              SQLITE_OK)
        << error;
    EXPECT_EQ(sqlite3_close(database), SQLITE_OK);
  }

  testing::TempFolder folder_;
  testing::SeededRandom random_;
  std::unique_ptr<Log> log_;
  std::unique_ptr<Log> reader_;
  std::vector<LogRow> rows_;
  bool personal_ = true;  // entries have personal parts

 private:
  v1::LogKind kind_ = v1::LOG_OBSERVATION;
};

TEST_P(LogTest, EveryReadGivesWhatWasAppendedAndNotTakenAway) {
  for (int commit = 0; commit < 30; ++commit) {
    Append();
    ExpectAllReadsRight();
  }
  Open();
  Append();
  ExpectAllReadsRight();
}

std::string Hex(const std::string& bytes) {
  constexpr char kDigits[] = "0123456789abcdef";
  std::string out = "x'";
  for (const char c : bytes) {
    out.push_back(kDigits[static_cast<unsigned char>(c) >> 4]);
    out.push_back(kDigits[static_cast<unsigned char>(c) & 15U]);
  }
  return out + "'";
}

// As logs were before there were blocks.
TEST_P(LogTest, ALogWithARowForEachEntryIsTakenOver) {
  personal_ = GetParam() % 2 == 0;  // these do not verify: no record knows them
  for (int commit = 0; commit < 20; ++commit) Append();
  const std::string head = *log_->ChainHead();
  const uint64_t generation = log_->generation();
  log_.reset();
  reader_.reset();
  std::string sql =
      "BEGIN; DROP TABLE log_blocks;"
      "CREATE TABLE log(position INTEGER PRIMARY KEY, kind INTEGER,"
      " lane INTEGER, body BLOB);"
      "CREATE INDEX log_urgent ON log(position) WHERE kind=1 AND lane=0;"
      "CREATE TABLE personal(position INTEGER PRIMARY KEY, salt BLOB,"
      " body BLOB, agent TEXT, record BLOB); PRAGMA user_version=4;";
  for (const LogRow& row : rows_) {
    const std::string position = std::to_string(row.position);
    sql += "INSERT INTO log VALUES(" + position + "," +
           std::to_string(static_cast<int>(row.kind)) + "," +
           std::to_string(row.lane) + "," + Hex(row.body) + ");";
    if (row.erased && row.token.agent.empty() && row.token.record.empty()) {
      continue;
    }
    const auto or_null = [](bool there, const std::string& value) {
      return there ? value : std::string("NULL");
    };
    sql += "INSERT INTO personal VALUES(" + position + "," +
           or_null(!row.erased, Hex(std::string(16, 's'))) + "," +
           or_null(!row.erased, Hex(row.personal)) + "," +
           or_null(!row.token.agent.empty(), "'" + row.token.agent + "'") +
           "," + or_null(!row.token.record.empty(), Hex(row.token.record)) +
           ");";
  }
  Execute(sql + "COMMIT");
  Open();
  ExpectAllReadsRight();
  EXPECT_EQ(log_->generation(), generation);
  EXPECT_EQ(*log_->ChainHead(), head);
  if (!personal_) {
    const auto verdict = VerifyLog(folder_.File("log.db"), "", [](uint64_t) {});
    ASSERT_TRUE(verdict.ok()) << verdict.status();
    EXPECT_EQ(verdict->broken_at, 0U) << verdict->what;
    EXPECT_EQ(verdict->head, head);
  }
  Append();
  ExpectAllReadsRight();
}

INSTANTIATE_TEST_SUITE_P(Seeds, LogTest, ::testing::Range<uint64_t>(1, 9));

}  // namespace
}  // namespace earshot::router
