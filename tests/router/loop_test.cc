#include "router/loop/loop.h"

#include <gtest/gtest.h>

#include <map>
#include <set>

#include "proto/contract/names.h"
#include "proto/contract/times.h"
#include "router/insight/insight.h"
#include "router/loop/front_line.h"

namespace earshot::router {
namespace {

using Verb = v1::Decision::VerbCase;

const std::set<v1::State> kAll{
    v1::HEARD,    v1::ACKNOWLEDGED, v1::COMMITTED,    v1::DECLINED,
    v1::RESOLVED, v1::CONFIRMED,    v1::UNCHALLENGED, v1::REOPENED};
const std::set<v1::State> kFinished{v1::DECLINED, v1::RESOLVED, v1::CONFIRMED,
                                    v1::UNCHALLENGED};

// The loop's table, once more and by hand: from which states a verb is
// allowed, and where it leads.
TEST(Loop, MovesOnlyAlongTheTable) {
  const std::map<Verb, v1::State> leads{{Verb::kAcknowledge, v1::ACKNOWLEDGED},
                                        {Verb::kAssign, v1::COMMITTED},
                                        {Verb::kDecline, v1::DECLINED},
                                        {Verb::kResolve, v1::RESOLVED},
                                        {Verb::kReopen, v1::REOPENED}};
  for (const v1::State state : kAll) {
    for (const auto& [verb, to] : leads) {
      bool allowed = !kFinished.contains(state);
      if (verb == Verb::kAcknowledge) {
        allowed = state == v1::HEARD || state == v1::REOPENED;
      }
      if (verb == Verb::kReopen) allowed = kFinished.contains(state);
      const auto next = NextState(state, verb);
      EXPECT_EQ(next.ok(), allowed)
          << contract::StateName(state) << " verb " << static_cast<int>(verb);
      if (next.ok()) {
        EXPECT_EQ(*next, to);
      }
    }
    EXPECT_EQ(NextState(state, Verb::kMute).ok(), !kFinished.contains(state));
    for (const Verb verb : {Verb::kRename, Verb::kCorrectTopic}) {
      ASSERT_TRUE(NextState(state, verb).ok());
      EXPECT_EQ(*NextState(state, verb), state);
    }
    EXPECT_EQ(NextState(state, Verb::kAnswer).ok(), !kFinished.contains(state));
  }
}

TEST(Loop, ARefusalNamesTheState) {
  const auto next = NextState(v1::RESOLVED, Verb::kAnswer);
  ASSERT_FALSE(next.ok());
  EXPECT_NE(std::string(next.status().message()).find("resolved"),
            std::string::npos);
}

TEST(Loop, AnAnswerIsSignedAndKeepsTheState) {
  v1::Insight insight;
  insight.set_id(4);
  insight.set_state(v1::HEARD);
  v1::DecisionRecord record;
  record.set_answer_id("answer-id");
  record.mutable_decision()->mutable_answer()->set_language("en");
  const auto outcome =
      ApplyDecision(insight, {1, record, "Soon", "Amara Osei"}, RulesOf({}));
  ASSERT_TRUE(outcome.ok());
  EXPECT_TRUE(outcome->answered);
  EXPECT_EQ(outcome->answer.leader(), "Amara Osei");
  EXPECT_EQ(outcome->answer.text(), "Soon");
  EXPECT_EQ(insight.state(), v1::HEARD);
  EXPECT_EQ(insight.answers_size(), 1);
}

v1::DecisionRecord MuteFor(absl::Duration time) {
  const absl::Time at = absl::FromUnixSeconds(1'800'000'000);
  v1::DecisionRecord record;
  *record.mutable_decision()->mutable_at() = contract::ToStamp(at);
  *record.mutable_decision()->mutable_mute()->mutable_until() =
      contract::ToStamp(at + time);
  return record;
}

TEST(Loop, AMuteKeepsStateReasonAndEndUntilItIsEnded) {
  v1::Insight insight;
  insight.set_state(v1::COMMITTED);
  const v1::DecisionRecord mute = MuteFor(absl::Hours(24));
  ASSERT_TRUE(
      ApplyDecision(insight, {1, mute, "the refit", "Amara"}, RulesOf({}))
          .ok());
  EXPECT_EQ(insight.state(), v1::COMMITTED);
  EXPECT_EQ(insight.muted().reason(), "the refit");
  EXPECT_EQ(insight.muted().until().seconds(),
            mute.decision().mute().until().seconds());
  // Also once it is finished, so that nothing stays hidden for good.
  insight.set_state(v1::RESOLVED);
  const v1::DecisionRecord end = MuteFor(absl::ZeroDuration());
  ASSERT_TRUE(ApplyDecision(insight, {2, end, "", "Dana"}, RulesOf({})).ok());
  EXPECT_EQ(insight.state(), v1::RESOLVED);
  EXPECT_EQ(insight.muted().reason(), "the refit");
  EXPECT_EQ(insight.muted().until().seconds(), end.decision().at().seconds());
}

TEST(Loop, WhatIsFinishedOrNotHiddenRefusesAMuteOrItsEnd) {
  v1::Insight insight;
  insight.set_state(v1::RESOLVED);
  const auto refused = ApplyDecision(
      insight, {1, MuteFor(absl::Hours(24)), "the refit", "Amara"},
      RulesOf({}));
  EXPECT_NE(std::string(refused.status().message()).find("resolved"),
            std::string::npos);
  insight.set_state(v1::HEARD);
  EXPECT_FALSE(ApplyDecision(insight,
                             {2, MuteFor(-absl::Hours(1)), "", "Amara"},
                             RulesOf({}))
                   .ok());
  EXPECT_FALSE(insight.has_muted());
}

TEST(Loop, OnlyAResolveAsksForAVerdict) {
  v1::Insight insight;
  insight.set_state(v1::COMMITTED);
  v1::DecisionRecord record;
  record.mutable_decision()->mutable_resolve();
  const auto outcome =
      ApplyDecision(insight, {1, record, "Done", "Amara"}, RulesOf({}));
  ASSERT_TRUE(outcome.ok());
  EXPECT_TRUE(outcome->answer.asks_verdict());
  EXPECT_EQ(insight.state(), v1::RESOLVED);
}

TEST(Loop, ADecisionThatWasOvertakenChangesNoStateAndItsAnswerKeepsItsPlace) {
  v1::Insight insight;
  insight.set_state(v1::HEARD);
  v1::DecisionRecord answer;
  answer.mutable_decision()->mutable_answer();
  v1::DecisionRecord resolve;
  resolve.mutable_decision()->mutable_resolve();
  ASSERT_TRUE(
      ApplyDecision(insight, {7, resolve, "Done", "Amara"}, RulesOf({})).ok());
  const auto late =
      ApplyDecision(insight, {3, answer, "Soon", "Amara"}, RulesOf({}));
  ASSERT_TRUE(late.ok()) << "allowed when it was decided";
  EXPECT_TRUE(late->overtaken);
  EXPECT_TRUE(late->answered) << "it is still owed";
  EXPECT_EQ(insight.state(), v1::RESOLVED);
  EXPECT_EQ(insight.last_decision(), 7U);
  ASSERT_EQ(insight.answers_size(), 2);
  EXPECT_EQ(insight.answers(0).text(), "Soon");
  EXPECT_EQ(insight.answers(1).text(), "Done") << "the standing answer";
}

TEST(Loop, OfTooManyAnswersTheNewestStay) {
  v1::Insight insight;
  insight.set_state(v1::HEARD);
  v1::DecisionRecord answer;
  answer.mutable_decision()->mutable_answer();
  for (uint64_t number = 2; number < 2 + kMostAnswers; ++number) {
    ASSERT_TRUE(
        ApplyDecision(insight, {number, answer, "", "Amara"}, RulesOf({}))
            .ok());
  }
  ASSERT_TRUE(
      ApplyDecision(insight, {1, answer, "late", "Amara"}, RulesOf({})).ok());
  ASSERT_EQ(insight.answers_size(), kMostAnswers);
  EXPECT_EQ(insight.answers(0).decision(), 2U);
}

TEST(Loop, TheHistoryTellsWhatWasDecidedInOrderAndIsBounded) {
  v1::Insight insight;
  insight.set_state(v1::HEARD);
  v1::DecisionRecord assign;
  assign.mutable_decision()->mutable_assign()->set_owner("Facilities");
  ASSERT_TRUE(
      ApplyDecision(insight, {5, assign, "", "Amara"}, RulesOf({})).ok());
  v1::DecisionRecord rename;
  rename.mutable_decision()->mutable_rename()->set_title("Dock door");
  ASSERT_TRUE(
      ApplyDecision(insight, {3, rename, "Dock door", "Ben"}, RulesOf({}))
          .ok());
  ASSERT_EQ(insight.history_size(), 2);
  EXPECT_EQ(insight.history(0).verb(), "rename");
  EXPECT_EQ(insight.history(0).leader(), "Ben");
  EXPECT_EQ(insight.history(1).verb(), "assign");
  EXPECT_EQ(insight.history(1).detail(), "Facilities");
  EXPECT_EQ(insight.history(1).state(), v1::COMMITTED);
  for (uint64_t number = 6; number < 30; ++number) {
    ASSERT_TRUE(
        ApplyDecision(insight, {number, rename, "", "Ben"}, RulesOf({})).ok());
  }
  EXPECT_EQ(insight.history_size(), kMostEvents);
  EXPECT_EQ(insight.events(), 26U);
  EXPECT_EQ(insight.history(kMostEvents - 1).decision(), 29U);
}

TEST(Loop, ARefusedDecisionIsNoHistory) {
  v1::Insight insight;
  insight.set_state(v1::RESOLVED);
  v1::DecisionRecord answer;
  answer.mutable_decision()->mutable_answer();
  EXPECT_FALSE(
      ApplyDecision(insight, {2, answer, "", "Amara"}, RulesOf({})).ok());
  EXPECT_EQ(insight.history_size(), 0);
}

}  // namespace
}  // namespace earshot::router
