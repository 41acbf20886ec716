#include "dashboard_feed/digest/goals.h"

#include <gtest/gtest.h>

#include "dashboard_feed/digest/digest.h"
#include "dashboard_feed/render/render.h"
#include "proto/contract/times.h"
#include "tests/dashboard_feed/held_model.h"

// How far the organisation is with its goals, and who is told.
namespace earshot::feed {
namespace {

const absl::Time kNow = absl::FromCivil(
    absl::CivilSecond(2026, 11, 20, 11, 0, 0), absl::UTCTimeZone());
const auto kToday = static_cast<int32_t>(absl::ToUnixSeconds(kNow) / 86400);

class GoalsTest : public testing::Test {
 protected:
  GoalsTest() {
    model_.organisation.add_leaders()->set_id("dana");
    model_.scopes["dana"].set_reporters_90d(100);
    for (const char* region : {"north", "south"}) {
      v1::Site& site = *model_.organisation.add_sites();
      site.set_id(std::string(region) + "-1");
      site.set_region(region);
    }
    Goal("calm", 40);
  }

  v1::Goal& Goal(const std::string& id, uint32_t at_most) {
    v1::Goal& goal = *model_.organisation.add_goals();
    goal.set_id(id);
    goal.set_topic("checkout");
    goal.set_at_most(at_most);
    goal.set_per_days(7);
    goal.set_from("2026-11-01");
    goal.set_until("2026-12-31");
    goal.set_title("Fewer checkout stops");
    return goal;
  }
  v1::Goal& Goal() { return *model_.organisation.mutable_goals(0); }
  v1::Scope& Scope() {
    return *model_.organisation.mutable_leaders(0)->mutable_scope();
  }

  // So many people in that region, once each, so many days ago.
  void Say(uint64_t id, const std::string& region, uint32_t people,
           int32_t days_ago, const std::string& topic = "checkout/tills") {
    v1::Insight& insight = model_.Say(id, kNow - absl::Hours(1));
    insight.set_topic(topic);
    insight.set_kind(v1::OBSERVATION_KIND_PAIN_POINT);
    insight.set_state(v1::HEARD);
    insight.set_observations(insight.observations() + people);
    insight.set_reporters(insight.reporters() + people);
    v1::Cell* cell = nullptr;
    for (v1::Cell& one : *insight.mutable_cells()) {
      if (one.site() == region + "-1") cell = &one;
    }
    if (cell == nullptr) cell = insight.add_cells();
    cell->set_site(region + "-1");
    cell->set_observations(cell->observations() + people);
    cell->set_reporters(cell->reporters() + people);
    v1::DayCounts& day = model_.days[{id, kToday - days_ago}];
    day.set_insight(id);
    day.set_day(kToday - days_ago);
    v1::DayCell& counted = *day.add_cells();
    counted.set_site(region + "-1");
    counted.set_quarter(1);
    counted.set_observations(people);
    counted.set_reporters(people);
  }

  v1::Digest Build(absl::Time now = kNow) {
    DigestRequest request;
    request.from = now - absl::Hours(24);
    request.to = now;
    const Model& model = model_.Fresh();
    return BuildDigest(model, *model.FindLeader("dana"), request).digest;
  }

