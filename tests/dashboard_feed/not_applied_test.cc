#include "dashboard_feed/digest/not_applied.h"

#include <gtest/gtest.h>

#include "dashboard_feed/render/render.h"
#include "proto/contract/times.h"
#include "tests/dashboard_feed/held_model.h"
#include "tests/dashboard_feed/said_by_nine.h"

// Two leaders decided at once: who is told, and how often.
namespace earshot::feed {
namespace {

const absl::Time kNow = absl::FromCivil(
    absl::CivilSecond(2026, 11, 3, 11, 0, 0), absl::UTCTimeZone());

class NotAppliedTest : public testing::Test {
 protected:
  NotAppliedTest() {
    for (const char* id : {"amara", "dana", "eve"}) {
      v1::Leader& leader = *model_.organisation.add_leaders();
      leader.set_id(id);
      model_.scopes[id].set_reporters_90d(100);
    }
  }

  // Dana wanted to decline what Amara had resolved.
  v1::InsightEvent& Say(uint64_t id, absl::Time at = kNow - absl::Hours(2)) {
    v1::Insight& insight = model_.Say(id, at);
    insight.set_topic("checkout");
    insight.set_title("The till froze");
    insight.set_kind(v1::OBSERVATION_KIND_PAIN_POINT);
    insight.set_state(v1::RESOLVED);
    SaidByNine(insight);
    v1::InsightEvent& event = *insight.add_history();
    event.set_decision(id);
    event.set_verb("decline");
    event.set_leader("Dana Wright");
    event.set_leader_id("dana");
    event.set_not_applied("it was resolved by Amara Osei before");
    event.set_stands_of("amara");
    *event.mutable_at() = contract::ToStamp(at);
    return event;
  }

  v1::Digest For(const std::string& leader, const Before& before = {}) {
    DigestRequest request;
    request.from = kNow - absl::Hours(24);
    request.to = kNow;
    request.before = before;
    const Model& model = model_.Fresh();
    return BuildDigest(model, *model.FindLeader(leader), request).digest;
  }
  static void Tell(const v1::Digest& digest, Before& before) {
    before.any = true;
    before.to = kNow;
    for (const v1::NotAppliedLine& line : digest.not_applied()) {
      before.told_not_applied.insert(line.key());
    }
  }

  HeldModel model_;
};

TEST_F(NotAppliedTest, BothLeadersAreToldInTheirNextDigestAndNobodyElse) {
  Say(7);
  const v1::Digest own = For("dana");
  ASSERT_EQ(own.not_applied_size(), 1);
  EXPECT_EQ(own.not_applied(0).insight(), 7U);
  EXPECT_EQ(own.not_applied(0).text(),
            "your 'decline' of 2026-11-03 09:00 was not applied: it was "
            "resolved by Amara Osei before");
  const v1::Digest other = For("amara");
  ASSERT_EQ(other.not_applied_size(), 1);
  EXPECT_EQ(other.not_applied(0).text(),
            "'decline' by Dana Wright of 2026-11-03 09:00 was not applied: it "
            "was resolved by Amara Osei before");
  EXPECT_EQ(For("eve").not_applied_size(), 0);
  const std::string text = DigestAsText(own, false);
  EXPECT_NE(text.find("#7 The till froze"), std::string::npos);
  EXPECT_NE(text.find(own.not_applied(0).text()), std::string::npos) << text;
  EXPECT_NE(DigestAsJson(own).find("\"not_applied\":[{\"insight\":7"),
            std::string::npos);
  EXPECT_EQ(DigestAsJson(For("eve")).find("not_applied"), std::string::npos);
}

TEST_F(NotAppliedTest, ASubscriptionTellsItOnceHoweverLateItCame) {
  Say(7);
  Before before;
  Tell(For("dana"), before);
  EXPECT_EQ(For("dana", before).not_applied_size(), 0);
  // Decided before that digest; the router told of it after.
  Say(8, kNow - absl::Hours(3));
  const v1::Digest next = For("dana", before);
  ASSERT_EQ(next.not_applied_size(), 1);
  EXPECT_EQ(next.not_applied(0).insight(), 8U);
}

TEST_F(NotAppliedTest, OfManyTheOldestComeFirstAndTheRestNextTime) {
  constexpr int kAll = kMostNotAppliedLines + 3;
  for (int i = 0; i < kAll; ++i) {
    Say(static_cast<uint64_t>(i + 1), kNow - absl::Hours(20 - i));
  }
  Before before;
  const v1::Digest first = For("dana", before);
  EXPECT_EQ(first.not_applied_size(), kMostNotAppliedLines);
  EXPECT_EQ(first.not_applied(0).insight(), 1U);
  EXPECT_EQ(first.more_not_applied(), 3U);
  Tell(first, before);
  const v1::Digest second = For("dana", before);
  EXPECT_EQ(second.not_applied_size(), 3);
  EXPECT_EQ(second.more_not_applied(), 0U);
}

TEST_F(NotAppliedTest, WhatIsLongAgoOrOutOfSightIsNotTold) {
  Say(7, kNow - kNotAppliedTold - absl::Hours(1));
  EXPECT_EQ(For("dana").not_applied_size(), 0);
  Say(8);
  model_.organisation.mutable_leaders(1)->mutable_scope()->add_topics(
      "parking");
  EXPECT_EQ(For("dana").not_applied_size(), 0);
  EXPECT_EQ(For("amara").not_applied_size(), 1);
}

TEST_F(NotAppliedTest, WhatWhoStandsInDecidedIsToldToWhomTheyStandInFor) {
  Say(7).set_leader_id("eve");
  model_.organisation.mutable_leaders(1)->add_deputies()->set_leader("eve");
  EXPECT_EQ(For("dana").not_applied_size(), 1);
}

TEST_F(NotAppliedTest, ADigestThatTellsOfItIsNotEmpty) {
  Say(7);
  Before before;
  before.any = true;
  before.to = kNow - absl::Hours(1);
  before.shown = {{7, 9}};
  const v1::Digest digest = For("dana", before);
  EXPECT_EQ(digest.not_applied_size(), 1);
  EXPECT_FALSE(digest.empty());
}

TEST_F(NotAppliedTest, OnlySoManyAreRememberedTheNewest) {
  for (uint64_t i = 1; i <= kMostNotApplied + 5; ++i) {
    Say(i, kNow - absl::Hours(13) + absl::Seconds(i));
  }
  const Model& model = model_.Fresh();
  EXPECT_EQ(model.not_applied.size(), kMostNotApplied);
  EXPECT_EQ(model.not_applied.begin()->second.insight, 6U);
}

}  // namespace
}  // namespace earshot::feed
