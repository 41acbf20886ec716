#include <gtest/gtest.h>

#include "proto/contract/times.h"
#include "tests/dashboard_feed/feed_fixture.h"
#include "tests/dashboard_feed/said_by_nine.h"

// Whom a whole feed tells that something waits too long, and how often.
namespace earshot::feed {
namespace {

class EscalationsTest : public LinkedFeedTest {
 protected:
  void SetUp() override {
    LinkedFeedTest::SetUp();
    Settle();  // it knows what there was before it
    Subscribe();
  }

  void Settle() { TurnFor(absl::Seconds(8)); }

  // An immediate one of Dana's.
  v1::Subscription& Own() {
    if (subscriptions_.subscriptions().empty()) {
      v1::Subscription& own = *subscriptions_.add_subscriptions();
      own.set_id("dana-at-once");
      own.set_leader("dana");
      own.set_cadence(v1::Subscription::IMMEDIATE);
      own.add_channels("no-such-channel");
    }
    return *subscriptions_.mutable_subscriptions(0);
  }
  void Subscribe() {
    Own();
    Send({}, /*reset=*/true);
  }

  v1::Insight Waits(uint64_t id, v1::Escalation::Stage stage,
                    const std::string& leader) {
    v1::Insight insight;
    insight.set_id(id);
    insight.set_opened_by("opener-" + std::to_string(id));
    insight.set_topic("checkout");
    insight.set_title("The till froze");
    insight.set_kind(v1::OBSERVATION_KIND_PAIN_POINT);
    insight.set_state(v1::HEARD);
    SaidByNine(insight);
    v1::Escalation& told = *insight.mutable_escalation();
    told.set_stage(stage);
    told.set_leader(leader);
    *told.mutable_at() = contract::ToStamp(clock_.Wall());
    *told.mutable_due() = contract::ToStamp(clock_.Wall());
    return insight;
  }

  void Send(const std::vector<v1::Insight>& insights, bool reset = false) {
    v1::Delivery delivery;
    if (reset) ++generation_;
    delivery.set_generation(generation_);
    delivery.set_reset(reset);
    delivery.set_prev_seq(reset ? 0 : next_ - 1);
    for (const v1::Insight& insight : insights) {
      v1::Item& item = *delivery.add_items();
      item.set_kind(v1::UPDATE_INSIGHT);
      insight.SerializeToString(item.mutable_body());
    }
    // After the insights: nobody is told before it is known who is to be.
    if (reset) AddNames(delivery);
    if (reset) next_ = 1;
    for (v1::Item& item : *delivery.mutable_items()) item.set_seq(next_++);
    router_.Update(delivery);
    Settle();
  }

  void AddNames(v1::Delivery& delivery) {
    v1::Organisation organisation;
    for (const char* id : {"dana", "amara", "max"}) {
      v1::Leader& leader = *organisation.add_leaders();
      leader.set_id(id);
      leader.mutable_scope()->add_topics(id == std::string("max") ? "parking"
                                                                  : "checkout");
    }
    organisation.mutable_leaders(0)->set_public_key(leader_keys_.public_key);
    Add(delivery, v1::UPDATE_ORGANISATION, AsFile(organisation));
    Add(delivery, v1::UPDATE_SUBSCRIPTIONS, AsFile(subscriptions_));
  }

  std::vector<v1::Digest> Told(const std::string& leader,
                               uint32_t kind = v1::DIGEST_ALERT) {
    auto outbox = Outbox::Open(settings_.InData("feed.db"), 400, random_);
    std::vector<v1::Digest> told;
    const auto items = (*outbox)->ItemsAfter(leader, 0, 1000, 1 << 20);
    for (const v1::Item& item : *items) {
      if (item.kind() != kind) continue;
      told.emplace_back().ParseFromString(item.body());
    }
    return told;
  }
  std::vector<Delivery> Owed() {
    auto outbox = Outbox::Open(settings_.InData("feed.db"), 400, random_);
    Deliveries::Filter filter;
    filter.subscription = "dana-at-once";
    return *(*outbox)->deliveries().List(filter, 100);
  }

