#include <gtest/gtest.h>
#include <sqlite3.h>

#include "router/log/log_writer.h"
#include "tests/testing/seeded_random.h"
#include "tests/testing/temp_folder.h"

namespace earshot::router {
namespace {

class LogWriterTest : public ::testing::Test {
 protected:
  LogWriterTest()
      : writer_(*Log::Open(folder_.File("log.db"), random_), Commits::kInStep) {
  }

  // The disk, as far as the writer can tell.
  void Execute(const char* sql) {
    sqlite3* log = nullptr;
    ASSERT_EQ(sqlite3_open(folder_.File("log.db").c_str(), &log), SQLITE_OK);
    EXPECT_EQ(sqlite3_exec(log, sql, nullptr, nullptr, nullptr), SQLITE_OK);
    sqlite3_close(log);
  }
  void Break() {
    Execute(
        "CREATE TRIGGER broken BEFORE INSERT ON log_blocks BEGIN "
        "SELECT RAISE(ABORT, 'broken'); END");
  }
  void Mend() { Execute("DROP TRIGGER broken"); }

  static LogAppend One() {
    LogAppend append;
    append.entries.Add(v1::LOG_LOST, "");
    return append;
  }

  testing::TempFolder folder_;
  testing::SeededRandom random_{1};
  LogWriter writer_;
};

TEST_F(LogWriterTest, WhatWasSubmittedBehindAFailedCommitFailsToo) {
  Break();
  writer_.Submit(1, One());
  EXPECT_TRUE(writer_.Step());
  Mend();
  // Nobody has been told yet that the first failed.
  writer_.Submit(2, One());
  for (const Committed& commit : writer_.TakeCommitted()) {
    EXPECT_FALSE(commit.status.ok()) << "ticket " << commit.ticket;
  }
  EXPECT_FALSE(writer_.Step()) << "nothing of it is left to commit";
  EXPECT_EQ(writer_.counters().end.value(), 0U);
  writer_.Submit(3, One());
  EXPECT_TRUE(writer_.Step());
  const std::vector<Committed> mended = writer_.TakeCommitted();
  ASSERT_EQ(mended.size(), 1U);
  EXPECT_TRUE(mended.front().status.ok());
  EXPECT_EQ(mended.front().first, 1U);
}

TEST_F(LogWriterTest, WhatIsCommittedBeforeTheFailureIsToldFailsToo) {
  Break();
  writer_.Submit(1, One());
  EXPECT_TRUE(writer_.Step());
  Mend();
  writer_.Submit(2, One());
  EXPECT_FALSE(writer_.Step()) << "it stands on what was not written";
  const std::vector<Committed> outcomes = writer_.TakeCommitted();
  ASSERT_EQ(outcomes.size(), 2U);
  EXPECT_FALSE(outcomes[0].status.ok());
  EXPECT_FALSE(outcomes[1].status.ok());
}

TEST_F(LogWriterTest, NothingIsAppendedAfterAnAppendThatFailed) {
  LogWriter::Appending one;
  LogWriter::Appending two;
  LogWriter::Appending other;
  Break();
  writer_.BeginAppend(One(), one);
  EXPECT_TRUE(writer_.Step());
  Mend();
  writer_.BeginAppend(One(), two, &one);
  writer_.BeginAppend(One(), other);
  EXPECT_FALSE(writer_.WaitFor(one).ok());
  EXPECT_FALSE(writer_.WaitFor(two).ok());
  const auto first = writer_.WaitFor(other);
  ASSERT_TRUE(first.ok()) << first.status();
  EXPECT_EQ(*first, 1U);
}

TEST_F(LogWriterTest, WhatWaitsForItselfSurvivesTheFailureOfOthers) {
  Break();
  writer_.Submit(1, One());
  EXPECT_TRUE(writer_.Step());
  Mend();
  const auto first = writer_.AppendAndWait(One());
  ASSERT_TRUE(first.ok()) << first.status();
  EXPECT_EQ(*first, 1U);
}

}  // namespace
}  // namespace earshot::router
