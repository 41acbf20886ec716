#include "router/loop/not_applied.h"

#include <gtest/gtest.h>

#include <algorithm>

#include "router/insight/insight.h"
#include "router/loop/front_line.h"

namespace earshot::router {
namespace {

LoggedDecision Of(uint64_t number, const std::string& leader,
                  void (*verb)(v1::Decision&)) {
  LoggedDecision decided;
  decided.number = number;
  decided.leader_name = leader;
  decided.record.mutable_decision()->set_leader("id-" + leader);
  verb(*decided.record.mutable_decision());
  return decided;
}
void Resolve(v1::Decision& decision) { decision.mutable_resolve(); }
void Decline(v1::Decision& decision) { decision.mutable_decline(); }
void Reopen(v1::Decision& decision) { decision.mutable_reopen(); }
void Ack(v1::Decision& decision) { decision.mutable_acknowledge(); }
void Merge(v1::Decision& decision) { decision.mutable_merge()->set_into(9); }

// As the fold does.
void Decide(v1::Insight& insight, const LoggedDecision& decided) {
  const auto outcome = ApplyDecision(insight, decided, RulesOf({}));
  if (!outcome.ok()) NoteRefused(insight, decided, outcome.status());
}

v1::Insight Heard() {
  v1::Insight insight;
  insight.set_state(v1::HEARD);
  return insight;
}

const v1::InsightEvent& LastOf(const v1::Insight& insight) {
  return insight.history(insight.history_size() - 1);
}

TEST(NotApplied, ItSaysWhoseDecisionStands) {
  v1::Insight insight = Heard();
  Decide(insight, Of(1, "Amara", Ack));
  Decide(insight, Of(2, "Dana", Ack));
  EXPECT_EQ(LastOf(insight).leader_id(), "id-Dana");
  EXPECT_EQ(LastOf(insight).stands_of(), "id-Amara");
  EXPECT_EQ(LastOf(insight).not_applied(),
            "it was acknowledged by Amara before");
  EXPECT_EQ(insight.last_decision(), 1U) << "nothing has changed";
  EXPECT_EQ(insight.state(), v1::ACKNOWLEDGED);
}

TEST(NotApplied, WhatTheFrontLineConfirmedStillStandsForItsLeader) {
  v1::Insight insight = Heard();
  Decide(insight, Of(1, "Amara", Resolve));
  ReportersVerdict verdict;
  verdict.answer = insight.verdicts().answer();
  verdict.fixed = v1::Verdict::YES;
  verdict.number = 2;
  ASSERT_TRUE(ApplyVerdict(insight, verdict, RulesOf({})));
  ASSERT_EQ(insight.state(), v1::CONFIRMED);
  Decide(insight, Of(3, "Dana", Decline));
  EXPECT_EQ(LastOf(insight).stands_of(), "id-Amara");
  EXPECT_EQ(LastOf(insight).not_applied(),
            "it was resolved by Amara before, and is confirmed");
}

TEST(NotApplied, WhereTheFrontLineMovedItNoLeaderStandsInTheWay) {
  v1::Insight insight = Heard();
  Decide(insight, Of(1, "Amara", Resolve));
  ReportersVerdict verdict;
  verdict.answer = insight.verdicts().answer();
  verdict.fixed = v1::Verdict::NO;
  verdict.with_reason = true;
  verdict.number = 2;
  ASSERT_TRUE(ApplyVerdict(insight, verdict, RulesOf({})));
  Decide(insight, Of(3, "Dana", Reopen));
  EXPECT_EQ(LastOf(insight).stands_of(), "");
  EXPECT_NE(LastOf(insight).not_applied(), "");
  EXPECT_EQ(insight.regressions(), 1U);
}

TEST(NotApplied, WhatIsImpossibleByItselfIsNobodysFault) {
  v1::Insight insight = Heard();
  v1::InsightEvent& merged = *insight.add_history();
  merged.set_verb("merge");
  merged.set_leader("Amara");
  merged.set_leader_id("id-Amara");
  NoteRefused(insight, Of(2, "Dana", Merge),
              absl::FailedPreconditionError("it is part of it already"));
  EXPECT_EQ(LastOf(insight).stands_of(), "id-Amara");
  NoteRefused(insight, Of(3, "Dana", Merge),
              absl::ResourceExhaustedError("it holds 49 others at most"));
  EXPECT_EQ(LastOf(insight).stands_of(), "");
  EXPECT_EQ(LastOf(insight).not_applied(), "it holds 49 others at most");
}

TEST(NotApplied, ToShowWhatIsNotHiddenNobodyStandsInTheWay) {
  v1::Insight insight = Heard();
  Decide(insight, Of(1, "Amara", Ack));
  Decide(insight, Of(2, "Dana", [](v1::Decision& decision) {
           decision.mutable_mute();  // until it was decided: its end
         }));
  EXPECT_EQ(LastOf(insight).not_applied(), "the insight is not hidden");
  EXPECT_EQ(LastOf(insight).stands_of(), "");
}

TEST(NotApplied, ItNeverPushesOutOfTheHistoryWhatWasApplied) {
  v1::Insight insight = Heard();
  Decide(insight, Of(1, "Amara", Resolve));
  for (uint64_t number = 2; number < 40; ++number) {
    Decide(insight, Of(number, "Dana", Decline));
  }
  EXPECT_EQ(insight.history_size(), 1 + kMostNotApplied);
  EXPECT_EQ(insight.history(0).verb(), "resolve");
  EXPECT_EQ(LastOf(insight).decision(), 39U) << "the newest stay";
  EXPECT_EQ(insight.events(), 39U);
}

}  // namespace
}  // namespace earshot::router
