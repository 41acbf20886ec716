#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <vector>

#include "tests/router/fold_fixture.h"

namespace earshot::router {
namespace {

constexpr char kFroze[] =
    "Self-checkout lane 3 froze again right after the loyalty scan and six "
    "people left their baskets";

v1::Reading LastReading(Log& log) {
  const auto rows = log.ReadReadingsAfter(0, 1000);
  v1::Reading reading;
  EXPECT_TRUE(rows.ok() && !rows->empty());
  if (rows.ok() && !rows->empty()) reading.ParseFromString(rows->back().body);
  return reading;
}

class FoldNearTest : public FoldTest {};

TEST_F(FoldNearTest, NearlyTheSameWordsJoinAndSayWhatTheyResemble) {
  Report(Said(kFroze, "r1"));
  FoldAll();
  const v1::Reading first = LastReading(*reader_);
  Report(
      Said("hi, self checkout lane 3 froze agian right after the loyalty "
           "scan, six people left their baskets. thanks, Bo",
           "r2"));
  FoldAll();
  EXPECT_EQ(Insight(1).observations(), 2U);
  EXPECT_EQ(Insight(1).reporters(), 2U);
  const v1::Reading second = LastReading(*reader_);
  EXPECT_EQ(second.join(), v1::JOIN_NEAR);
  EXPECT_EQ(second.joined(), first.of());
  EXPECT_EQ(second.cluster(), first.of());
  EXPECT_GE(second.join_score_milli(), 700U);
}

TEST_F(FoldNearTest, ARestartRemembersWhatWasReadBefore) {
  Report(Said(kFroze, "r1"));
  FoldAll();
  OpenFold(kTaxonomy);
  Report(Said(std::string("again: ") + kFroze, "r2"));
  FoldAll();
  EXPECT_EQ(Insight(1).observations(), 2U);
}

TEST_F(FoldNearTest, ViewsMadeAgainJoinTheSame) {
  Report(Said(kFroze, "r1"));
  Report(Said(std::string("again: ") + kFroze, "r2"));
  FoldAll();
  const std::string before = Insight(1).SerializeAsString();
  LoseViews();
  OpenFold(kTaxonomy);
  FoldAll();
  EXPECT_EQ(Insight(1).SerializeAsString(), before);
}

constexpr char kBay[] = "trolley bay 3 empty since 3ish";
constexpr char kBayLater[] = "trolley bay 8 empty since 11:30 - Bo";

TEST_F(FoldNearTest, TheSameThingsInTheSameWordsJoinAndSayWhy) {
  Report(Said(kBay, "r1"));
  FoldAll();
  const v1::Reading first = LastReading(*reader_);
  Report(Said(kBayLater, "r2"));
  FoldAll();
  const v1::Reading second = LastReading(*reader_);
  EXPECT_EQ(second.join(), v1::JOIN_ISSUE);
  EXPECT_EQ(second.joined(), first.of());
  EXPECT_NE(second.cluster(), first.of()) << "no repeat";
  EXPECT_EQ(Insight(1).observations(), 2U);
}

TEST_F(FoldNearTest, WhatItJoinedStaysWhenTheViewsAreMadeAgain) {
  Report(Said(kBay, "r1"));
  Report(Said(kBayLater, "r2"));
  FoldAll();
  const std::string before = Insight(1).SerializeAsString();
  LoseViews();
  OpenFold(kTaxonomy);
  FoldAll();
  EXPECT_EQ(Insight(1).SerializeAsString(), before);
  Report(Said("Trolley bay 2 is empty since 5pm", "r3"));
  FoldAll();
  EXPECT_EQ(Insight(1).observations(), 3U);
}

TEST_F(FoldNearTest, WhatDeniesItIsAnotherIssue) {
  Report(Said("the dock gate closes at night", "r1"));
  Report(Said("the dock gate never closes at night", "r2"));
  FoldAll();
  EXPECT_EQ(LastReading(*reader_).join(), v1::JOIN_NEW);
}

TEST_F(FoldNearTest, ATextThatWasTakenBackIsLikeNoOther) {
  const std::string id = Report(Said(kFroze, "r1"));
  FoldAll();
  v1::Withdrawal withdrawal;
  withdrawal.set_id(id);
  Put(agent_, v1::RECORD_WITHDRAWAL, withdrawal.SerializeAsString());
  FoldAll();
  Report(Said(std::string("again: ") + kFroze, "r2"));
  FoldAll();
  EXPECT_EQ(LastReading(*reader_).join(), v1::JOIN_NEW);
  EXPECT_EQ(Insight(2).observations(), 1U);
}

TEST_F(FoldNearTest, TheSameIssueInOtherWordsIsSuggestedAlsoAfterARestart) {
  Report(Said("The fridge is running warm at the till, we binned forty", "r1"));
  FoldAll();
  OpenFold(kTaxonomy);
  Report(Said("till side cooler not cold again, threw out the stock", "r2"));
  FoldAll();
  ASSERT_EQ(Insight(2).suggested_size(), 1);
  EXPECT_EQ(Insight(2).suggested(0).insight(), 1U);
  EXPECT_NE(Insight(2).suggested(0).why().find("fridge"), std::string::npos);
}

// What the log and the views hold after so many texts, read by so many threads.
class ReadAheadTest : public FoldTest,
                      public ::testing::WithParamInterface<size_t> {
 protected:
  void ReportMany() {
    static const std::vector<std::string> kThings = {"till", "door", "parcel",
                                                     "lift", "scanner"};
    for (size_t i = 0; i < 900; ++i) {
      const std::string& thing = kThings[i * 7 % kThings.size()];
      Report(
          Said("The " + thing + " on floor " + std::to_string(i % 37) +
                   (i % 3 == 0 ? " froze again" : " froze again, please help"),
               "r" + std::to_string(i % 11)));
    }
  }

  // Everything that was decided, in the log's order.
  std::string Decided() {
    std::string all;
    const auto rows = reader_->ReadReadingsAfter(0, 10000);
    for (const LogRow& row : *rows) {
      all += row.body + row.personal;
    }
    return all;
  }
};

TEST_P(ReadAheadTest, TheNumberOfThreadsChangesNothingAtAll) {
  ReportMany();
  FoldAll();
  const std::string alone = Decided();
  const std::string insight = Insight(1).SerializeAsString();
  // The same records again, read by others.
  LoseEverything();
  OpenFold(kTaxonomy, std::make_unique<ReadAhead>(
                          *Log::OpenForReading(folder_.File("log.db")),
                          GetParam(), nullptr));
  ReportMany();
  FoldAll();
  EXPECT_EQ(Decided(), alone);
  EXPECT_EQ(Insight(1).SerializeAsString(), insight);
}

INSTANTIATE_TEST_SUITE_P(Threads, ReadAheadTest, ::testing::Values(1, 2, 5));

TEST_F(FoldNearTest, TheSameTextInAnotherTopicJoins) {
  v1::Observation tagged = Said("It froze again after the scan", "r1");
  tagged.add_tags("till");
  Report(tagged);
  Report(Said("It froze again after the scan!", "r2"));
  FoldAll();
  EXPECT_EQ(Insight(1).observations(), 2U);
}

}  // namespace
}  // namespace earshot::router
