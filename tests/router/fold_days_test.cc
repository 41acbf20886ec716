#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "earshot/v1/insight.pb.h"
#include "tests/router/fold_fixture.h"

// Joins of texts that differ in numbers, and counts of insights by day.
namespace earshot::router {
namespace {

constexpr char kFroze[] =
    "Self-checkout lane 3 froze again right after the loyalty scan and six "
    "people left their baskets";
// The fixture's clock stands at 2026-11-02T10:00:00Z.
constexpr int32_t kDay = 20759;

std::string With(const std::string& part, const std::string& other) {
  std::string text = kFroze;
  return text.replace(text.find(part), part.size(), other);
}

class FoldDaysTest : public FoldTest {
 protected:
  v1::Reading LastReading() {
    const auto rows = reader_->ReadReadingsAfter(0, 1000);
    v1::Reading reading;
    EXPECT_TRUE(rows.ok() && !rows->empty());
    if (rows.ok() && !rows->empty()) reading.ParseFromString(rows->back().body);
    return reading;
  }

  v1::DayCounts Day(uint64_t insight, int32_t day = kDay) {
    const auto body = views_->FindMirrored("day/" + std::to_string(insight) +
                                           "/" + std::to_string(day));
    v1::DayCounts counts;
    EXPECT_TRUE(body.ok() && counts.ParseFromString(*body));
    return counts;
  }

  uint32_t Reporters(uint64_t insight, int32_t day = kDay) {
    uint32_t sum = 0;
    const v1::DayCounts counts = Day(insight, day);
    for (const v1::DayCell& cell : counts.cells()) sum += cell.reporters();
    return sum;
  }

  uint32_t Observations(uint64_t insight, int32_t day = kDay) {
    uint32_t sum = 0;
    const v1::DayCounts counts = Day(insight, day);
    for (const v1::DayCell& cell : counts.cells()) sum += cell.observations();
    return sum;
  }

  void Withdraw(const std::string& id) {
    v1::Withdrawal withdrawal;
    withdrawal.set_id(id);
    Put(agent_, v1::RECORD_WITHDRAWAL, withdrawal.SerializeAsString());
    FoldAll();
  }

