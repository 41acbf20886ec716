#include "router/loop/front_line.h"

#include <gtest/gtest.h>

#include <set>

#include "proto/contract/names.h"
#include "proto/contract/times.h"

namespace earshot::router {
namespace {

const absl::Time kThen = absl::FromUnixSeconds(1'790'000'000);
constexpr char kAnswer[] = "answer-of-16-byt";

const std::set<v1::State> kAll{
    v1::HEARD,    v1::ACKNOWLEDGED, v1::COMMITTED,    v1::DECLINED,
    v1::RESOLVED, v1::CONFIRMED,    v1::UNCHALLENGED, v1::REOPENED};

// Of so many reporters, resolved a while after all of them had said so.
v1::Insight Resolved(uint32_t reporters) {
  v1::Insight insight;
  insight.set_id(1);
  insight.set_reporters(reporters);
  insight.set_observations(reporters);
  *insight.mutable_first_seen() = contract::ToStamp(kThen - absl::Hours(240));
  *insight.mutable_last_seen() = contract::ToStamp(kThen - absl::Hours(24));
  insight.set_state(v1::RESOLVED);
  BeginWatch(insight, kThen, kAnswer);
  return insight;
}

ReportersVerdict Says(v1::Verdict::Fixed fixed, bool with_reason = false) {
  ReportersVerdict verdict;
  verdict.answer = kAnswer;
  verdict.fixed = fixed;
  verdict.with_reason = with_reason;
  verdict.sites = 1;
  verdict.number = 9;
  verdict.at = kThen + absl::Hours(1);
  return verdict;
}

bool Apply(v1::Insight& insight, const ReportersVerdict& verdict) {
  return ApplyVerdict(insight, verdict, RulesOf({}));
}

TEST(FrontLine, EnoughThatSayYesConfirm) {
  v1::Insight insight = Resolved(15);
  ASSERT_TRUE(Apply(insight, Says(v1::Verdict::YES)));
  ASSERT_TRUE(Apply(insight, Says(v1::Verdict::YES)));
  EXPECT_EQ(insight.state(), v1::RESOLVED);
  ASSERT_TRUE(Apply(insight, Says(v1::Verdict::YES)));
  EXPECT_EQ(insight.state(), v1::CONFIRMED);
  EXPECT_EQ(insight.verdicts().asked(), 15U);
  // Later ones still count.
  ASSERT_TRUE(Apply(insight, Says(v1::Verdict::YES)));
  EXPECT_EQ(insight.verdicts().yes(), 4U);
  EXPECT_EQ(insight.history_size(), 1);
}

TEST(FrontLine, OfFewReportersAllHaveToSayYes) {
  v1::Insight insight = Resolved(2);
  Apply(insight, Says(v1::Verdict::YES));
  EXPECT_EQ(insight.state(), v1::RESOLVED);
  Apply(insight, Says(v1::Verdict::YES));
  EXPECT_EQ(insight.state(), v1::CONFIRMED);
}

TEST(FrontLine, ANoWithAReasonReopensWhateverOthersSaid) {
  for (const v1::State state :
       {v1::RESOLVED, v1::CONFIRMED, v1::UNCHALLENGED}) {
    v1::Insight insight = Resolved(15);
    insight.set_state(state);
    ASSERT_TRUE(Apply(insight, Says(v1::Verdict::NO, true)));
    EXPECT_EQ(insight.state(), v1::REOPENED);
    EXPECT_EQ(insight.regressions(), 1U);
    EXPECT_EQ(insight.history(0).verb(), "not fixed");
  }
}

TEST(FrontLine, ANoWithoutAReasonStandsAgainstFourThatSayYes) {
  v1::Insight insight = Resolved(15);
  Apply(insight, Says(v1::Verdict::NO));
  EXPECT_EQ(insight.state(), v1::RESOLVED);
  for (int i = 0; i < 3; ++i) Apply(insight, Says(v1::Verdict::YES));
  EXPECT_EQ(insight.state(), v1::RESOLVED);
  Apply(insight, Says(v1::Verdict::YES));
  EXPECT_EQ(insight.state(), v1::CONFIRMED);
}

TEST(FrontLine, TheLastWordOfAReporterCounts) {
  v1::Insight insight = Resolved(15);
  Apply(insight, Says(v1::Verdict::YES));
  ReportersVerdict changed = Says(v1::Verdict::NO);
  changed.before = v1::Verdict::YES;
  Apply(insight, changed);
  EXPECT_EQ(insight.verdicts().yes(), 0U);
  EXPECT_EQ(insight.verdicts().no(), 1U);
}

TEST(FrontLine, AVerdictCountsOnlyWhereTheTableAsksForOne) {
  for (const v1::State state : kAll) {
    v1::Insight insight = Resolved(15);
    insight.set_state(state);
    const bool asked = state == v1::RESOLVED || state == v1::CONFIRMED ||
                       state == v1::UNCHALLENGED;
    EXPECT_EQ(Apply(insight, Says(v1::Verdict::YES)), asked)
        << contract::StateName(state);
  }
  v1::Insight insight = Resolved(15);
  ReportersVerdict other = Says(v1::Verdict::NO, true);
  other.answer = "of another anser";
  EXPECT_FALSE(Apply(insight, other));
  EXPECT_EQ(insight.state(), v1::RESOLVED);
}

TEST(FrontLine, WhatIsResolvedIsUnchallengedAfterItsDaysAndNotBefore) {
  const v1::Insight insight = Resolved(15);
  const auto tick = NextTick(insight, RulesOf({}));
  ASSERT_TRUE(tick);
  EXPECT_EQ(tick->what, v1::TickRecord::UNCHALLENGED);
  EXPECT_EQ(tick->at, kThen + absl::Hours(14 * 24));
}

// From which states time and new evidence move, by hand.
TEST(FrontLine, TicksMoveOnlyAlongTheTable) {
  for (const v1::State state : kAll) {
    const bool finished = state == v1::RESOLVED || state == v1::CONFIRMED ||
                          state == v1::UNCHALLENGED || state == v1::DECLINED;
    const auto after = [&](v1::TickRecord::What what) {
      v1::Insight insight = Resolved(15);
      insight.set_state(state);
      insight.set_last_decision(5);
      v1::TickRecord tick;
      tick.set_what(what);
      tick.set_decision(5);
      ApplyTick(insight, tick, 9);
      return insight.state();
    };
    EXPECT_EQ(after(v1::TickRecord::ACKNOWLEDGEMENT_EXPIRED),
              state == v1::ACKNOWLEDGED ? v1::HEARD : state);
    EXPECT_EQ(after(v1::TickRecord::UNCHALLENGED),
              state == v1::RESOLVED ? v1::UNCHALLENGED : state);
    EXPECT_EQ(after(v1::TickRecord::IS_BACK), finished ? v1::REOPENED : state);
  }
}

TEST(FrontLine, ATickSaysNothingAfterAnotherDecision) {
  v1::Insight insight = Resolved(15);
  insight.set_last_decision(6);
  v1::TickRecord tick;
  tick.set_what(v1::TickRecord::UNCHALLENGED);
  tick.set_decision(5);
  EXPECT_FALSE(ApplyTick(insight, tick, 9));
  EXPECT_EQ(insight.state(), v1::RESOLVED);
}

v1::Insight HeardAgain(v1::State state, uint64_t a_week, int since, int days) {
  v1::Insight insight = Resolved(15);
  for (int week = 4; week >= 1; --week) {
    v1::SpanCount& span = *insight.add_weeks();
    span.set_first_day(
        static_cast<int32_t>(absl::ToUnixSeconds(kThen) / 86400 - week * 7));
    span.set_observations(a_week);
  }
  *insight.mutable_first_seen() = contract::ToStamp(kThen - absl::Hours(840));
  BeginWatch(insight, kThen, kAnswer);
  insight.set_state(state);
  for (int i = 0; i < since; ++i) {
    const absl::Time at = kThen + absl::Hours(24 * days * (i + 1) / since);
    WatchEvidence(insight, at, true);
    *insight.mutable_last_seen() = contract::ToStamp(at);
  }
  return insight;
}

TEST(FrontLine, WhatIsHeardAsBeforeIsBackAndAStragglerIsNot) {
  EXPECT_FALSE(IsBack(HeardAgain(v1::RESOLVED, 70, 2, 1)));
  EXPECT_FALSE(IsBack(HeardAgain(v1::RESOLVED, 70, 4, 2)));
  EXPECT_TRUE(IsBack(HeardAgain(v1::RESOLVED, 70, 20, 2)));
  EXPECT_TRUE(IsBack(HeardAgain(v1::CONFIRMED, 2, 4, 2)));
  const auto tick = NextTick(HeardAgain(v1::RESOLVED, 70, 20, 2), RulesOf({}));
  ASSERT_TRUE(tick);
  EXPECT_EQ(tick->what, v1::TickRecord::IS_BACK);
}

TEST(FrontLine, WhatWasDeclinedComesBackOnlyWhenItIsMoreThanBefore) {
  EXPECT_FALSE(IsBack(HeardAgain(v1::DECLINED, 70, 20, 2)));
  EXPECT_TRUE(IsBack(HeardAgain(v1::DECLINED, 70, 60, 2)));
}

TEST(FrontLine, WhatWasObservedBeforeTheAnswerIsNoNewEvidence) {
  v1::Insight insight = Resolved(15);
  WatchEvidence(insight, kThen - absl::Hours(1), true);
  WatchEvidence(insight, kThen, true);
  EXPECT_EQ(insight.since_settled(), 0U);
  WatchEvidence(insight, kThen + absl::Seconds(1), true);
  EXPECT_EQ(insight.since_settled(), 1U);
  WatchEvidence(insight, kThen + absl::Seconds(1), false);
  EXPECT_EQ(insight.since_settled(), 0U);
}

}  // namespace
}  // namespace earshot::router
