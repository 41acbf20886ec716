#include "router/loop/loop.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "proto/contract/names.h"
#include "proto/contract/times.h"
#include "proto/contract/validate.h"
#include "router/insight/insight.h"
#include "router/loop/events.h"
#include "router/loop/front_line.h"
#include "router/loop/not_applied.h"

namespace earshot::router {
namespace {

bool Finished(v1::State state) {
  return state == v1::RESOLVED || state == v1::CONFIRMED ||
         state == v1::UNCHALLENGED || state == v1::DECLINED;
}

absl::Status Refuse(v1::State state, std::string_view verb) {
  return absl::FailedPreconditionError(fmt::format(
      "'{}' is not possible while the insight is {}; reopen it first", verb,
      contract::StateName(state)));
}

bool Answers(v1::Decision::VerbCase verb) {
  return verb == v1::Decision::kAnswer || verb == v1::Decision::kDecline ||
         verb == v1::Decision::kResolve;
}

v1::Answer MakeAnswer(const v1::Insight& insight,
                      const LoggedDecision& decided) {
  v1::Answer answer;
  answer.set_id(decided.record.answer_id());
  answer.set_insight(insight.id());
  answer.set_leader(decided.leader_name);
  answer.set_text(decided.text);
  answer.set_state(insight.state());
  *answer.mutable_at() = decided.record.decision().at();
  answer.mutable_translations()->Assign(decided.translations.begin(),
                                        decided.translations.end());
  answer.set_language(decided.record.decision().answer().language());
  answer.set_asks_verdict(insight.state() == v1::RESOLVED);
  answer.set_decision(decided.number);
  return answer;
}

// By the number of the decision; of too many the oldest goes.
void KeepInOrder(v1::Insight& insight, const v1::Answer& answer) {
  auto& answers = *insight.mutable_answers();
  *answers.Add() = answer;
  for (int at = answers.size() - 1;
       at > 0 && answers[at].decision() < answers[at - 1].decision(); --at) {
    answers.SwapElements(at, at - 1);
  }
  if (answers.size() > kMostAnswers) answers.erase(answers.begin());
}

// What the insight remembers of it besides the state.
void NoteVerb(v1::Insight& insight, const LoggedDecision& decided,
              const v1::LoopRules& rules) {
  const v1::Decision& decision = decided.record.decision();
  const absl::Time at = contract::ToTime(decision.at());
  switch (decision.verb_case()) {
    case v1::Decision::kAcknowledge:
      insight.set_taken_by(decision.leader());
      *insight.mutable_acknowledged_until() =
          decision.acknowledge().has_until()
              ? decision.acknowledge().until()
              : contract::ToStamp(at +
                                  absl::Hours(24) * rules.acknowledged_days());
      return;
    case v1::Decision::kAssign:
      insight.set_taken_by(decision.leader());
      insight.set_owner(decision.assign().owner());
      insight.clear_due();
      if (decision.assign().has_due()) {
        *insight.mutable_due() = decision.assign().due();
      }
      return;
    case v1::Decision::kDecline:
      insight.clear_due();
      BeginWatch(insight, at, "");
      return;
    case v1::Decision::kResolve:
      insight.clear_due();
      BeginWatch(insight, at, decided.record.answer_id());
      return;
    case v1::Decision::kReopen:
      NoteReopened(insight, at, decided.number);
      return;
    case v1::Decision::kMute: {
      v1::Muted& muted = *insight.mutable_muted();
      if (contract::EndsMute(decision)) {
        *muted.mutable_until() = decision.at();
        return;
      }
      muted.set_reason(decided.text);
      muted.set_leader(decided.leader_name);
      *muted.mutable_at() = decision.at();
      *muted.mutable_until() = decision.mute().until();
      return;
    }
    default:
      return;
  }
}

bool Wording(v1::Decision::VerbCase verb) {
  return verb == v1::Decision::kRename || verb == v1::Decision::kCorrectTopic ||
         verb == v1::Decision::kMute;
}

// What the loop's health is reckoned from, and that nobody waits any more.
void NoteTimes(v1::Insight& insight, const v1::Decision& decision) {
  const v1::Decision::VerbCase verb = decision.verb_case();
  if (Wording(verb)) return;
  insight.clear_escalation();
  if (!insight.has_first_decided_at()) {
    *insight.mutable_first_decided_at() = decision.at();
  }
  if (Answers(verb) && !insight.has_first_answered_at()) {
    *insight.mutable_first_answered_at() = decision.at();
  }
}

// To whom, until when, or which words; short.
std::string Detail(const LoggedDecision& decided) {
  const v1::Decision& decision = decided.record.decision();
  constexpr size_t kDetailBytes = 200;
  switch (decision.verb_case()) {
    case v1::Decision::kAssign:
      return Shorten(decision.assign().owner(), kDetailBytes);
    case v1::Decision::kCorrectTopic:
      return decision.correct_topic().topic();
    case v1::Decision::kAnswer:
    case v1::Decision::kResolve:
      return "";  // among the answers
    default:
      return Shorten(decided.text, kDetailBytes);
  }
}

}  // namespace

v1::InsightEvent EventOf(const v1::Insight& insight,
                         const LoggedDecision& decided) {
  const v1::Decision& decision = decided.record.decision();
  v1::InsightEvent event;
  event.set_decision(decided.number);
  *event.mutable_at() = decision.at();
  event.set_leader(decided.leader_name);
  event.set_leader_id(decision.leader());
  event.set_verb(std::string(contract::VerbName(decision.verb_case())));
  event.set_state(insight.state());
  event.set_detail(contract::EndsMute(decision) ? "ended" : Detail(decided));
  return event;
}

void AddEvent(v1::Insight& insight, v1::InsightEvent event) {
  auto& history = *insight.mutable_history();
  *history.Add() = std::move(event);
  for (int at = history.size() - 1;
       at > 0 && history[at].decision() < history[at - 1].decision(); --at) {
    history.SwapElements(at, at - 1);
  }
  // What was not applied never pushes out what was.
  const auto not_applied = [](const v1::InsightEvent& one) {
    return !one.not_applied().empty();
  };
  if (std::count_if(history.begin(), history.end(), not_applied) >
      kMostNotApplied) {
    history.erase(std::find_if(history.begin(), history.end(), not_applied));
  }
  if (history.size() > kMostEvents) history.erase(history.begin());
  insight.set_events(insight.events() + 1);
}

absl::StatusOr<v1::State> NextState(v1::State state,
                                    v1::Decision::VerbCase verb) {
  switch (verb) {
    case v1::Decision::kAcknowledge:
      if (state == v1::HEARD || state == v1::REOPENED) return v1::ACKNOWLEDGED;
      return Refuse(state, "ack");
    case v1::Decision::kAssign:
      if (Finished(state)) return Refuse(state, "assign");
      return v1::COMMITTED;
    case v1::Decision::kAnswer:
      if (Finished(state)) return Refuse(state, "answer");
      return state;
    case v1::Decision::kDecline:
      if (Finished(state)) return Refuse(state, "decline");
      return v1::DECLINED;
    case v1::Decision::kResolve:
      if (Finished(state)) return Refuse(state, "resolve");
      return v1::RESOLVED;
    case v1::Decision::kReopen:
      if (!Finished(state)) {
        return absl::FailedPreconditionError(
            fmt::format("'reopen' is for what was finished; the insight is {}",
                        contract::StateName(state)));
      }
      return v1::REOPENED;
    case v1::Decision::kMute:
      // What is finished comes back in sight by being reopened.
      if (Finished(state)) return Refuse(state, "mute");
      return state;
    case v1::Decision::kRename:
    case v1::Decision::kCorrectTopic:
      return state;
    case v1::Decision::kMerge:
    case v1::Decision::kSplit:
      return state;  // regroup.h
    case v1::Decision::VERB_NOT_SET:
      break;
  }
  return absl::UnimplementedError(
      "this router does not know the decision yet; upgrade it");
}

absl::StatusOr<DecisionOutcome> ApplyDecision(v1::Insight& insight,
                                              const LoggedDecision& decided,
                                              const v1::LoopRules& rules) {
  const v1::Decision& decision = decided.record.decision();
  const v1::Decision::VerbCase verb = decision.verb_case();
  DecisionOutcome outcome;
  outcome.overtaken = decided.number < insight.last_decision();
  if (!outcome.overtaken) {
    if (!contract::EndsMute(decision)) {
      const auto next = NextState(insight.state(), verb);
      if (!next.ok()) return next.status();
      insight.set_state(*next);
    } else if (!insight.has_muted()) {
      return absl::FailedPreconditionError("the insight is not hidden");
    }
    NoteVerb(insight, decided, rules);
    NoteTimes(insight, decision);
    insight.set_last_decision(decided.number);
    if (verb == v1::Decision::kRename) insight.set_title(decided.text);
    if (verb == v1::Decision::kCorrectTopic) {
      insight.set_topic(decision.correct_topic().topic());
    }
  }
  if (outcome.overtaken && verb != v1::Decision::kAnswer) {
    NoteOvertaken(insight, decided);
  } else {
    AddEvent(insight, EventOf(insight, decided));
  }
  if (!Answers(verb)) return outcome;
  outcome.answered = true;
  outcome.answer = MakeAnswer(insight, decided);
  KeepInOrder(insight, outcome.answer);
  return outcome;
}

}  // namespace earshot::router
