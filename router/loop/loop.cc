#include "router/loop/loop.h"

#include <fmt/format.h>

#include "proto/contract/names.h"
#include "router/insight/insight.h"

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

}  // namespace

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
    case v1::Decision::kRename:
    case v1::Decision::kCorrectTopic:
      return state;
    case v1::Decision::kMerge:
    case v1::Decision::kSplit:
    case v1::Decision::VERB_NOT_SET:
      break;
  }
  return absl::UnimplementedError(
      "this router does not know the decision yet; upgrade it");
}

absl::StatusOr<DecisionOutcome> ApplyDecision(v1::Insight& insight,
                                              const v1::DecisionRecord& record,
                                              const std::string& text,
                                              const std::string& leader_name) {
  const v1::Decision& decision = record.decision();
  const auto next = NextState(insight.state(), decision.verb_case());
  if (!next.ok()) return next.status();
  insight.set_state(*next);
  DecisionOutcome outcome;
  switch (decision.verb_case()) {
    case v1::Decision::kRename:
      insight.set_title(text);
      return outcome;
    case v1::Decision::kCorrectTopic:
      insight.set_topic(decision.correct_topic().topic());
      return outcome;
    case v1::Decision::kAnswer:
    case v1::Decision::kDecline:
    case v1::Decision::kResolve:
      break;
    default:
      return outcome;
  }
  outcome.answered = true;
  v1::Answer& answer = outcome.answer;
  answer.set_id(record.answer_id());
  answer.set_insight(insight.id());
  answer.set_leader(leader_name);
  answer.set_text(text);
  answer.set_state(insight.state());
  *answer.mutable_at() = decision.at();
  answer.set_language(decision.answer().language());
  answer.set_asks_verdict(insight.state() == v1::RESOLVED);
  if (insight.answers_size() >= kMostAnswers) {
    insight.mutable_answers()->erase(insight.answers().begin());
  }
  *insight.add_answers() = answer;
  return outcome;
}

}  // namespace earshot::router
