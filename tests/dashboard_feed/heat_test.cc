#include "dashboard_feed/digest/heat.h"

#include <gtest/gtest.h>

#include <deque>
#include <map>
#include <random>

#include "tests/dashboard_feed/held_model.h"

namespace earshot::feed {
namespace {

const absl::Time kNow = absl::FromUnixSeconds(1'800'000'000);
constexpr uint32_t kFew = 5;

struct Cell {
  std::string site;
  std::string shift;
  uint32_t people = 0;
  uint64_t observations = 0;
};

class HeatMap : public testing::Test {
 protected:
  HeatMap() {
    leader_.set_id("dana");
    model_.scopes["dana"].set_reporters_90d(1000);
  }

  v1::Insight& Say(const std::vector<Cell>& cells) {
    model_.said.clear();
    v1::Insight& insight = model_.Say(1, kNow - absl::Hours(30));
    insight.set_topic("checkout");
    for (const Cell& one : cells) {
      v1::Cell& cell = *insight.add_cells();
      cell.set_site(one.site);
      cell.set_channel("store");
      cell.set_shift(one.shift);
      cell.set_observations(one.observations);
      cell.set_reporters(one.people);
      insight.set_observations(insight.observations() + one.observations);
      insight.set_reporters(insight.reporters() + one.people);
    }
    return insight;
  }
  Heat Look() {
    const LeaderView view(model_.Fresh(), leader_, kNow);
    std::deque<Facts> held;
    const auto glance = view.One(1, nullptr, held);
    return glance ? HeatOf(view, *glance) : Heat();
  }

  HeldModel model_;
  v1::Leader leader_;
};

TEST_F(HeatMap, ShowsPlacesOfEnoughPeopleTheMostFirst) {
  Say({{"s1", "morning", 6, 9},
       {"s2", "night", 8, 30},
       {"s2", "morning", 7, 7}});
  const Heat heat = Look();
  EXPECT_EQ(heat.shifts, std::vector<std::string>({"morning", "night"}));
  ASSERT_EQ(heat.rows.size(), 2U);
  EXPECT_EQ(heat.rows[0].site, "s2");
  EXPECT_EQ(heat.rows[0].observations[0], 7U);
  EXPECT_EQ(heat.rows[0].observations[1], 30U);
  EXPECT_EQ(heat.rows[1].observations[0], 9U);
  EXPECT_FALSE(heat.rows[1].observations[1].has_value());
  EXPECT_EQ(heat.most, 30U);
}

TEST_F(HeatMap, OfASliceOrOfFewPeopleInAllThereIsNone) {
  Say({{"s1", "morning", 4, 40}});
  EXPECT_TRUE(Look().rows.empty());
  Say({{"s1", "morning", 9, 9}});
  EXPECT_FALSE(Look().rows.empty());
  model_.scopes["dana"].set_reporters_90d(4);
  EXPECT_TRUE(Look().rows.empty());
}

TEST_F(HeatMap, WhatIsOpenAlwaysShows) {
  v1::Insight& risk = Say({{"s1", "morning", 1, 1}, {"s2", "night", 8, 9}});
  risk.set_kind(v1::OBSERVATION_KIND_RISK);
  risk.set_open_always(true);
  const Heat heat = Look();
  ASSERT_EQ(heat.rows.size(), 2U);
  EXPECT_EQ(heat.rows[1].site, "s1");
}

// The attacker knows the insight's total and subtracts all that shows: what is
// left must be nothing, or of k people, and no place of fewer shows.
TEST_F(HeatMap, WhatIsLeftOfTheTotalIsNothingOrOfEnoughPeople) {
  for (unsigned seed = 1; seed <= 3000; ++seed) {
    SCOPED_TRACE(seed);
    std::mt19937 engine(seed);
    const auto random = [&] { return static_cast<uint32_t>(engine()); };
    std::map<std::pair<std::string, std::string>, Cell> truth;
    const unsigned count = 1 + random() % 8;
    for (unsigned i = 0; i < count; ++i) {
      const std::string site = "s" + std::to_string(random() % 3);
      const std::string shift = random() % 2 == 0 ? "morning" : "night";
      Cell& cell = truth[{site, shift}];
      const uint32_t people = 1 + random() % 9;
      cell.site = site;
      cell.shift = shift;
      cell.people += people;
      cell.observations += people + random() % 4;
    }
    std::vector<Cell> cells;
    uint64_t total = 0;
    uint32_t people = 0;
    for (const auto& [at, cell] : truth) {
      cells.push_back(cell);
      total += cell.observations;
      people += cell.people;
    }
    Say(cells);
    const Heat heat = Look();
    if (people < kFew) {
      EXPECT_TRUE(heat.rows.empty());
    }
    for (const Heat::Row& row : heat.rows) {
      for (size_t i = 0; i < row.observations.size(); ++i) {
        if (!row.observations[i]) continue;
        const Cell& cell = truth.at({row.site, heat.shifts[i]});
        EXPECT_GE(cell.people, kFew);
        EXPECT_EQ(*row.observations[i], cell.observations);
        total -= cell.observations;
        people -= cell.people;
      }
    }
    EXPECT_EQ(total == 0, people == 0);
    if (!heat.rows.empty() && people > 0) {
      EXPECT_GE(people, kFew);
    }
  }
}

}  // namespace
}  // namespace earshot::feed
