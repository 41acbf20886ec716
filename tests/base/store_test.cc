#include <gtest/gtest.h>

#include <algorithm>
#include <fstream>
#include <string>
#include <vector>

#include "base/config/text_config.h"
#include "base/store/checkpointer.h"
#include "base/store/database.h"
#include "earshot/v1/configuration.pb.h"
#include "tests/testing/temp_folder.h"

namespace earshot {
namespace {

TEST(Database, ATransactionThatIsNotCommittedLeavesNothing) {
  const testing::TempFolder folder;
  auto database =
      store::Database::Open(folder.File("a.db"), {"CREATE TABLE t(x);"});
  ASSERT_TRUE(database.ok());
  {
    auto transaction = (*database)->Begin();
    ASSERT_TRUE((*database)->Execute("INSERT INTO t VALUES(1)").ok());
  }
  store::Statement count = (*database)->Prepare("SELECT COUNT(*) FROM t");
  ASSERT_TRUE(*count.Step());
  EXPECT_EQ(count.Int(0), 0);
}

TEST(Checkpointer, WhatIsCommittedBesideItStays) {
  const testing::TempFolder folder;
  const std::string path = folder.File("a.db");
  store::OpenOptions options;
  options.auto_checkpoint_pages = 0;
  constexpr int kRows = 500;
  {
    auto writer =
        store::Database::Open(path, {"CREATE TABLE t(x, y);"}, options);
    ASSERT_TRUE(writer.ok());
    auto beside =
        store::Database::Open(path, {"CREATE TABLE t(x, y);"}, options);
    ASSERT_TRUE(beside.ok());
    store::Checkpointer checkpointer(*std::move(beside),
                                     {.wake_pages = 1, .most_pages = 1 << 30});
    store::Statement insert =
        (*writer)->Prepare("INSERT INTO t VALUES(?1, zeroblob(2000))");
    for (int row = 0; row < kRows; ++row) {
      ASSERT_TRUE(insert.Bind(1, row).Run().ok());
      EXPECT_GT((*writer)->wal_pages(), 0);
      checkpointer.Committed(**writer);
    }
  }
  auto reader = store::Database::Open(path, {}, {.read_only = true});
  ASSERT_TRUE(reader.ok());
  store::Statement count = (*reader)->Prepare("SELECT SUM(x) FROM t");
  ASSERT_TRUE(*count.Step());
  EXPECT_EQ(count.Int(0), kRows * (kRows - 1) / 2);
}

TEST(Database, MigrationsRunOnceAndInOrder) {
  const testing::TempFolder folder;
  const std::string path = folder.File("a.db");
  const std::string first = "CREATE TABLE t(x);";
  const std::string second = "INSERT INTO t VALUES(7);";
  ASSERT_TRUE(store::Database::Open(path, {first}).ok());
  ASSERT_TRUE(store::Database::Open(path, {first, second}).ok());
  auto database = store::Database::Open(path, {first, second});
  ASSERT_TRUE(database.ok());
  store::Statement count = (*database)->Prepare("SELECT COUNT(*) FROM t");
  ASSERT_TRUE(*count.Step());
  EXPECT_EQ(count.Int(0), 1);
}

TEST(Database, AFileOfANewerReleaseIsNotTouched) {
  const testing::TempFolder folder;
  const std::string path = folder.File("a.db");
  ASSERT_TRUE(
      store::Database::Open(path, {"CREATE TABLE t(x);", "SELECT 1;"}).ok());
  const auto older = store::Database::Open(path, {"CREATE TABLE t(x);"});
  EXPECT_TRUE(absl::IsFailedPrecondition(older.status()));
}

// A table whose first row is 7, and whose file cannot be read while Break() is
// in force.
class UnreadableDatabase : public ::testing::Test {
 protected:
  void SetUp() override {
    database_ = Open();
    ASSERT_NE(database_, nullptr);
    {
      // Rolled back, it makes the connection forget what tables there are.
      auto transaction = database_->Begin();
      ASSERT_TRUE(database_->Execute("CREATE TABLE u(x)").ok());
    }
    // And what another writes, that it has pages of the file.
    other_ = Open();
    ASSERT_NE(other_, nullptr);
    ASSERT_TRUE(other_->Execute("INSERT INTO t VALUES(7)").ok());
    ASSERT_TRUE(other_->Checkpoint(true).ok());
    header_ = testing::Slurp(path_).substr(0, kHeaderBytes);
  }
  void Break() { WriteHeader(std::string(kHeaderBytes, '?')); }
  void Mend() {
    WriteHeader(header_);
    // What was read meanwhile is forgotten in the same way.
    ASSERT_TRUE(other_->Execute("INSERT INTO t VALUES(8)").ok());
  }

