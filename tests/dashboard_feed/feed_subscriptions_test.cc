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

v1::SubscriptionChange Setting(const v1::Subscription& s) {
  v1::SubscriptionChange change;
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
  v1::ControlResponse Change(const v1::SubscriptionChange& change) {
    v1::ControlRequest request;
    request.set_command("change-subscription");
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
  void Mirrored(const v1::SubscriptionChange& change) {
    feed_.reset();
    auto mirror = Mirror::Open(settings_.InData("mirror.db"));
    v1::Delivery delivery;
    delivery.set_generation((*mirror)->cursor().generation());
    delivery.set_prev_seq((*mirror)->cursor().seq());
    v1::Item& item = *delivery.add_items();
    item.set_seq(delivery.prev_seq() + 1);
    item.set_kind(v1::UPDATE_SUBSCRIPTION);
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
  EXPECT_EQ(records[0].kind, static_cast<uint32_t>(v1::RECORD_SUBSCRIPTION));
  v1::SubscriptionChange change;
  ASSERT_TRUE(change.ParseFromString(records[0].body));
  EXPECT_EQ(change.leader(), "dana");
  EXPECT_EQ(change.set().leader(), "dana");
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
  v1::SubscriptionChange change;
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
