#include "router/loop/obligations.h"

#include <gtest/gtest.h>

#include "proto/contract/times.h"
#include "tests/testing/fake_clock.h"

namespace earshot::router {
namespace {

const absl::Time kSeen = testing::At("2026-11-02T10:00:00Z");

v1::Insight Seen(v1::State state) {
  v1::Insight insight;
  insight.set_state(state);
  insight.set_observations(5);
  insight.set_repeats(2);
  *insight.mutable_opened_at() = contract::ToStamp(kSeen);
  *insight.mutable_last_seen() = contract::ToStamp(kSeen);
  return insight;
}

// Whole days.
int64_t EndsAfter(const v1::Insight& insight) {
  const auto end = NextEnd(insight, RulesOf({}));
  return end ? (end->at - kSeen) / absl::Hours(24) : 0;
}

TEST(ObligationsTest, EndNinetyDaysAfterWhatIsOverAndLaterOtherwise) {
  for (const v1::State state :
       {v1::CONFIRMED, v1::UNCHALLENGED, v1::DECLINED}) {
    EXPECT_EQ(EndsAfter(Seen(state)), 90);
  }
  // "Fixed?" is still open.
  for (const v1::State state : {v1::HEARD, v1::ACKNOWLEDGED, v1::COMMITTED,
                                v1::RESOLVED, v1::REOPENED}) {
    EXPECT_EQ(EndsAfter(Seen(state)), 400);
  }
}

TEST(ObligationsTest, EndWithTheDay) {
  v1::Insight insight = Seen(v1::HEARD);
  const absl::Time end = NextEnd(insight, RulesOf({}))->at;
  *insight.mutable_last_seen() = contract::ToStamp(kSeen + absl::Hours(10));
  EXPECT_EQ(NextEnd(insight, RulesOf({}))->at, end);
}

TEST(ObligationsTest, WhateverHappensPutsTheEndOff) {
  v1::Insight insight = Seen(v1::DECLINED);
  *insight.add_history()->mutable_at() =
      contract::ToStamp(kSeen + absl::Hours(24 * 30));
  EXPECT_EQ(EndsAfter(insight), 120);
  *insight.mutable_last_seen() =
      contract::ToStamp(kSeen + absl::Hours(24 * 40));
  EXPECT_EQ(EndsAfter(insight), 130);
}

// Imported years later: nobody could have answered before.
TEST(ObligationsTest, CountFromWhenItCameInIfThatIsLater) {
  v1::Insight insight = Seen(v1::HEARD);
  *insight.mutable_last_seen() =
      contract::ToStamp(kSeen - absl::Hours(24 * 1000));
  EXPECT_EQ(EndsAfter(insight), 400);
}

TEST(ObligationsTest, EndOnceUntilMoreReportsCome) {
  v1::Insight insight = Seen(v1::CONFIRMED);
  const absl::Time end = NextEnd(insight, RulesOf({}))->at;
  NoteEnd(insight, end, 0);
  EXPECT_FALSE(NextEnd(insight, RulesOf({})).has_value());
  insight.set_observations(6);
  EXPECT_EQ(NextEnd(insight, RulesOf({}))->at, end + absl::Hours(24 * 90));
}

TEST(ObligationsTest, WhatAnAgentHasYetToFetchComesUpAgain) {
  v1::Insight insight = Seen(v1::CONFIRMED);
  const absl::Time end = NextEnd(insight, RulesOf({}))->at;
  NoteEnd(insight, end, 3);
  EXPECT_EQ(insight.obligations_ended(), 4U);
  EXPECT_EQ(NextEnd(insight, RulesOf({}))->at, end + absl::Hours(24 * 90));
  EXPECT_FALSE(NobodyWaits(insight, end, RulesOf({})));
  EXPECT_TRUE(NobodyWaits(insight, kSeen + absl::Hours(24 * 400), RulesOf({})));
}

TEST(ObligationsTest, WhatWasMergedIsTheOtherOnes) {
  v1::Insight insight = Seen(v1::HEARD);
  insight.set_merged_into(7);
  EXPECT_FALSE(NextEnd(insight, RulesOf({})).has_value());
}

}  // namespace
}  // namespace earshot::router
