#include <gtest/gtest.h>

#include "base/config/text_config.h"
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