  std::unique_ptr<store::Database> database_;

 private:
  static constexpr size_t kHeaderBytes = 100;
  std::unique_ptr<store::Database> Open() {
    auto database = store::Database::Open(path_, {"CREATE TABLE t(x)"});
    EXPECT_TRUE(database.ok()) << database.status();
    return database.ok() ? *std::move(database) : nullptr;
  }
  void WriteHeader(const std::string& bytes) {
    std::fstream file(path_, std::ios::in | std::ios::out | std::ios::binary);
    file.write(bytes.data(), static_cast<std::streamsize>(bytes.size()));
    ASSERT_TRUE(file.flush());
  }
  const testing::TempFolder folder_;
  const std::string path_ = folder_.File("a.db");
  std::unique_ptr<store::Database> other_;
  std::string header_;
};

TEST_F(UnreadableDatabase, StatementFailsAtItsStepAndWorksOnceItCanBeRead) {
  Break();
  store::Statement ask = database_->Prepare("SELECT x FROM t");
  EXPECT_TRUE(absl::IsDataLoss(ask.Step().status()));
  EXPECT_TRUE(absl::IsDataLoss(ask.Step().status()));
  Mend();
  const auto row = ask.Step();
  ASSERT_TRUE(row.ok()) << row.status();
  EXPECT_TRUE(*row);
  EXPECT_EQ(ask.Int(0), 7);
}

TEST_F(UnreadableDatabase, StatementThatMissedAValueIsNotRunWithoutIt) {
  Break();
  store::Statement ask = database_->Prepare("SELECT x FROM t WHERE x = ?");
  ask.Bind(1, 7);
  Mend();
  EXPECT_FALSE(ask.Step().ok()) << "no row would be a wrong answer";
  ask.Bind(1, 7);
  const auto row = ask.Step();
  ASSERT_TRUE(row.ok()) << row.status();
  EXPECT_TRUE(*row);
}

class KeptStatements : public ::testing::Test {
 protected:
  void SetUp() override {
    database_ = Open();
    ASSERT_NE(database_, nullptr);
    ASSERT_TRUE(database_->Execute("INSERT INTO t VALUES(1),(2),(3)").ok());
  }
  std::unique_ptr<store::Database> Open() {
    store::OpenOptions options;
    options.busy_ms = 0;
    auto database = store::Database::Open(folder_.File("a.db"),
                                          {"CREATE TABLE t(x)"}, options);
    EXPECT_TRUE(database.ok()) << database.status();
    return database.ok() ? *std::move(database) : nullptr;
  }
  store::Statement From(int64_t least) {
    store::Statement rows =
        database_->Prepare("SELECT x FROM t WHERE x >= ? ORDER BY x");
    rows.Bind(1, least);
    return rows;
  }

