#include "dashboard_feed/digest/escalated.h"

#include <gtest/gtest.h>

#include "dashboard_feed/render/render.h"
#include "proto/contract/times.h"
#include "tests/dashboard_feed/held_model.h"

// What a leader is told at once of what waits too long.
namespace earshot::feed {
namespace {

const absl::Time kNow = absl::FromCivil(
    absl::CivilSecond(2026, 11, 3, 11, 0, 0), absl::UTCTimeZone());

class EscalatedTest : public testing::Test {
 protected:
  EscalatedTest() {
    for (const char* id : {"dana", "eve"}) {
      model_.organisation.add_leaders()->set_id(id);
      model_.scopes[id].set_reporters_90d(100);
    }
  }

  v1::Insight& Waits(uint64_t id, v1::Escalation::Stage stage,
                     const std::string& leader, uint32_t people = 9) {
    v1::Insight& insight = model_.Say(id, kNow - absl::Hours(1));
    insight.set_topic("checkout");
    insight.set_title("The till froze");
    insight.set_kind(v1::OBSERVATION_KIND_PAIN_POINT);
    insight.set_state(v1::HEARD);
    insight.set_observations(people);
    insight.set_reporters(people);
    v1::Cell& cell = *insight.add_cells();
    cell.set_site("north-1");
    cell.set_observations(people);
    cell.set_reporters(people);
    insight.mutable_escalation()->set_stage(stage);
    insight.mutable_escalation()->set_leader(leader);
    *insight.mutable_escalation()->mutable_due() = contract::ToStamp(kNow);
    return insight;
  }
  std::optional<v1::Digest> For(
      const std::string& leader, std::vector<uint64_t> insights,
      const v1::Subscription* subscription = nullptr) {
    EscalatedRequest request;
    request.insights = std::move(insights);
    request.subscription = subscription;
    request.now = kNow;
    const Model& model = model_.Fresh();
    return BuildEscalated(model, *model.FindLeader(leader), request);
  }

  HeldModel model_;
};

TEST_F(EscalatedTest, WhoIsNotConcernedIsToldNothing) {
  Waits(1, v1::Escalation::ESCALATED, "dana");
  const auto told = For("dana", {1});
  ASSERT_TRUE(told.has_value());
  EXPECT_EQ(told->headline(),
            "#1 The till froze: was due 2026-11-03 11:00, and is passed on to "
            "you");
  EXPECT_NE(DigestAsText(*told, false).find("passed on to you"),
            std::string::npos);
  EXPECT_FALSE(For("eve", {1}).has_value());
  EXPECT_FALSE(For("dana", {2}).has_value()) << "there is no such insight";
}

TEST_F(EscalatedTest, WhoStandsInForALeaderIsToldToo) {
  Waits(1, v1::Escalation::REMINDED, "dana");
  model_.organisation.mutable_leaders(0)->add_deputies()->set_leader("eve");
  EXPECT_TRUE(For("eve", {1}).has_value());
}

TEST_F(EscalatedTest, WhatALeaderHasSeenToIsNotTold) {
  Waits(1, v1::Escalation::REMINDED, "dana").set_state(v1::RESOLVED);
  EXPECT_FALSE(For("dana", {1}).has_value());
}

TEST_F(EscalatedTest, OfFewPeopleNoNumberIsTold) {
  Waits(1, v1::Escalation::REMINDED, "dana", 3);
  const auto told = For("dana", {1});
  ASSERT_TRUE(told.has_value());
  EXPECT_TRUE(told->sections(0).items(0).reporters().hidden());
  EXPECT_EQ(DigestAsText(*told, false).find("north-1"), std::string::npos);
}

TEST_F(EscalatedTest, ANarrowSubscriptionTellsOfNoFewPeopleByChoosing) {
  Waits(1, v1::Escalation::REMINDED, "dana");
  v1::Insight& insight = Waits(2, v1::Escalation::REMINDED, "dana");
  v1::Cell& few = *insight.add_cells();
  few.set_site("south-1");
  few.set_observations(2);
  few.set_reporters(2);
  v1::Subscription subscription;
  subscription.mutable_scope()->add_sites("south-1");
  EXPECT_FALSE(For("dana", {1, 2}, &subscription).has_value());
  subscription.mutable_scope()->set_sites(0, "north-1");
  EXPECT_EQ(For("dana", {1, 2}, &subscription)->sections(0).items_size(), 2);
}

TEST_F(EscalatedTest, AReminderNeverBreaksQuietHoursAndARiskDoes) {
  v1::Insight risk = Waits(1, v1::Escalation::ESCALATED, "dana");
  EXPECT_FALSE(EscalationBreaksQuiet(risk));
  risk.set_kind(v1::OBSERVATION_KIND_RISK);
  EXPECT_TRUE(EscalationBreaksQuiet(risk));
  risk.mutable_escalation()->set_stage(v1::Escalation::REMINDED);
  EXPECT_FALSE(EscalationBreaksQuiet(risk));
}

}  // namespace
}  // namespace earshot::feed
