#include "dashboard_feed/at_once/at_once.h"

#include <gtest/gtest.h>

#include "proto/contract/times.h"

namespace earshot::feed {
namespace {

const absl::Time kNow = absl::FromUnixSeconds(1'800'000'000);

v1::Alert AlertOf(uint32_t severity, absl::Duration ago = {},
                  absl::Duration under_way = {}) {
  v1::Alert alert;
  alert.set_topic("safety/doors");
  alert.set_severity(severity);
  alert.set_site("depot-3");
  alert.set_channel("delivery");
  alert.set_shift("night");
  *alert.mutable_received_at() = contract::ToStamp(kNow - ago);
  *alert.mutable_observed_at() = contract::ToStamp(kNow - ago - under_way);
  return alert;
}

TEST(AtOnce, OnlySeverityFiveIs) {
  EXPECT_TRUE(IsAtOnce(AlertOf(5), kNow));
  EXPECT_FALSE(IsAtOnce(AlertOf(4), kNow));
}

TEST(AtOnce, WhatArrivesMoreThanAnHourLateIsNot) {
  EXPECT_TRUE(IsAtOnce(AlertOf(5, {}, absl::Minutes(60)), kNow));
  EXPECT_FALSE(IsAtOnce(AlertOf(5, {}, absl::Minutes(61)), kNow));
}

TEST(AtOnce, WhatNobodyCouldBeToldForADayIsNot) {
  EXPECT_TRUE(IsAtOnce(AlertOf(5, absl::Hours(25)), kNow));
  EXPECT_FALSE(IsAtOnce(AlertOf(5, absl::Hours(26)), kNow));
}

TEST(AtOnce, TheScopesOfLeaderAndSubscriptionMustHoldIt) {
  v1::Organisation organisation;
  v1::Leader leader;
  EXPECT_TRUE(IsToldAtOnce(organisation, leader, AlertOf(5), kNow));
  leader.mutable_scope()->add_topics("safety");
  leader.mutable_scope()->add_sites("depot-3");
  EXPECT_TRUE(IsToldAtOnce(organisation, leader, AlertOf(5), kNow));
  leader.mutable_scope()->set_sites(0, "depot-4");
  EXPECT_FALSE(IsToldAtOnce(organisation, leader, AlertOf(5), kNow));
  v1::Subscription subscription;
  subscription.mutable_scope()->add_shifts("night");
  EXPECT_TRUE(IsOfSubscription(organisation, subscription, AlertOf(5)));
  subscription.add_kinds("risk");
  EXPECT_FALSE(IsOfSubscription(organisation, subscription, AlertOf(5)));
}

TEST(AtOnce, RiskAndSafetyBreakQuietHours) {
  v1::Alert alert = AlertOf(5);
  EXPECT_FALSE(BreaksQuiet(alert));
  alert.set_safety(true);
  EXPECT_TRUE(BreaksQuiet(alert));
  alert.set_safety(false);
  alert.set_kind(v1::OBSERVATION_KIND_RISK);
  EXPECT_TRUE(BreaksQuiet(alert));
}

}  // namespace
}  // namespace earshot::feed