  const testing::TempFolder folder_;
  std::unique_ptr<store::Database> database_;
};

TEST_F(KeptStatements, TwoInUseWithTheSameTextDoNotDisturbEachOther) {
  { const store::Statement kept = From(1); }
  store::Statement one = From(1);
  ASSERT_TRUE(*one.Step());
  {
    store::Statement other = From(3);
    ASSERT_TRUE(*other.Step());
    EXPECT_EQ(other.Int(0), 3);
    EXPECT_FALSE(*other.Step());
  }
  EXPECT_EQ(one.Int(0), 1);
  ASSERT_TRUE(*one.Step());
  EXPECT_EQ(one.Int(0), 2);
  ASSERT_TRUE(*one.Step());
  EXPECT_EQ(one.Int(0), 3);
  EXPECT_FALSE(*one.Step());
}

TEST_F(KeptStatements, OneLetGoOfAmidItsRowsHoldsUpNoCheckpointAndNoWrite) {
  const auto other = Open();
  {
    store::Statement rows = From(1);
    ASSERT_TRUE(*rows.Step());
  }
  // A reader of the time before could not become a writer now.
  ASSERT_TRUE(other->Execute("INSERT INTO t VALUES(4)").ok());
  absl::Status status = database_->Execute("INSERT INTO t VALUES(5)");
  EXPECT_TRUE(status.ok()) << status;
  status = database_->Checkpoint(true);
  EXPECT_TRUE(status.ok()) << status;
}

TEST_F(KeptStatements, OneThatIsUsedAgainStartsFromItsFirstRowWithoutValues) {
  const std::string ask = "SELECT x FROM t WHERE ?1 IS NULL ORDER BY x";
  {
    store::Statement rows = database_->Prepare(ask);
    ASSERT_TRUE(*rows.Step());
  }
  { database_->Prepare(ask).Bind(1, 9); }
  store::Statement rows = database_->Prepare(ask);
  ASSERT_TRUE(*rows.Step());
  EXPECT_EQ(rows.Int(0), 1);
}

TEST(Checkpointer, TheWalDoesNotGrowBeyondItsMost) {
  const testing::TempFolder folder;
  const std::string path = folder.File("a.db");
  const std::vector<std::string> tables = {"CREATE TABLE t(x, y);"};
  store::OpenOptions options;
  options.auto_checkpoint_pages = 0;
  auto writer = store::Database::Open(path, tables, options);
  auto beside = store::Database::Open(path, tables, options);
  ASSERT_TRUE(writer.ok() && beside.ok());
  constexpr int kMost = 50;
  constexpr int kPagesOfACommit = 10;
  store::Checkpointer checkpointer(
      *std::move(beside), {.wake_pages = 1 << 30, .most_pages = kMost});
  store::Statement insert =
      (*writer)->Prepare("INSERT INTO t VALUES(?1, zeroblob(2000))");
  constexpr int kRows = 500;
  int longest = 0;
  for (int row = 0; row < kRows; ++row) {
    ASSERT_TRUE(insert.Bind(1, row).Run().ok());
    longest = std::max(longest, (*writer)->wal_pages());
    checkpointer.Committed(**writer);
  }
  EXPECT_GE(longest, kMost);
  EXPECT_LE(longest, kMost + kPagesOfACommit);
}

TEST(Config, EveryMistakeIsListedWithItsLine) {
  v1::RouterConfig config;
  const auto mistakes = config::ParseText(
      "listen: \"tcp://*:1\"\n"
      "lisen: \"x\"\n"
      "credit_records: \"many\"\n"
      "retain_days: -1\n",
      config);
  std::vector<int> lines;
  lines.reserve(mistakes.size());
  for (const auto& mistake : mistakes) lines.push_back(mistake.line);
  EXPECT_EQ(lines, (std::vector<int>{2, 3, 4}));
}

TEST(Config, AFileWithoutMistakesIsRead) {
  v1::AgentConfig config;
  EXPECT_TRUE(config::ParseText("site: \"store-014\" # a comment\n"
                                "shifts { name: \"early\" }\n",
                                config)
                  .empty());
  EXPECT_EQ(config.site(), "store-014");
}

}  // namespace
}  // namespace earshot
