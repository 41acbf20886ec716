#include "router/views/views.h"

#include <gtest/gtest.h>
#include <sqlite3.h>

#include <set>
#include <vector>

#include "tests/testing/temp_folder.h"

namespace earshot::router {
namespace {

class ViewsTest : public ::testing::Test {
 protected:
  std::unique_ptr<Views> Open() {
    return *Views::Open(folder_.File("views.db"));
  }

  static EvidenceRow Row(uint64_t position, const std::string& reporter) {
    EvidenceRow row;
    row.position = position;
    row.insight = 1;
    row.observation = "observation-" + std::to_string(position);
    row.evidence_key = reporter;
    row.text_key = "text";
    row.observed_at = static_cast<int64_t>(1000 - position);
    return row;
  }

  testing::TempFolder folder_;
};

TEST_F(ViewsTest, AReadingIsFoundByItsPlaceInARunAndNowhereElse) {
  const auto views = Open();
  ASSERT_TRUE(views->SetReadings(10, 3, 100).ok());
  ASSERT_TRUE(views->SetReadings(20, 1, 103).ok());
  EXPECT_EQ(*views->ReadingOf(9), 0U);
  EXPECT_EQ(*views->ReadingOf(10), 100U);
  EXPECT_EQ(*views->ReadingOf(12), 102U);
  EXPECT_EQ(*views->ReadingOf(13), 0U);
  EXPECT_EQ(*views->ReadingOf(20), 103U);
  EXPECT_EQ(*views->ReadingOf(21), 0U);
}

TEST_F(ViewsTest, EvidenceComesOnceInPagesOfAnySize) {
  const auto views = Open();
  std::set<uint64_t> all;
  for (uint64_t position = 1; position <= 50; ++position) {
    ASSERT_TRUE(
        views->AddEvidence(Row(position, std::to_string(position % 7))).ok());
    all.insert(position);
  }
  ASSERT_TRUE(views->MarkWithdrawn(13).ok());
  all.erase(13);
  for (const size_t most : std::vector<size_t>{1, 2, 3, 49, 100}) {
    std::multiset<uint64_t> read;
    Views::Place after;
    while (true) {
      const auto places = *views->EvidenceAfter(1, after, most);
      if (places.empty()) break;
      EXPECT_LE(places.size(), most);
      for (const Views::Place& place : places) read.insert(place.position);
      after = places.back();
    }
    EXPECT_EQ(read, std::multiset<uint64_t>(all.begin(), all.end())) << most;
  }
}

TEST_F(ViewsTest, ARecordIsSeenForTheFirstTimeOnce) {
  const auto views = Open();
  EXPECT_TRUE(*views->FirstSight("a", 1));
  ASSERT_TRUE(views->AddEvidence(Row(1, "r")).ok());
  EXPECT_FALSE(*views->FirstSight("a", 2));
  EXPECT_TRUE(*views->FirstSight("b", 3));
}

TEST_F(ViewsTest, NothingIsCountedBeyondTheLastEvidence) {
  auto views = Open();
  EXPECT_FALSE(*views->HasEvidence(5));
  ASSERT_TRUE(views->AddEvidence(Row(5, "r")).ok());
  EXPECT_TRUE(*views->HasEvidence(5));
  EXPECT_FALSE(*views->HasEvidence(4));
  EXPECT_FALSE(*views->HasEvidence(6));
  views = Open();
  EXPECT_TRUE(*views->HasEvidence(5));
}

TEST_F(ViewsTest, OlderViewsKeepTheirReadings) {
  sqlite3* old = nullptr;
  ASSERT_EQ(sqlite3_open(folder_.File("views.db").c_str(), &old), SQLITE_OK);
  EXPECT_EQ(
      sqlite3_exec(
          old,
          "CREATE TABLE evidence(position INTEGER PRIMARY KEY, insight INTEGER,"
          " reading INTEGER, observation BLOB, evidence_key BLOB,"
          " text_key BLOB, observed_at INTEGER, is_repeat INTEGER,"
          " withdrawn INTEGER);"
          "CREATE INDEX evidence_insight ON evidence(insight, position);"
          "CREATE TABLE seen(observation BLOB PRIMARY KEY, position INTEGER)"
          " WITHOUT ROWID;"
          "INSERT INTO seen VALUES(x'AB', 7);"
          "INSERT INTO evidence VALUES(7,3,12,x'AB',x'01',x'02',9,0,0);"
          "PRAGMA user_version=4",
          nullptr, nullptr, nullptr),
      SQLITE_OK);
  sqlite3_close(old);
  const auto views = Open();
  EXPECT_EQ(*views->ReadingOf(7), 12U);
  const auto found = *views->FindObservation("\xAB");
  ASSERT_TRUE(found);
  EXPECT_EQ(found->insight, 3U);
  EXPECT_EQ(found->observed_at, 9);
}

TEST_F(ViewsTest, OldDaysAreForgottenAFewAtATimeAndNothingElse) {
  const auto views = Open();
  uint64_t seq = 0;
  const auto put = [&](const std::string& key, v1::UpdateKind kind) {
    ASSERT_TRUE(views->PutMirrored(key, ++seq, kind, "body").ok());
  };
  put("organisation", v1::UPDATE_ORGANISATION);
  for (int32_t day = 1; day <= 20; ++day) {
    put(Views::DayKey(7, day), v1::UPDATE_DAY);
  }
  EXPECT_EQ(*views->ForgetDays(10, 6), 6U);
  EXPECT_EQ(*views->ForgetDays(10, 6), 3U);
  EXPECT_EQ(*views->ForgetDays(10, 6), 0U);
  EXPECT_EQ(*views->FindMirrored("organisation"), "body");
  for (int32_t day = 1; day <= 20; ++day) {
    EXPECT_EQ(views->FindMirrored(Views::DayKey(7, day))->empty(), day < 10)
        << day;
  }
}

}  // namespace
}  // namespace earshot::router
