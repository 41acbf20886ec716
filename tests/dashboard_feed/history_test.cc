#include "dashboard_feed/mirror/history.h"

#include <gtest/gtest.h>

namespace earshot::feed {
namespace {

constexpr int32_t kDay = 20000;

v1::DayCounts DayOf(uint64_t insight, int32_t day = kDay) {
  v1::DayCounts counts;
  counts.set_insight(insight);
  counts.set_day(day);
  return counts;
}

void AddCell(v1::DayCounts& counts, const std::string& site, uint32_t quarter,
             uint32_t observations, uint32_t reporters) {
  v1::DayCell& cell = *counts.add_cells();
  cell.set_site(site);
  cell.set_channel("store");
  cell.set_shift("morning");
  cell.set_quarter(quarter);
  cell.set_observations(observations);
  cell.set_reporters(reporters);
}

// Reporters of all insights on a day at a site, in one quarter.
uint32_t TotalAt(const History& history, int32_t day, const std::string& site,
                 uint32_t quarter) {
  const auto found = history.totals().find(day);
  if (found == history.totals().end()) return 0;
  uint32_t sum = 0;
  for (size_t i = 0; i < found->second.size(); ++i) {
    if (i % 4 == quarter && history.places().at(i / 4).site == site) {
      sum += found->second[i];
    }
  }
  return sum;
}

TEST(HistoryTest, TellsWhenAndWhereAnInsightWasObserved) {
  History history;
  v1::DayCounts counts = DayOf(7);
  AddCell(counts, "north-1", 2, 3, 2);
  history.Take(counts);
  const auto& cells = history.Of(7).at(kDay);
  ASSERT_EQ(cells.size(), 1U);
  EXPECT_EQ(history.places().at(cells[0].place),
            (Place{"north-1", "store", "morning"}));
  EXPECT_EQ(cells[0].quarter, 2U);
  EXPECT_EQ(cells[0].observations, 3U);
  EXPECT_EQ(cells[0].reporters, 2U);
}

TEST(HistoryTest, OfWhatWasNeverSentItTellsNothing) {
  EXPECT_TRUE(History().Of(1).empty());
}

TEST(HistoryTest, TakingADayAgainReplacesItAndTheTotalsFollow) {
  History history;
  v1::DayCounts counts = DayOf(7);
  AddCell(counts, "north-1", 2, 3, 2);
  AddCell(counts, "south-1", 0, 5, 5);
  history.Take(counts);
  counts.clear_cells();
  AddCell(counts, "north-1", 2, 4, 3);
  history.Take(counts);
  ASSERT_EQ(history.Of(7).at(kDay).size(), 1U);
  EXPECT_EQ(history.Of(7).at(kDay)[0].reporters, 3U);
  EXPECT_EQ(TotalAt(history, kDay, "north-1", 2), 3U);
  EXPECT_EQ(TotalAt(history, kDay, "south-1", 0), 0U);
}

TEST(HistoryTest, WhatIsForgottenIsInNoTotalAndDoesNotComeBack) {
  History history;
  for (const int32_t day : {kDay, kDay + 50}) {
    v1::DayCounts counts = DayOf(7, day);
    AddCell(counts, "north-1", 2, 4, 3);
    history.Take(counts);
  }
  history.ForgetBefore(kDay + 10);
  v1::DayCounts late = DayOf(7, kDay + 9);
  AddCell(late, "north-1", 2, 4, 3);
  history.Take(late);
  EXPECT_EQ(history.Of(7).size(), 1U);
  EXPECT_EQ(TotalAt(history, kDay, "north-1", 2), 0U);
  EXPECT_EQ(TotalAt(history, kDay + 9, "north-1", 2), 0U);
  EXPECT_EQ(TotalAt(history, kDay + 50, "north-1", 2), 3U);
}

TEST(HistoryTest, TotalsAreOfAllInsightsDayByDay) {
  History history;
  for (const uint64_t insight : {1U, 2U, 3U}) {
    v1::DayCounts counts = DayOf(insight);
    AddCell(counts, "north-1", 1, 9, 2);
    history.Take(counts);
  }
  v1::DayCounts next = DayOf(1, kDay + 1);
  AddCell(next, "north-1", 1, 1, 1);
  history.Take(next);
  EXPECT_EQ(TotalAt(history, kDay, "north-1", 1), 6U);
  EXPECT_EQ(TotalAt(history, kDay + 1, "north-1", 1), 1U);
}

TEST(HistoryTest, APlaceIsToldOnceHoweverOftenItComes) {
  History history;
  for (int32_t day = kDay; day < kDay + 9; ++day) {
    v1::DayCounts counts = DayOf(1, day);
    AddCell(counts, "north-1", 1, 1, 1);
    AddCell(counts, "south-1", 1, 1, 1);
    history.Take(counts);
  }
  EXPECT_EQ(history.places().size(), 2U);
}

TEST(HistoryTest, CellsThatWereTakenBackOrMakeNoSenseAreLeftOut) {
  History history;
  v1::DayCounts counts = DayOf(7);
  AddCell(counts, "north-1", 1, 0, 0);
  AddCell(counts, "north-1", 4, 1, 1);
  history.Take(counts);
  EXPECT_TRUE(history.Of(7).at(kDay).empty());
}

TEST(HistoryTest, ClearedItIsAsNew) {
  History history;
  v1::DayCounts counts = DayOf(7);
  AddCell(counts, "north-1", 1, 1, 1);
  history.Take(counts);
  history.Clear();
  EXPECT_TRUE(history.insights().empty());
  EXPECT_TRUE(history.totals().empty());
  EXPECT_TRUE(history.places().empty());
  history.Take(counts);
  EXPECT_EQ(TotalAt(history, kDay, "north-1", 1), 1U);
}

}  // namespace
}  // namespace earshot::feed
