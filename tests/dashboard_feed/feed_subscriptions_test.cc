#include <gtest/gtest.h>

#include "dashboard_feed/mirror/in_force.h"
#include "earshot/v1/subscription.pb.h"
#include "tests/dashboard_feed/feed_fixture.h"

// What leaders change of their subscriptions, as a feed takes it.
namespace earshot::feed {
namespace {

v1::Subscription Of(const std::string& id, const std::string& leader,
                    const std::string& at) {
  v1::Subscription s;
  s.set_id(id);
  s.set_leader(leader);
  s.set_at(at);
  return s;
}

v1::LeaderChange Setting(const v1::Subscription& s) {
  v1::LeaderChange change;
  change.set_leader(s.leader());
  *change.mutable_set() = s;
  return change;
}

TEST(InForceTest, AChangeTakesThePlaceOfTheFilesUntilItIsRemoved) {
  v1::Subscriptions file;
  *file.add_subscriptions() = Of("daily", "dana", "08:00");
  *file.add_subscriptions() = Of("other", "max", "08:00");
  SubscriptionChanges changes;
  changes["daily"] = Setting(Of("daily", "dana", "09:00"));
  changes["brief"] = Setting(Of("brief", "dana", "10:00"));
  v1::Subscriptions in_force = InForce(file, changes);
  ASSERT_EQ(in_force.subscriptions_size(), 3);
  EXPECT_EQ(in_force.subscriptions(0).at(), "09:00");
  EXPECT_EQ(in_force.subscriptions(2).id(), "brief");
  changes["daily"].set_remove("daily");
  changes["brief"].set_remove("brief");
  in_force = InForce(file, changes);
  ASSERT_EQ(in_force.subscriptions_size(), 2);
  EXPECT_EQ(in_force.subscriptions(0).at(), "08:00");
}

TEST(InForceTest, WhatTheFileGivesToAnotherStaysTheirs) {
  v1::Subscriptions file;
  *file.add_subscriptions() = Of("daily", "dana", "08:00");
  const v1::Subscriptions in_force =
      InForce(file, {{"daily", Setting(Of("daily", "max", "09:00"))}});
  ASSERT_EQ(in_force.subscriptions_size(), 1);
  EXPECT_EQ(in_force.subscriptions(0).leader(), "dana");
}

class FeedSubscriptionsTest : public FeedTest {
 protected:
  v1::ControlResponse Change(const v1::LeaderChange& change) {
    v1::ControlRequest request;
    request.set_command("change-own");
    request.add_arguments("dana");
    request.set_body(change.SerializeAsString());
    return Ask(request);
  }
  v1::SubscriptionList List() {
    v1::ControlRequest request;
    request.set_command("subscriptions");
    request.add_arguments("dana");
    v1::SubscriptionList list;
    list.ParseFromString(Ask(request).body());
    return list;
  }
  // What the router sends back.
  void Mirrored(const v1::LeaderChange& change) {
    feed_.reset();
    auto mirror = Mirror::Open(settings_.InData("mirror.db"));
    v1::Delivery delivery;
    delivery.set_generation((*mirror)->cursor().generation());
    delivery.set_prev_seq((*mirror)->cursor().seq());
    v1::Item& item = *delivery.add_items();
    item.set_seq(delivery.prev_seq() + 1);
    item.set_kind(v1::UPDATE_LEADER_CHANGE);
    item.set_body(change.SerializeAsString());
    ASSERT_TRUE((*mirror)->Take(delivery, clock_.Wall()).ok());
    mirror->reset();
    Restart();
  }
};

TEST_F(FeedSubscriptionsTest, AChangeIsSpooledInTheNameOfWhoMadeIt) {
  v1::Subscription wanted = Of("brief", "somebody", "09:30");
  wanted.set_cadence(v1::Subscription::MEETING);
  const v1::ControlResponse response = Change(Setting(wanted));
  EXPECT_EQ(response.code(), 0U) << response.text();
  Restart();
  const auto records = Spooled();
  ASSERT_EQ(records.size(), 1U);
  EXPECT_EQ(records[0].kind, static_cast<uint32_t>(v1::RECORD_LEADER_CHANGE));
  v1::LeaderChange change;
  ASSERT_TRUE(change.ParseFromString(records[0].body));
  EXPECT_EQ(change.leader(), "dana");
  EXPECT_EQ(change.set().leader(), "dana");
}

class FeedDeputiesTest : public FeedSubscriptionsTest {
 protected:
  std::string Day(int days) const {
    return absl::FormatTime("%Y-%m-%d", clock_.Wall() + absl::Hours(24 * days),
                            absl::UTCTimeZone());
  }
  v1::LeaderChange Naming(const std::string& deputy, int until) const {
    v1::LeaderChange change;
    change.set_leader("dana");
    v1::Deputy& one = *change.mutable_deputies()->add_deputies();
    one.set_leader(deputy);
    one.set_until(Day(until));
    return change;
  }
};

TEST_F(FeedDeputiesTest, WhoIsNamedIsSpooledAndFirstOnceItIsBack) {
  EXPECT_EQ(Change(Naming("max", 7)).code(), 0U);
  ASSERT_EQ(Spooled().size(), 1U);
  EXPECT_TRUE(List().deputies().empty());
  Mirrored(Naming("max", 7));
  const v1::SubscriptionList list = List();
  ASSERT_EQ(list.deputies_size(), 1);
  EXPECT_EQ(list.own_deputies(), 1U);
  EXPECT_EQ(list.deputies(0).leader(), "max");
  v1::LeaderChange none = Naming("max", 7);
  none.mutable_deputies()->clear_deputies();
  Mirrored(none);
  EXPECT_TRUE(List().deputies().empty());
}

TEST_F(FeedDeputiesTest, WhoCannotStandInIsRefused) {
  v1::LeaderChange backwards = Naming("max", 7);
  backwards.mutable_deputies()->mutable_deputies(0)->set_from(Day(8));
  v1::LeaderChange for_good = Naming("max", 7);
  for_good.mutable_deputies()->mutable_deputies(0)->clear_until();
  v1::LeaderChange many = Naming("max", 7);
  for (int i = 0; i < 8; ++i) {
    *many.mutable_deputies()->add_deputies() = many.deputies().deputies(0);
  }
  for (const auto& [change, said] :
       {std::pair{Naming("dana", 7), "themselves"},
        {Naming("nobody", 7), "no leader of the organisation"},
        {Naming("max", -2), "is over"},
        {Naming("max", 400), "366 days"},
        {backwards, "is before"},
        {for_good, "no last day"},
        {many, "at most 8"}}) {
    EXPECT_NE(Change(change).text().find(said), std::string::npos)
        << Change(change).text();
  }
  EXPECT_TRUE(Spooled().empty());
}

TEST_F(FeedSubscriptionsTest, EveryMistakeIsToldAndNothingIsSpooled) {
  v1::Subscription wanted = Of("brief", "dana", "9:30");
  EXPECT_NE(Change(Setting(wanted)).text().find("9:30"), std::string::npos);
  wanted.set_at("09:30");
  wanted.add_channels("no-such-channel");
  wanted.mutable_scope()->add_topics("parking");
  const std::string text = Change(Setting(wanted)).text();
  EXPECT_NE(text.find("no channel"), std::string::npos) << text;
  EXPECT_NE(text.find("parking"), std::string::npos) << text;
  EXPECT_TRUE(Spooled().empty());
}

TEST_F(FeedSubscriptionsTest, ListTellsTheFilesFromTheLeadersOwn) {
  v1::SubscriptionList list = List();
  ASSERT_EQ(list.entries_size(), 1);
  EXPECT_FALSE(list.entries(0).changed());
  Mirrored(Setting(Of("dana-hourly", "dana", "09:00")));
  Mirrored(Setting(Of("brief", "dana", "09:00")));
  list = List();
  ASSERT_EQ(list.entries_size(), 2);
  EXPECT_TRUE(list.entries(0).changed());
  EXPECT_TRUE(list.entries(0).in_file());
  EXPECT_FALSE(list.entries(1).in_file());
}

TEST_F(FeedSubscriptionsTest, OnlyAnOwnChangeCanBeRemoved) {
  v1::LeaderChange change;
  change.set_remove("dana-hourly");
  EXPECT_NE(Change(change).text().find("--paused"), std::string::npos);
  change.set_remove("nothing");
  EXPECT_NE(Change(change).text().find("subscription list"), std::string::npos);
  Mirrored(Setting(Of("brief", "dana", "09:00")));
  change.set_remove("brief");
  EXPECT_EQ(Change(change).code(), 0U);
}

TEST_F(FeedSubscriptionsTest, ThereIsAMostOfThem) {
  for (int i = 0; i < 16; ++i) {
    Mirrored(Setting(Of("s" + std::to_string(i), "dana", "09:00")));
  }
  EXPECT_NE(Change(Setting(Of("s16", "dana", "09:00"))).code(), 0U);
  EXPECT_EQ(Change(Setting(Of("s3", "dana", "10:00"))).code(), 0U);
}

TEST_F(FeedSubscriptionsTest, APausedOneSendsNothing) {
  v1::Subscription paused = Of("dana-hourly", "dana", "");
  paused.set_cadence(v1::Subscription::HOURLY);
  paused.set_paused(true);
  Mirrored(Setting(paused));
  for (int hour = 0; hour < 3; ++hour) {
    clock_.Pass(absl::Hours(1));
    feed_->Turn({}, absl::ZeroDuration());
  }
  EXPECT_EQ(Queued(), 0U);
}

}  // namespace
}  // namespace earshot::feed
