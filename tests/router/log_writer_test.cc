#include "router/log/log_writer.h"

#include <gtest/gtest.h>
#include <sqlite3.h>

#include "tests/testing/seeded_random.h"
#include "tests/testing/temp_folder.h"

namespace earshot::router {
namespace {

// A writer that commits when the test says so, and whose log can be made to
// refuse.
class LogWriterTest : public ::testing::Test {
 protected:
  void SetUp() override {
    auto log = Log::Open(folder_.File("log.db"), random_);
    ASSERT_TRUE(log.ok()) << log.status();
    writer_ = std::make_unique<LogWriter>(*std::move(log), Commits::kInStep);
    auto reader = Log::OpenForReading(folder_.File("log.db"));
    ASSERT_TRUE(reader.ok()) << reader.status();
    reader_ = *std::move(reader);
    start_ = End();
  }

  static LogAppend Entry(const std::string& body, uint32_t lane = 1) {
    LogAppend append;
    append.entries.Add(v1::LOG_OBSERVATION, lane, body, {});
    return append;
  }
  uint64_t End() { return reader_->End().value(); }

  // Every insert fails, until Accept.
  void Refuse() {
    Change(
        "CREATE TRIGGER no BEFORE INSERT ON log_blocks "
        "BEGIN SELECT RAISE(ABORT, 'no'); END");
  }
  void Accept() { Change("DROP TRIGGER no"); }

  testing::TempFolder folder_;
  testing::SeededRandom random_{5};
  std::unique_ptr<LogWriter> writer_;
  std::unique_ptr<Log> reader_;
  uint64_t start_ = 0;

 private:
  void Change(const char* sql) {
    sqlite3* database = nullptr;
    EXPECT_EQ(sqlite3_open(folder_.File("log.db").c_str(), &database),
              SQLITE_OK);
    EXPECT_EQ(sqlite3_exec(database, sql, nullptr, nullptr, nullptr),
              SQLITE_OK);
    EXPECT_EQ(sqlite3_close(database), SQLITE_OK);
  }
};

TEST_F(LogWriterTest, NothingIsCommittedBeforeItsStepAndThenAllAsOneGroup) {
  writer_->Submit(1, Entry("a"));
  writer_->Submit(2, Entry("b"));
  EXPECT_TRUE(writer_->TakeCommitted().empty());
  EXPECT_EQ(End(), start_);
  EXPECT_TRUE(writer_->Step());
  EXPECT_EQ(End(), start_ + 2);
  const auto done = writer_->TakeCommitted();
  ASSERT_EQ(done.size(), 2U);
  EXPECT_EQ(done[0].ticket, 1U);
  EXPECT_EQ(done[0].first, start_ + 1);
  EXPECT_EQ(done[1].ticket, 2U);
  EXPECT_EQ(done[1].first, start_ + 2);
  EXPECT_EQ(done[0].group, done[1].group);
  EXPECT_FALSE(writer_->Step()) << "there is nothing more";
  writer_->Submit(3, Entry("c"));
  EXPECT_TRUE(writer_->Step());
  EXPECT_NE(writer_->TakeCommitted().at(0).group, done[0].group);
}

TEST_F(LogWriterTest, AStepCommitsAtMostOneGroup) {
  LogAppend large;
  for (size_t i = 0; i < LogWriter::kGroupEntries; ++i) {
    large.entries.Add(v1::LOG_OBSERVATION, "a");
  }
  writer_->Submit(1, std::move(large));
  writer_->Submit(2, Entry("b"));
  EXPECT_TRUE(writer_->Step());
  EXPECT_EQ(End(), start_ + LogWriter::kGroupEntries);
  EXPECT_TRUE(writer_->Step());
  EXPECT_EQ(End(), start_ + LogWriter::kGroupEntries + 1);
}

TEST_F(LogWriterTest, WhoWaitsCommitsWhatWasSubmittedBeforeAsWell) {
  writer_->Submit(1, Entry("a"));
  const auto first = writer_->AppendAndWait(Entry("b"));
  ASSERT_TRUE(first.ok()) << first.status();
  EXPECT_EQ(*first, start_ + 2);
  EXPECT_EQ(writer_->TakeCommitted().size(), 1U);
}

TEST_F(LogWriterTest, AfterAFailureAllFailsUntilItWasTaken) {
  Refuse();
  writer_->Submit(1, Entry("a"));
  EXPECT_TRUE(writer_->Step());
  Accept();
  writer_->Submit(2, Entry("stands on a"));
  EXPECT_FALSE(writer_->Step());
  writer_->Submit(3, Entry("stands on a"));
  const auto done = writer_->TakeCommitted();
  ASSERT_EQ(done.size(), 3U);
  for (const Committed& outcome : done) {
    EXPECT_FALSE(outcome.status.ok()) << outcome.ticket;
  }
  EXPECT_EQ(End(), start_);
  writer_->Submit(4, Entry("stands on nothing"));
  EXPECT_TRUE(writer_->Step());
  const auto after = writer_->TakeCommitted();
  ASSERT_EQ(after.size(), 1U);
  EXPECT_TRUE(after[0].status.ok()) << after[0].status;
  EXPECT_EQ(End(), start_ + 1);
}

TEST_F(LogWriterTest, WhoWaitsStandsOnNothingThatFailed) {
  Refuse();
  writer_->Submit(1, Entry("a"));
  EXPECT_TRUE(writer_->Step());
  EXPECT_FALSE(writer_->AppendAndWait(Entry("b")).ok());
  Accept();
  const auto first = writer_->AppendAndWait(Entry("b"));
  ASSERT_TRUE(first.ok()) << first.status();
  EXPECT_EQ(End(), start_ + 1);
}

TEST_F(LogWriterTest, WhoFoldsIsToldOfWhatWasSubmittedAndWhetherItIsUrgent) {
  std::vector<bool> told;
  writer_->OnCommit([&](bool urgent) { told.push_back(urgent); });
  writer_->Submit(1, Entry("a"));
  writer_->Step();
  writer_->Submit(2, Entry("c"));
  writer_->Submit(3, Entry("b", 0));
  writer_->Step();
  // The fold's own readings are no news to it.
  ASSERT_TRUE(writer_->AppendAndWait(Entry("d")).ok());
  EXPECT_EQ(told, std::vector<bool>({false, true}));
}

}  // namespace
}  // namespace earshot::router
