#include "router/loop/escalation.h"

#include <algorithm>
#include <string>
#include <utility>

#include "proto/contract/times.h"
#include "router/loop/events.h"

namespace earshot::router {
namespace {

constexpr uint32_t kSevere = 4;
constexpr absl::Duration kKnownLate = absl::Hours(24);

absl::Time Since(const v1::Insight& insight) {
  if (insight.state() == v1::REOPENED && insight.has_reopened_at()) {
    return contract::ToTime(insight.reopened_at());
  }
  const absl::Time seen = contract::ToTime(insight.first_seen());
  const absl::Time known = contract::ToTime(insight.opened_at());
  return known - seen > kKnownLate ? known : seen;
}

// When it was given its owner.
absl::Time AssignedAt(const v1::Insight& insight, absl::Time due) {
  absl::Time at = due;
  for (const v1::InsightEvent& event : insight.history()) {
    if (!event.not_applied().empty()) continue;
    if (event.verb() == "assign") at = contract::ToTime(event.at());
  }
  return std::min(at, due);
}

struct Waiting {
  absl::Time since;
  absl::Time due;
};

std::optional<Waiting> WaitingFor(const v1::Insight& insight) {
  if (insight.state() == v1::COMMITTED && insight.has_due()) {
    const absl::Time due = contract::ToTime(insight.due());
    return Waiting{AssignedAt(insight, due), due};
  }
  if ((insight.state() == v1::HEARD || insight.state() == v1::REOPENED) &&
      insight.has_answer_due()) {
    return Waiting{Since(insight), contract::ToTime(insight.answer_due())};
  }
  return std::nullopt;
}

bool MustBeAnswered(const v1::Insight& insight, const v1::LoopRules& rules) {
  if (rules.escalation_hours() == 0 || insight.merged_into() != 0 ||
      insight.observations() == 0 ||
      insight.kind() == v1::OBSERVATION_KIND_PRAISE ||
      insight.kind() == v1::OBSERVATION_KIND_NOISE) {
    return false;
  }
  return insight.severity_max() >= kSevere || insight.open_always() ||
         insight.reporters() >= rules.escalated_reporters();
}

DueTick Tell(v1::TickRecord::What what, absl::Time at, absl::Time due,
             std::string leader) {
  DueTick tick;
  tick.what = what;
  tick.at = at;
  tick.due = due;
  tick.leader = std::move(leader);
  return tick;
}

}  // namespace

bool WantsAnswer(const v1::Insight& insight) {
  const int answers = insight.answers_size();
  if (insight.state() == v1::HEARD) return answers == 0;
  return insight.state() == v1::REOPENED &&
         (answers == 0 ||
          insight.answers(answers - 1).decision() < insight.reopened_number());
}

absl::Time AnswerDue(const v1::Insight& insight, const OnDuty& duty,
                     absl::Duration allowed) {
  return duty.After(duty.InCharge(insight), Since(insight), allowed);
}

std::optional<DueTick> NextEscalation(const v1::Insight& insight,
                                      const OnDuty& duty) {
  const v1::LoopRules& rules = duty.rules();
  const auto waiting = WaitingFor(insight);
  if (!waiting || !MustBeAnswered(insight, rules)) return std::nullopt;
  // Hidden by a leader: not before it shows again.
  const absl::Time not_before = insight.has_muted()
                                    ? contract::ToTime(insight.muted().until())
                                    : absl::InfinitePast();
  const v1::Escalation& told = insight.escalation();
  const std::string in_charge = duty.InCharge(insight);
  const absl::Duration step = absl::Hours(rules.escalation_hours());
  if (told.stage() == v1::Escalation::STAGE_UNSPECIFIED && !in_charge.empty()) {
    const absl::Time at =
        waiting->since + (waiting->due - waiting->since) *
                             static_cast<double>(rules.reminder_percent()) /
                             100;
    return Tell(v1::TickRecord::REMINDED, std::max(at, not_before),
                waiting->due, in_charge);
  }
  if (told.stage() == v1::Escalation::OVERDUE) return std::nullopt;
  const bool above = told.stage() == v1::Escalation::ESCALATED;
  const std::string& last = above ? told.leader() : in_charge;
  absl::Time at = above ? duty.After(last, contract::ToTime(told.at()), step)
                        : waiting->due;
  at = std::max(at, not_before);
  const std::string next = last.empty() ? "" : duty.Above(last);
  // A circle in who is above whom ends where it began.
  if (next.empty() || next == in_charge) {
    return Tell(v1::TickRecord::OVERDUE, at, waiting->due, "");
  }
  return Tell(v1::TickRecord::ESCALATED, at, waiting->due, next);
}

bool ApplyEscalation(v1::Insight& insight, const v1::TickRecord& tick,
                     uint64_t number) {
  if (tick.decision() != insight.last_decision() || !WaitingFor(insight)) {
    return false;
  }
  v1::Escalation& told = *insight.mutable_escalation();
  const char* verb = "reminded";
  switch (tick.what()) {
    case v1::TickRecord::REMINDED:
      told.set_stage(v1::Escalation::REMINDED);
      break;
    case v1::TickRecord::ESCALATED:
      told.set_stage(v1::Escalation::ESCALATED);
      verb = "escalated";
      break;
    default:
      told.set_stage(v1::Escalation::OVERDUE);
      verb = "overdue";
  }
  told.set_leader(tick.leader());
  *told.mutable_at() = tick.at();
  *told.mutable_due() = tick.due();
  v1::InsightEvent event;
  event.set_decision(number);
  *event.mutable_at() = tick.at();
  event.set_verb(verb);
  event.set_state(insight.state());
  event.set_detail(tick.leader());
  AddEvent(insight, std::move(event));
  return true;
}

}  // namespace earshot::router
