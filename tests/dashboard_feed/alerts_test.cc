#include <gtest/gtest.h>

#include "proto/contract/times.h"
#include "tests/dashboard_feed/feed_fixture.h"

// Who is told at once by a whole feed, and how often.
namespace earshot::feed {
namespace {

class AlertsTest : public LinkedFeedTest {
 protected:
  void SetUp() override {
    LinkedFeedTest::SetUp();
    Settle();  // it knows what there was before it
  }

  void Settle() { TurnFor(absl::Seconds(8)); }

  v1::Alert AlertOf(uint64_t number, const std::string& topic = "checkout") {
    v1::Alert alert;
    alert.set_observation(std::string(15, 'o') + static_cast<char>(number));
    alert.set_insight(topic == "checkout" ? 1 : 2);
    alert.set_topic(topic);
    alert.set_severity(5);
    alert.set_site("north-1");
    alert.set_open_always(true);
    alert.set_number(number);
    alert.set_slot(static_cast<uint32_t>(number % 1000));
    *alert.mutable_received_at() = contract::ToStamp(clock_.Wall());
    *alert.mutable_observed_at() = contract::ToStamp(clock_.Wall());
    return alert;
  }

  void Send(const std::vector<v1::Alert>& alerts, bool reset = false) {
    v1::Delivery delivery;
    if (reset) ++generation_;  // of its own generation it would be a repeat
    delivery.set_generation(generation_);
    delivery.set_reset(reset);
    delivery.set_prev_seq(reset ? 0 : next_ - 1);
    if (reset) SeedItems(delivery);
    for (const v1::Alert& alert : alerts) {
      v1::Item& item = *delivery.add_items();
      item.set_kind(v1::UPDATE_ALERT);
      item.set_body(alert.SerializeAsString());
    }
    if (reset) next_ = 1;
    for (v1::Item& item : *delivery.mutable_items()) item.set_seq(next_++);
    router_.Update(delivery);
    Settle();
  }

  // An immediate one, instead of the hourly one.
  void Subscribe(const std::string& quiet_from, const std::string& quiet_to) {
    subscriptions_.Clear();
    v1::Subscription& at_once = *subscriptions_.add_subscriptions();
    at_once.set_id("dana-at-once");
    at_once.set_leader("dana");
    at_once.set_cadence(v1::Subscription::IMMEDIATE);
    at_once.add_channels("no-such-channel");
    at_once.set_quiet_from(quiet_from);
    at_once.set_quiet_to(quiet_to);
    Send({}, true);
  }

  void SeedItems(v1::Delivery& delivery) {
    v1::Organisation organisation;
    v1::Leader& leader = *organisation.add_leaders();
    leader.set_id("dana");
    leader.set_public_key(leader_keys_.public_key);
    leader.mutable_scope()->add_topics("checkout");
    organisation.add_leaders()->set_id("max");
    Add(delivery, v1::UPDATE_ORGANISATION, AsFile(organisation));
    Add(delivery, v1::UPDATE_SUBSCRIPTIONS, AsFile(subscriptions_));
    AddInsight(delivery, 1, "checkout", v1::HEARD);
    AddInsight(delivery, 2, "parking", v1::HEARD);
  }

  std::vector<v1::Digest> Told(const std::string& leader,
                               uint32_t kind = v1::DIGEST_ALERT) {
    auto outbox = Outbox::Open(settings_.InData("feed.db"), 400, random_);
    EXPECT_TRUE(outbox.ok());
    std::vector<v1::Digest> told;
    const auto items = (*outbox)->ItemsAfter(leader, 0, 1000, 1 << 20);
    EXPECT_TRUE(items.ok());
    for (const v1::Item& item : *items) {
      if (item.kind() == kind) {
        told.emplace_back().ParseFromString(item.body());
      }
    }
    return told;
  }
  std::vector<Delivery> Owed() {
    auto outbox = Outbox::Open(settings_.InData("feed.db"), 400, random_);
    EXPECT_TRUE(outbox.ok());
    Deliveries::Filter filter;
    filter.subscription = "dana-at-once";
    return *(*outbox)->deliveries().List(filter, 100);
  }

