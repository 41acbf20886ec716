#include <gmock/gmock.h>
#include <sqlite3.h>

#include "base/os/bytes.h"
#include "base/store/database.h"
#include "router/log/verify.h"
#include "tests/router/fold_fixture.h"

namespace earshot::router {
namespace {

// A log with reports, readings, a decision and something erased.
class LogVerifyTest : public FoldTest {
 protected:
  void SetUp() override {
    Report(Said("The till froze", "r1"));
    Report(Said("The till froze", "r2"), &other_);
    const std::string gone = Report(Said("A parcel is lost", "r3"));
    FoldAll();
    Answer(1, "A new one comes on Thursday");
    v1::Withdrawal withdrawal;
    withdrawal.set_id(gone);
    Put(agent_, v1::RECORD_WITHDRAWAL, withdrawal.SerializeAsString());
    FoldAll();
  }
  LogVerdict Verify(const std::string& head = "") {
    const auto verdict =
        VerifyLog(folder_.File("log.db"), head, [](uint64_t) {});
    EXPECT_TRUE(verdict.ok()) << verdict.status();
    return verdict.ok() ? *verdict : LogVerdict();
  }
  std::string Bodies(const std::string& there) {
    auto database =
        *store::Database::Open(folder_.File("log.db"), {}, {.read_only = true});
    store::Statement ask =
        database->Prepare("SELECT bodies FROM log_blocks WHERE " + there);
    EXPECT_TRUE(*ask.Step());
    return ask.Blob(0);
  }
  void Change(const std::string& sql) {
    sqlite3* database = nullptr;
    ASSERT_EQ(sqlite3_open(folder_.File("log.db").c_str(), &database),
              SQLITE_OK);
    EXPECT_EQ(sqlite3_exec(database, sql.c_str(), nullptr, nullptr, nullptr),
              SQLITE_OK)
        << sqlite3_errmsg(database);
    EXPECT_GT(sqlite3_total_changes(database), 0) << "nothing to change";
    EXPECT_EQ(sqlite3_close(database), SQLITE_OK);
  }
};

TEST_F(LogVerifyTest, WhatTheRouterWroteVerifiesAndErasuresAreCounted) {
  const LogVerdict verdict = Verify();
  EXPECT_EQ(verdict.broken_at, 0U) << verdict.what;
  EXPECT_EQ(verdict.records, *reader_->End());
  EXPECT_EQ(verdict.head, *reader_->ChainHead());
  EXPECT_EQ(verdict.erased, 1U);
  EXPECT_GT(verdict.personal, 3U);
}

TEST_F(LogVerifyTest, AHashThatADigestShowedIsFoundForGood) {
  const std::string head = os::ToHex(*reader_->ChainHead()).substr(0, 12);
  Report(Said("One more", "r9"));
  FoldAll();
  EXPECT_TRUE(Verify(head).found);
  EXPECT_FALSE(Verify("000000000000").found);
}

TEST_F(LogVerifyTest, AnyChangeOfARecordIsFound) {
  const uint64_t end = *reader_->End();
  for (uint64_t position = 1; position <= end; ++position) {
    const std::string there =
        std::to_string(position) + " BETWEEN first AND last";
    const std::string before = Bodies(there);
    // Bytes of its block: its kind, its length, and some of what it says.
    for (size_t at = 0; at < before.size(); at += 1 + at / 8) {
      std::string other = before;
      other[at] = static_cast<char>(other[at] ^ 1);
      Change("UPDATE log_blocks SET bodies=x'" + os::ToHex(other) + "' WHERE " +
             there);
      EXPECT_GT(Verify().broken_at, 0U) << position << " " << at;
    }
    Change("UPDATE log_blocks SET bodies=x'" + os::ToHex(before) + "' WHERE " +
           there);
    Change("UPDATE log_blocks SET kind=kind+1 WHERE " + there);
    EXPECT_GT(Verify().broken_at, 0U) << position;
    Change("UPDATE log_blocks SET kind=kind-1 WHERE " + there);
  }
  EXPECT_EQ(Verify().broken_at, 0U);
}

TEST_F(LogVerifyTest, AMissingRecordOrCommitIsFound) {
  Change("DELETE FROM log_blocks WHERE first=2");
  EXPECT_EQ(Verify().broken_at, 2U);
  EXPECT_THAT(Verify().what, ::testing::HasSubstr("missing"));
}

TEST_F(LogVerifyTest, ACommitThatIsGoneIsFound) {
  Change("DELETE FROM commit_groups WHERE first=2");
  EXPECT_EQ(Verify().broken_at, 2U);
}

TEST_F(LogVerifyTest, ARecordBehindTheLastCommitIsFound) {
  Change(
      "INSERT INTO log_blocks SELECT MAX(last)+1, MAX(last)+1, 4, 1, "
      "zeroblob(9), x'' FROM log_blocks");
  EXPECT_EQ(Verify().broken_at, *reader_->End());
}

TEST_F(LogVerifyTest, AnotherTextInPlaceOfTheWrittenOneIsFound) {
  Change(
      "UPDATE log_blocks SET parts=CAST(replace(parts, 'froze', 'burns') "
      "AS BLOB) WHERE last=1");
  const LogVerdict verdict = Verify();
  EXPECT_EQ(verdict.broken_at, 1U);
  EXPECT_THAT(verdict.what, ::testing::HasSubstr("personal"));
}

}  // namespace
}  // namespace earshot::router
