#include <gtest/gtest.h>

#include <map>
#include <random>

#include "dashboard_feed/mirror/model.h"

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

const std::vector<QuarterCount>& CountsOf(Model& model, uint64_t insight) {
  return model.insights.At(insight).counts;
}

// Reporters of all insights on a day at a site, in one quarter.
uint32_t TotalAt(const Model& model, int32_t day, const std::string& site,
                 uint32_t quarter) {
  const auto found = model.history.totals().find(day);
  if (found == model.history.totals().end()) return 0;
  uint32_t sum = 0;
  for (size_t i = 0; i < found->second.size(); ++i) {
    if (i % 4 == quarter && model.words.places.all().at(i / 4).site == site) {
      sum += found->second[i];
    }
  }
  return sum;
}

TEST(HistoryTest, TellsWhenAndWhereAnInsightWasObserved) {
  Model model;
  v1::DayCounts counts = DayOf(7);
  AddCell(counts, "north-1", 2, 3, 2);
  model.TakeDay(counts);
  const auto& cells = CountsOf(model, 7);
  ASSERT_EQ(cells.size(), 1U);
  EXPECT_EQ(model.words.places.all().at(cells[0].place),
            (Place{"north-1", "store", "morning"}));
  EXPECT_EQ(cells[0].quarter, 4 * kDay + 2);
  EXPECT_EQ(cells[0].observations, 3U);
  EXPECT_EQ(cells[0].reporters, 2U);
}

TEST(HistoryTest, OfWhatWasNeverSentItTellsNothing) {
  Model model;
  EXPECT_TRUE(CountsOf(model, 1).empty());
}

TEST(HistoryTest, TakingADayAgainReplacesItAndTheTotalsFollow) {
  Model model;
  v1::DayCounts counts = DayOf(7);
  AddCell(counts, "north-1", 2, 3, 2);
  AddCell(counts, "south-1", 0, 5, 5);
  model.TakeDay(counts);
  counts.clear_cells();
  AddCell(counts, "north-1", 2, 4, 3);
  model.TakeDay(counts);
  ASSERT_EQ(CountsOf(model, 7).size(), 1U);
  EXPECT_EQ(CountsOf(model, 7)[0].reporters, 3U);
  EXPECT_EQ(TotalAt(model, kDay, "north-1", 2), 3U);
  EXPECT_EQ(TotalAt(model, kDay, "south-1", 0), 0U);
}

TEST(HistoryTest, WhatIsForgottenIsInNoTotalAndDoesNotComeBack) {
  Model model;
  for (const int32_t day : {kDay, kDay + 50}) {
    v1::DayCounts counts = DayOf(7, day);
    AddCell(counts, "north-1", 2, 4, 3);
    model.TakeDay(counts);
  }
  model.ForgetBefore(kDay + 10);
  v1::DayCounts late = DayOf(7, kDay + 9);
  AddCell(late, "north-1", 2, 4, 3);
  model.TakeDay(late);
  EXPECT_EQ(CountsOf(model, 7).size(), 1U);
  EXPECT_EQ(TotalAt(model, kDay, "north-1", 2), 0U);
  EXPECT_EQ(TotalAt(model, kDay + 9, "north-1", 2), 0U);
  EXPECT_EQ(TotalAt(model, kDay + 50, "north-1", 2), 3U);
}

TEST(HistoryTest, TotalsAreOfAllInsightsDayByDay) {
  Model model;
  for (const uint64_t insight : {1U, 2U, 3U}) {
    v1::DayCounts counts = DayOf(insight);
    AddCell(counts, "north-1", 1, 9, 2);
    model.TakeDay(counts);
  }
  v1::DayCounts next = DayOf(1, kDay + 1);
  AddCell(next, "north-1", 1, 1, 1);
  model.TakeDay(next);
  EXPECT_EQ(TotalAt(model, kDay, "north-1", 1), 6U);
  EXPECT_EQ(TotalAt(model, kDay + 1, "north-1", 1), 1U);
}

TEST(HistoryTest, APlaceIsToldOnceHoweverOftenItComes) {
  Model model;
  for (int32_t day = kDay; day < kDay + 9; ++day) {
    v1::DayCounts counts = DayOf(1, day);
    AddCell(counts, "north-1", 1, 1, 1);
    AddCell(counts, "south-1", 1, 1, 1);
    model.TakeDay(counts);
  }
  EXPECT_EQ(model.words.places.size(), 2U);
}

TEST(HistoryTest, CellsThatWereTakenBackOrMakeNoSenseAreLeftOut) {
  Model model;
  v1::DayCounts counts = DayOf(7);
  AddCell(counts, "north-1", 1, 0, 0);
  AddCell(counts, "north-1", 4, 1, 1);
  model.TakeDay(counts);
  EXPECT_TRUE(CountsOf(model, 7).empty());
}

TEST(HistoryTest, DaysTakenInAnyOrderAreKeptInTheirs) {
  for (uint32_t seed = 0; seed < 50; ++seed) {
    SCOPED_TRACE(seed);
    std::mt19937 random(seed);
    Model model;
    std::map<int32_t, uint32_t> expected;  // observations by quarter
    for (int i = 0; i < 40; ++i) {
      const int32_t day = kDay + static_cast<int32_t>(random() % 12);
      v1::DayCounts counts = DayOf(7, day);
      for (int32_t quarter = 0; quarter < 4; ++quarter) {
        expected.erase(4 * day + quarter);
        const auto observations = static_cast<uint32_t>(random() % 3);
        if (observations == 0) continue;
        AddCell(counts, "north-1", static_cast<uint32_t>(quarter), observations,
                1);
        expected[4 * day + quarter] = observations;
      }
      model.TakeDay(counts);
    }
    std::map<int32_t, uint32_t> kept;
    int32_t last = 0;
    for (const QuarterCount& count : CountsOf(model, 7)) {
      EXPECT_LT(last, count.quarter);
      last = count.quarter;
      kept[count.quarter] = count.observations;
    }
    EXPECT_EQ(kept, expected);
    const int32_t from = 4 * kDay + static_cast<int32_t>(random() % 50);
    const int32_t to = from + static_cast<int32_t>(random() % 20);
    size_t between = 0;
    for (const auto& [quarter, observations] : expected) {
      if (quarter >= from && quarter < to) ++between;
    }
    const Counts counts = CountsBetween(CountsOf(model, 7), from, to);
    EXPECT_EQ(static_cast<size_t>(counts.end() - counts.begin()), between);
  }
}

}  // namespace
}  // namespace earshot::feed