  uint64_t generation_ = 7;
  uint64_t next_ = 6;  // after what the mirror was seeded with
  v1::Subscriptions subscriptions_;
};

TEST_F(AlertsTest, EachLeaderWhoseScopeItIsInIsToldWithSiteAndMoment) {
  Send({AlertOf(1)});
  const auto told = Told("dana");
  ASSERT_EQ(told.size(), 1U);
  EXPECT_TRUE(told[0].alert());
  const v1::DigestItem& item = told[0].sections(0).items(0);
  EXPECT_EQ(item.insight(), 1U);
  EXPECT_EQ(item.severity_max(), 5U);
  EXPECT_EQ(item.site_names(0), "north-1");
  EXPECT_TRUE(item.moment());
  EXPECT_EQ(Told("max").size(), 1U);
  Send({AlertOf(2, "parking")});
  EXPECT_EQ(Told("dana").size(), 1U);
  EXPECT_EQ(Told("max").size(), 2U);
}

TEST_F(AlertsTest, OnceAcrossARestartAResetAndANewGeneration) {
  Send({AlertOf(1)});
  Restart();
  Settle();
  EXPECT_EQ(Told("dana").size(), 1U);
  Send({AlertOf(1)}, true);
  EXPECT_EQ(Told("dana").size(), 1U);
  v1::Alert again = AlertOf(1);
  again.set_number(0);
  again.set_slot(0);
  Send({again, AlertOf(2)});
  EXPECT_EQ(Told("dana").size(), 2U);
}

TEST_F(AlertsTest, WhatWasThereBeforeTheFeedIsNotTold) {
  feed_.reset();
  for (const char* ending : {"", "-wal", "-shm"}) {
    std::remove((settings_.InData("feed.db") + ending).c_str());
  }
  v1::Delivery delivery;
  delivery.set_generation(7);
  delivery.set_prev_seq(next_ - 1);
  v1::Item& item = *delivery.add_items();
  item.set_seq(next_++);
  item.set_kind(v1::UPDATE_ALERT);
  item.set_body(AlertOf(4).SerializeAsString());
  auto mirror = Mirror::Open(settings_.InData("mirror.db"));
  ASSERT_TRUE((*mirror)->Take(delivery, clock_.Wall()).ok());
  mirror->reset();
  clock_.Pass(absl::Seconds(2));
  Restart();
  Settle();
  EXPECT_TRUE(Told("dana").empty());
  Send({AlertOf(5)});
  EXPECT_EQ(Told("dana").size(), 1U);
}

TEST_F(AlertsTest, WhatTheRingLostIsCounted) {
  Send({AlertOf(0)});
  Send({AlertOf(5)});
  auto outbox = Outbox::Open(settings_.InData("feed.db"), 400, random_);
  EXPECT_EQ((*outbox)->alerts().ReadMark()->missed, 4U);
  EXPECT_EQ(Told("dana").size(), 2U);
}

TEST_F(AlertsTest, AFollowerAndASessionAreTold) {
  wire::PeerSession leader(random_);
  v1::Hello hello;
  hello.set_wire_min(wire::kWireVersion);
  hello.set_wire_max(wire::kWireVersion);
  hello.set_epoch(5);
  leader.Dial(hello, clock_.Monotonic());
  Exchange(leader);
  Send({AlertOf(1)});
  int alerts = 0;
  for (const wire::PeerEvent& event : Exchange(leader)) {
    v1::Delivery delivery;
    if (event.kind != v1::DIGEST || !delivery.ParseFromString(event.body)) {
      continue;
    }
    for (const v1::Item& item : delivery.items()) {
      alerts += item.kind() == v1::DIGEST_ALERT ? 1 : 0;
    }
  }
  EXPECT_EQ(alerts, 1);
}

// 1'800'000'000 is 08:00 UTC.
TEST_F(AlertsTest, AnImmediateSubscriptionSendsThemOverItsChannels) {
  Subscribe("", "");
  Send({AlertOf(1)});
  const auto deliveries = Owed();
  ASSERT_EQ(deliveries.size(), 1U);
  EXPECT_EQ(deliveries[0].leader, "dana");
}

TEST_F(AlertsTest, QuietHoursHoldThemBackAndLetThemGoTogether) {
  Subscribe("07:00", "10:00");
  Send({AlertOf(1)});
  Send({AlertOf(2)});
  EXPECT_EQ(Told("dana").size(), 2U) << "the own queue has no quiet hours";
  EXPECT_TRUE(Owed().empty());
  Restart();
  Settle();
  v1::Alert risk = AlertOf(3);
  risk.set_kind(v1::OBSERVATION_KIND_RISK);
  Send({risk});
  EXPECT_EQ(Owed().size(), 1U) << "a risk breaks through";
  clock_.Pass(absl::Hours(2));
  Settle();
  EXPECT_EQ(Owed().size(), 2U);
  const auto together = Told("dana", v1::DIGEST_ALERTS_TOGETHER);
  ASSERT_EQ(together.size(), 1U);
  EXPECT_EQ(together[0].sections(0).items_size(), 2);
  Restart();
  Settle();
  EXPECT_EQ(Owed().size(), 2U);
}

TEST_F(AlertsTest, OneThatArrivesAnHourLateWaitsForTheDigest) {
  v1::Alert late = AlertOf(1);
  *late.mutable_observed_at() =
      contract::ToStamp(clock_.Wall() - absl::Hours(2));
  Send({late});
  EXPECT_TRUE(Told("dana").empty());
}

}  // namespace
}  // namespace earshot::feed