  uint64_t generation_ = 7;
  uint64_t next_ = 6;
  v1::Subscriptions subscriptions_;
};

TEST_F(EscalationsTest, EachStepIsToldOnceToWhomItIsPassedOn) {
  Send({Waits(1, v1::Escalation::REMINDED, "dana")});
  const auto told = Told("dana");
  ASSERT_EQ(told.size(), 1U);
  EXPECT_TRUE(told[0].alert());
  EXPECT_EQ(told[0].sections(0).name(), "escalated");
  EXPECT_EQ(told[0].sections(0).items(0).insight(), 1U);
  EXPECT_NE(told[0].sections(0).items(0).waiting().find("waits for you"),
            std::string::npos);
  EXPECT_EQ(Owed().size(), 1U);
  EXPECT_TRUE(Told("amara").empty());
  Send({Waits(1, v1::Escalation::ESCALATED, "amara")});
  EXPECT_EQ(Told("dana").size(), 1U);
  EXPECT_EQ(Told("amara").size(), 1U);
  Send({Waits(1, v1::Escalation::OVERDUE, "")});
  EXPECT_EQ(Told("dana").size(), 2U);
  EXPECT_EQ(Told("amara").size(), 2U);
  EXPECT_TRUE(Told("max").empty()) << "it is not in their scope";
}

TEST_F(EscalationsTest, OnceAlsoOverARestartAndWhenTheRouterTellsAllAnew) {
  const v1::Insight waits = Waits(1, v1::Escalation::REMINDED, "dana");
  Send({waits});
  Restart();
  Settle();
  Send({waits}, /*reset=*/true);
  v1::Insight more = waits;
  more.set_observations(10);
  Send({more});
  EXPECT_EQ(Told("dana").size(), 1U);
  EXPECT_EQ(Owed().size(), 1U);
}

TEST_F(EscalationsTest, WhatItHadHeardBeforeItStoppedIsToldAfterIt) {
  const v1::Insight waits = Waits(1, v1::Escalation::REMINDED, "dana");
  feed_.reset();
  {
    auto mirror = Mirror::Open(settings_.InData("mirror.db"));
    v1::Delivery delivery;
    delivery.set_generation(generation_);
    delivery.set_prev_seq(next_ - 1);
    v1::Item& item = *delivery.add_items();
    item.set_seq(next_++);
    item.set_kind(v1::UPDATE_INSIGHT);
    waits.SerializeToString(item.mutable_body());
    ASSERT_TRUE((*mirror)->Take(delivery, clock_.Wall()).ok());
  }
  Restart();
  Settle();
  EXPECT_EQ(Told("dana").size(), 1U);
}

TEST_F(EscalationsTest, SeveralAtOnceAreOneMessageThatListsThem) {
  std::vector<v1::Insight> all;
  for (uint64_t id = 1; id <= 25; ++id) {
    all.push_back(Waits(id, v1::Escalation::ESCALATED, "dana"));
  }
  Send(all);
  const auto told = Told("dana");
  ASSERT_EQ(told.size(), 1U);
  EXPECT_EQ(told[0].sections(0).items_size(), 20);
  EXPECT_EQ(told[0].sections(0).more(), 5U);
  EXPECT_EQ(told[0].headline(), "25 insights wait too long");
  EXPECT_EQ(Owed().size(), 1U);
}

TEST_F(EscalationsTest, AReminderWaitsForTheEndOfQuietHours) {
  Own().set_quiet_from(absl::FormatTime("%H:%M", clock_.Wall() - absl::Hours(1),
                                        absl::UTCTimeZone()));
  Own().set_quiet_to(absl::FormatTime("%H:%M", clock_.Wall() + absl::Hours(1),
                                      absl::UTCTimeZone()));
  Subscribe();
  v1::Insight risk = Waits(3, v1::Escalation::ESCALATED, "dana");
  risk.set_kind(v1::OBSERVATION_KIND_RISK);
  v1::Insight seen_to = Waits(4, v1::Escalation::REMINDED, "dana");
  Send({Waits(1, v1::Escalation::REMINDED, "dana"),
        Waits(2, v1::Escalation::ESCALATED, "dana"), risk, seen_to});
  EXPECT_EQ(Told("dana").size(), 1U) << "their own queue has no quiet hours";
  ASSERT_EQ(Told("dana", v1::DIGEST_ALERTS_TOGETHER).size(), 1U);
  EXPECT_EQ(Told("dana", v1::DIGEST_ALERTS_TOGETHER)[0]
                .sections(0)
                .items(0)
                .insight(),
            3U);
  seen_to.clear_escalation();
  seen_to.set_state(v1::COMMITTED);
  Send({seen_to});
  Restart();
  clock_.Pass(absl::Hours(2));
  Settle();
  const auto told = Told("dana", v1::DIGEST_ALERTS_TOGETHER);
  ASSERT_EQ(told.size(), 2U);
  EXPECT_EQ(told[1].sections(0).items_size(), 2)
      << "what was seen to meanwhile is not told";
  EXPECT_EQ(Owed().size(), 2U);
  Settle();
  EXPECT_EQ(Owed().size(), 2U);
}

TEST_F(EscalationsTest, ASubscriptionTurnsThemOnOrOff) {
  Own().set_escalations(v1::Subscription::OFF);
  Subscribe();
  Send({Waits(1, v1::Escalation::REMINDED, "dana")});
  EXPECT_EQ(Told("dana").size(), 1U);
  EXPECT_TRUE(Owed().empty());
  Own().set_cadence(v1::Subscription::WEEKLY);
  Own().clear_escalations();
  Subscribe();
  Send({Waits(2, v1::Escalation::REMINDED, "dana")});
  EXPECT_TRUE(Owed().empty()) << "on by default only where alerts are";
  Own().set_escalations(v1::Subscription::ON);
  Subscribe();
  Send({Waits(3, v1::Escalation::REMINDED, "dana")});
  EXPECT_EQ(Owed().size(), 1U);
}

TEST_F(EscalationsTest, ItsScopeAndKindsChooseWhatASubscriptionTells) {
  Own().mutable_scope()->add_topics("parking");
  Subscribe();
  Send({Waits(1, v1::Escalation::REMINDED, "dana")});
  EXPECT_TRUE(Owed().empty());
  Own().clear_scope();
  Own().add_kinds("idea");
  Subscribe();
  Send({Waits(2, v1::Escalation::REMINDED, "dana")});
  EXPECT_TRUE(Owed().empty());
  EXPECT_EQ(Told("dana").size(), 2U);
}

TEST_F(EscalationsTest, WhatIsLongAgoWaitsForTheDigest) {
  v1::Insight waits = Waits(1, v1::Escalation::REMINDED, "dana");
  *waits.mutable_escalation()->mutable_at() =
      contract::ToStamp(clock_.Wall() - absl::Hours(26));
  Send({waits});
  EXPECT_TRUE(Told("dana").empty());
}

}  // namespace
}  // namespace earshot::feed