  HeldModel model_;
};

TEST_F(GoalsTest, ItTellsTheLastDaysAndThoseBeforeThem) {
  Say(1, "north", 30, 2);
  Say(1, "south", 60, 9);
  Say(2, "south", 7, 3);
  Say(3, "south", 50, 3, "delivery");
  const v1::Digest digest = Build();
  ASSERT_EQ(digest.goals_size(), 1);
  const v1::GoalLine& line = digest.goals(0);
  EXPECT_EQ(line.observations().value(), 37U);
  EXPECT_EQ(line.before().value(), 60U);
  EXPECT_TRUE(line.compared());
  EXPECT_EQ(line.trend(), "falling");
  EXPECT_EQ(line.standing(), v1::GoalLine::MET);
  const std::string text = DigestAsText(digest, false);
  EXPECT_NE(
      text.find("Fewer checkout stops: met now; 37 in 7 days, at most 40"),
      std::string::npos)
      << text;
  EXPECT_NE(text.find("falling, 60 in the 7 days before; until 2026-12-31"),
            std::string::npos);
  EXPECT_NE(DigestAsJson(digest).find("\"goals\":[{\"goal\":\"calm\""),
            std::string::npos);
}

TEST_F(GoalsTest, AboveItFallingIsOnTheWayAndOtherwiseItIsMissed) {
  Say(1, "north", 50, 2);
  Say(1, "north", 90, 9);
  EXPECT_EQ(Build().goals(0).standing(), v1::GoalLine::ON_THE_WAY);
  model_.days.clear();
  Say(2, "north", 50, 2);
  Say(2, "north", 45, 9);
  EXPECT_EQ(Build().goals(0).standing(), v1::GoalLine::MISSED);
  EXPECT_EQ(Build().goals(0).trend(), "steady");
}

TEST_F(GoalsTest, AfterItsLastDayItStandsAsItEndedForTwoWeeks) {
  Goal().set_until("2026-11-15");
  Say(1, "north", 50, 7);   // the 13th
  Say(1, "north", 90, 12);  // the 8th: in the days before
  Say(1, "north", 99, 1);   // after it
  const v1::GoalLine line = Build().goals(0);
  EXPECT_TRUE(line.over());
  EXPECT_EQ(line.observations().value(), 50U);
  EXPECT_EQ(line.standing(), v1::GoalLine::MISSED) << "though it was falling";
  EXPECT_EQ(Build(kNow + absl::Hours(24 * 11)).goals_size(), 0);
  Goal().set_from("2026-11-21");
  Goal().set_until("2026-12-31");
  EXPECT_EQ(Build().goals_size(), 0) << "it has not begun";
}

TEST_F(GoalsTest, OnlyWhoseScopeCoversItAsAWholeIsTold) {
  Say(1, "north", 30, 2);
  Scope().add_regions("north");
  EXPECT_EQ(Build().goals_size(), 0) << "it is about every region";
  Goal().add_regions("north");
  EXPECT_EQ(Build().goals_size(), 1);
  Goal().add_regions("south");
  EXPECT_EQ(Build().goals_size(), 0);
  Scope().add_regions("south");
  EXPECT_EQ(Build().goals_size(), 1);
  Scope().add_topics("delivery");
  EXPECT_EQ(Build().goals_size(), 0);
  Scope().set_topics(0, "checkout/tills");
  EXPECT_EQ(Build().goals_size(), 0) << "only a part of the topic";
  Scope().set_topics(0, "checkout");
  EXPECT_EQ(Build().goals_size(), 1);
  Scope().add_shifts("night");
  EXPECT_EQ(Build().goals_size(), 0);
}

TEST_F(GoalsTest, WhatTooFewPeopleSaidIsNotCountedNorToldByADifference) {
  Goal().add_regions("north");
  Say(1, "north", 30, 2);
  Say(2, "north", 4, 2);
  v1::GoalLine line = Build().goals(0);
  EXPECT_EQ(line.observations().value(), 30U);
  EXPECT_TRUE(line.some_hidden());
  Say(1, "south", 3, 2);
  line = Build().goals(0);
  EXPECT_TRUE(line.observations().hidden())
      << "30 of the 33 that the leader sees would tell of 3";
  Say(1, "south", 2, 2);
  EXPECT_EQ(Build().goals(0).observations().value(), 30U);
}

TEST_F(GoalsTest, WhatIsMutedCountsAndPraiseDoesNot) {
  Say(1, "north", 30, 2);
  v1::Muted& muted = *model_.Say(1, kNow).mutable_muted();
  *muted.mutable_until() = contract::ToStamp(kNow + absl::Hours(24));
  Say(2, "north", 30, 2);
  model_.Say(2, kNow).set_kind(v1::OBSERVATION_KIND_PRAISE);
  EXPECT_EQ(Build().goals(0).observations().value(), 30U);
}

TEST_F(GoalsTest, OfManyThoseThatAreMissedComeFirst) {
  Say(1, "north", 50, 2);
  for (int i = 0; i < kMostGoalLines; ++i) {
    Goal("easy" + std::to_string(i), 100);
  }
  const v1::Digest digest = Build();
  ASSERT_EQ(digest.goals_size(), kMostGoalLines);
  EXPECT_EQ(digest.goals(0).goal(), "calm");
  EXPECT_EQ(digest.goals(1).goal(), "easy0");
}

}  // namespace
}  // namespace earshot::feed