  void ReportMany() {
    for (int i = 0; i < 40; ++i) {
      v1::Observation said = Said(With("3", std::to_string(1 + i % 5)),
                                  "r" + std::to_string(i % 7));
      said.set_site(i % 3 == 0 ? "store-014" : "store-015");
      said.set_severity(i % 9 == 0 ? 5 : 3);
      Report(said);
      clock_.Advance(absl::Hours(5));
    }
    FoldAll();
  }
};

TEST_F(FoldDaysTest, TheSameWordsWithAnotherNumberJoinAndSayWhy) {
  Report(Said(kFroze, "r1"));
  FoldAll();
  const v1::Reading first = LastReading();
  EXPECT_EQ(first.join(), v1::JOIN_NEW);
  Report(Said(With("3", "7"), "r2"));
  FoldAll();
  const v1::Reading second = LastReading();
  EXPECT_EQ(second.join(), v1::JOIN_NUMBERS);
  EXPECT_EQ(second.joined(), first.of());
  // Near repeats of its own are told by their numbers again.
  EXPECT_NE(second.cluster(), first.of());
  EXPECT_EQ(Insight(1).observations(), 2U);
  EXPECT_EQ(Insight(1).reporters(), 2U);
}

TEST_F(FoldDaysTest, AThirdNumberJoinsTheSameIssueAsTheSecondDid) {
  Report(Said(kFroze, "r1"));
  Report(Said(With("3", "7"), "r2"));
  Report(Said(With("3", "11"), "r3"));
  Report(Said(With("3", "7"), "r4"));
  FoldAll();
  EXPECT_EQ(Insight(1).observations(), 4U);
  EXPECT_EQ(LastReading().join(), v1::JOIN_SAME_TEXT);
}

TEST_F(FoldDaysTest, AnotherNumberAndANegationIsAnotherIssue) {
  Report(Said("The scanner in lane 3 is working after the update", "r1"));
  Report(Said("The scanner in lane 7 is not working after the update", "r2"));
  FoldAll();
  EXPECT_EQ(LastReading().join(), v1::JOIN_NEW);
  EXPECT_EQ(Insight(1).observations(), 1U);
  EXPECT_EQ(Insight(2).observations(), 1U);
}

TEST_F(FoldDaysTest, OtherWordsWithTheSameNumberAreAnotherIssue) {
  Report(Said(kFroze, "r1"));
  Report(Said("The coffee machine on floor 3 leaks under the sink", "r2"));
  FoldAll();
  EXPECT_EQ(LastReading().join(), v1::JOIN_NEW);
}

TEST_F(FoldDaysTest, ARestartJoinsOtherNumbersLikewise) {
  Report(Said(kFroze, "r1"));
  FoldAll();
  OpenFold(kTaxonomy);
  Report(Said(With("3", "7"), "r2"));
  FoldAll();
  EXPECT_EQ(LastReading().join(), v1::JOIN_NUMBERS);
}

TEST_F(FoldDaysTest, OneReporterCountsOnceADay) {
  Report(Said(kFroze, "r1"));
  Report(Said(With("3", "7"), "r1"));
  Report(Said(With("3", "8"), "r1"));
  Report(Said(With("3", "9"), "r2"));
  FoldAll();
  EXPECT_EQ(Observations(1), 4U);
  EXPECT_EQ(Reporters(1), 2U);
}

TEST_F(FoldDaysTest, OnTheNextDayTheReporterCountsAgain) {
  Report(Said(kFroze, "r1"));
  clock_.Advance(absl::Hours(24));
  Report(Said(With("3", "7"), "r1"));
  FoldAll();
  EXPECT_EQ(Reporters(1), 1U);
  EXPECT_EQ(Reporters(1, kDay + 1), 1U);
  EXPECT_EQ(Insight(1).reporters(), 1U);
}

TEST_F(FoldDaysTest, ARepeatCountsNowhere) {
  const std::string id = Report(Said(kFroze, "r1"));
  Report(Said(kFroze, "r1"), nullptr, id);
  Report(Said(kFroze, "r1"));
  FoldAll();
  EXPECT_EQ(Observations(1), 1U);
  EXPECT_EQ(Reporters(1), 1U);
}

TEST_F(FoldDaysTest, CellsTellSixHoursPlaceAndSeverityFive) {
  v1::Observation said = Said(kFroze, "r1");
  said.set_severity(5);
  said.set_shift("morning");
  Report(said);
  FoldAll();
  const v1::DayCounts day = Day(1);
  EXPECT_EQ(day.insight(), 1U);
  EXPECT_EQ(day.day(), kDay);
  ASSERT_EQ(day.cells_size(), 1);
  EXPECT_EQ(day.cells(0).site(), "store-014");
  EXPECT_EQ(day.cells(0).channel(), "store");
  EXPECT_EQ(day.cells(0).shift(), "morning");
  EXPECT_EQ(day.cells(0).quarter(), 1U);  // 06:00 to 12:00
  EXPECT_EQ(day.cells(0).severe(), 1U);
}

TEST_F(FoldDaysTest, AWithdrawalTakesTheObservationOutAgain) {
  Report(Said(kFroze, "r1"));
  const std::string second = Report(Said(With("3", "7"), "r2"));
  FoldAll();
  EXPECT_EQ(Reporters(1), 2U);
  Withdraw(second);
  EXPECT_EQ(Observations(1), 1U);
  EXPECT_EQ(Reporters(1), 1U);
}

TEST_F(FoldDaysTest, AReporterStaysCountedWhileAnyOfTheDayIsLeft) {
  const std::string first = Report(Said(kFroze, "r1"));
  const std::string second = Report(Said(With("3", "7"), "r1"));
  FoldAll();
  Withdraw(first);
  EXPECT_EQ(Observations(1), 1U);
  EXPECT_EQ(Reporters(1), 1U);
  Withdraw(second);
  EXPECT_EQ(Observations(1), 0U);
  EXPECT_EQ(Reporters(1), 0U);
}

TEST_F(FoldDaysTest, AReporterAtTwoPlacesIsOneUntilBothAreTakenBack) {
  v1::Observation elsewhere = Said(With("3", "7"), "r1");
  elsewhere.set_site("store-015");
  const std::string first = Report(Said(kFroze, "r1"));
  const std::string second = Report(elsewhere);
  FoldAll();
  EXPECT_EQ(Reporters(1), 1U);
  Withdraw(first);
  EXPECT_EQ(Reporters(1), 1U);
  const v1::DayCounts left = Day(1);
  for (const v1::DayCell& cell : left.cells()) {
    EXPECT_LE(cell.reporters(), cell.observations()) << cell.site();
  }
  Withdraw(second);
  EXPECT_EQ(Reporters(1), 0U);
}

TEST_F(FoldDaysTest, ViewsMadeAgainCountTheSame) {
  ReportMany();
  std::vector<std::string> before;
  for (int32_t day = kDay; day < kDay + 9; ++day) {
    before.push_back(Day(1, day).SerializeAsString());
    EXPECT_GT(Reporters(1, day), 0U) << day;
  }
  LoseViews();
  OpenFold(kTaxonomy);
  FoldAll();
  for (int32_t day = kDay; day < kDay + 9; ++day) {
    EXPECT_EQ(Day(1, day).SerializeAsString(),
              before[static_cast<size_t>(day - kDay)])
        << day;
  }
}

}  // namespace
}  // namespace earshot::router
