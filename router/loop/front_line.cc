#include "router/loop/front_line.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <utility>

#include "proto/contract/score.h"
#include "proto/contract/times.h"
#include "router/insight/insight.h"
#include "router/loop/events.h"

namespace earshot::router {
namespace {

constexpr uint32_t kAcknowledgedDays = 7;
constexpr uint32_t kUnchallengedDays = 14;
constexpr uint32_t kConfirmingReporters = 3;
constexpr uint32_t kReminderPercent = 75;
constexpr uint32_t kPulseQuietDays = 7;
constexpr uint32_t kEscalatedReporters = 3;
constexpr uint32_t kObligationDays = 90;
constexpr uint32_t kLongestObligationDays = 400;
// So many "yes" outweigh one "no" that has no reason.
constexpr uint32_t kYesForNo = 4;

constexpr int kUsualDays = 35;  // that tell what was usual
constexpr uint64_t kFewestBack = 3;
constexpr double kByChance = 0.001;
constexpr double kOfResolved = 0.25;
constexpr double kOfDeclined = 1;

constexpr size_t kDetailBytes = 200;

int64_t DayOf(absl::Time time) { return absl::ToUnixSeconds(time) / 86400; }

// Not at the moment of the report that made it so.
absl::Time EndOfHour(absl::Time time) {
  return absl::FromUnixSeconds((absl::ToUnixSeconds(time) / 3600 + 1) * 3600);
}

// Observations a day in the weeks before, in thousandths.
uint64_t UsualMilli(const v1::Insight& insight, absl::Time at) {
  const int64_t day = DayOf(at);
  int64_t from = DayOf(contract::ToTime(insight.first_seen()));
  from = std::clamp(from, day - kUsualDays + 1, day);
  uint64_t observations = 0;
  int64_t first = day;
  for (const v1::SpanCount& week : insight.weeks()) {
    if (week.first_day() + 6 < from || week.first_day() > day) continue;
    observations += week.observations();
    first = std::min<int64_t>(first, std::max<int64_t>(week.first_day(), from));
  }
  const auto days = static_cast<uint64_t>(day - first + 1);
  return observations * 1000 / days;
}

// P(X >= count), X Poisson with this mean.
double AtLeast(uint64_t count, double mean) {
  double term = std::exp(-mean);
  double below = 0;
  for (uint64_t k = 0; k < count; ++k) {
    below += term;
    term *= mean / static_cast<double>(k + 1);
  }
  return std::max(0.0, 1 - below);
}

uint32_t& CountOf(v1::Verdict::Fixed fixed, std::array<uint32_t, 4>& counts) {
  const auto at = static_cast<size_t>(fixed);
  return counts[at < counts.size() ? at : 0];
}

void Note(v1::Insight& insight, uint64_t number, absl::Time at,
          const std::string& who, const std::string& verb,
          const std::string& detail) {
  v1::InsightEvent event;
  event.set_decision(number);
  *event.mutable_at() = contract::ToStamp(at);
  event.set_leader(who);
  event.set_verb(verb);
  event.set_state(insight.state());
  event.set_detail(Shorten(detail, kDetailBytes));
  AddEvent(insight, std::move(event));
  insight.set_last_decision(std::max(insight.last_decision(), number));
}

// Enough of those who were asked say so, and hardly anybody says no.
bool IsConfirmed(const v1::Verdicts& verdicts, const v1::LoopRules& rules) {
  const uint32_t enough =
      std::min(rules.confirming_reporters(), std::max(verdicts.asked(), 1U));
  return verdicts.yes() >= enough &&
         verdicts.yes() >= kYesForNo * verdicts.no();
}

}  // namespace

v1::LoopRules RulesOf(const v1::LoopRules& given) {
  v1::LoopRules rules = given;
  if (rules.acknowledged_days() == 0) {
    rules.set_acknowledged_days(kAcknowledgedDays);
  }
  if (rules.unchallenged_days() == 0) {
    rules.set_unchallenged_days(kUnchallengedDays);
  }
  if (rules.confirming_reporters() == 0) {
    rules.set_confirming_reporters(kConfirmingReporters);
  }
  if (rules.reminder_percent() == 0) {
    rules.set_reminder_percent(kReminderPercent);
  }
  if (rules.pulse_quiet_days() == 0) {
    rules.set_pulse_quiet_days(kPulseQuietDays);
  }
  if (rules.escalated_reporters() == 0) {
    rules.set_escalated_reporters(kEscalatedReporters);
  }
  if (rules.obligation_days() == 0) rules.set_obligation_days(kObligationDays);
  if (rules.longest_obligation_days() == 0) {
    rules.set_longest_obligation_days(kLongestObligationDays);
  }
  return rules;
}

void NoteReopened(v1::Insight& insight, absl::Time at, uint64_t number) {
  insight.set_reopened_number(number);
  insight.set_regressions(insight.regressions() + 1);
  *insight.mutable_reopened_at() = contract::ToStamp(at);
  insight.clear_taken_by();
  insight.clear_escalation();
}

void CountUsual(v1::Insight& insight) {
  if (!contract::Settled(insight.state()) || !insight.has_settled_at()) return;
  insight.set_usual_milli(
      UsualMilli(insight, contract::ToTime(insight.settled_at())));
}

void BeginWatch(v1::Insight& insight, absl::Time at,
                const std::string& answer) {
  *insight.mutable_settled_at() = contract::ToStamp(at);
  insight.set_usual_milli(UsualMilli(insight, at));
  insight.set_since_settled(0);
  if (answer.empty()) return;
  v1::Verdicts& verdicts = *insight.mutable_verdicts();
  verdicts.Clear();
  verdicts.set_answer(answer);
  verdicts.set_asked(insight.reporters());
}

bool ApplyVerdict(v1::Insight& insight, const ReportersVerdict& verdict,
                  const v1::LoopRules& rules) {
  const v1::State state = insight.state();
  if (insight.verdicts().answer() != verdict.answer ||
      (state != v1::RESOLVED && state != v1::CONFIRMED &&
       state != v1::UNCHALLENGED)) {
    return false;
  }
  v1::Verdicts& verdicts = *insight.mutable_verdicts();
  std::array<uint32_t, 4> counts{0, verdicts.yes(), verdicts.no(),
                                 verdicts.cannot_tell()};
  uint32_t& before = CountOf(verdict.before, counts);
  if (before > 0) --before;
  ++CountOf(verdict.fixed, counts);
  verdicts.set_yes(counts[v1::Verdict::YES]);
  verdicts.set_no(counts[v1::Verdict::NO]);
  verdicts.set_cannot_tell(counts[v1::Verdict::CANNOT_TELL]);
  verdicts.set_asked(
      std::max(insight.reporters(),
               verdicts.yes() + verdicts.no() + verdicts.cannot_tell()));
  verdicts.set_sites(verdict.sites);
  if (verdict.fixed == v1::Verdict::NO && verdict.with_reason) {
    insight.set_state(v1::REOPENED);
    // It may have had to wait for the answer that it is about.
    NoteReopened(insight, verdict.at,
                 std::max(verdict.number, insight.last_decision()));
    Note(insight, verdict.number, verdict.at, "the front line", "not fixed",
         verdict.quote);
  } else if (state == v1::RESOLVED && IsConfirmed(verdicts, rules)) {
    insight.set_state(v1::CONFIRMED);
    Note(insight, verdict.number, verdict.at, "the front line", "fixed", "");
  }
  return true;
}

void WatchEvidence(v1::Insight& insight, absl::Time observed_at, bool more) {
  if (!contract::Settled(insight.state()) ||
      observed_at <= contract::ToTime(insight.settled_at())) {
    return;
  }
  const uint64_t since = insight.since_settled();
  if (more) {
    insight.set_since_settled(since + 1);
  } else if (since > 0) {
    insight.set_since_settled(since - 1);
  }
}

bool IsBack(const v1::Insight& insight) {
  if (!contract::Settled(insight.state()) || !insight.has_settled_at() ||
      insight.since_settled() < kFewestBack) {
    return false;
  }
  const absl::Duration since = contract::ToTime(insight.last_seen()) -
                               contract::ToTime(insight.settled_at());
  const double days = std::max(1.0, absl::ToDoubleHours(since) / 24);
  const double share =
      insight.state() == v1::DECLINED ? kOfDeclined : kOfResolved;
  const double expected =
      share * days * static_cast<double>(insight.usual_milli()) / 1000;
  return AtLeast(insight.since_settled(), expected) < kByChance;
}

std::optional<DueTick> NextTick(const v1::Insight& insight,
                                const v1::LoopRules& rules) {
  if (insight.merged_into() != 0) return std::nullopt;
  if (IsBack(insight)) {
    return DueTick{v1::TickRecord::IS_BACK,
                   EndOfHour(contract::ToTime(insight.last_seen())),
                   "",
                   {}};
  }
  if (insight.state() == v1::ACKNOWLEDGED && insight.has_acknowledged_until()) {
    return DueTick{v1::TickRecord::ACKNOWLEDGEMENT_EXPIRED,
                   contract::ToTime(insight.acknowledged_until()),
                   "",
                   {}};
  }
  if (insight.state() == v1::RESOLVED && insight.has_settled_at()) {
    return DueTick{v1::TickRecord::UNCHALLENGED,
                   contract::ToTime(insight.settled_at()) +
                       absl::Hours(24) * rules.unchallenged_days(),
                   "",
                   {}};
  }
  return std::nullopt;
}

bool ApplyTick(v1::Insight& insight, const v1::TickRecord& tick,
               uint64_t number) {
  if (tick.decision() != insight.last_decision()) return false;
  const absl::Time at = contract::ToTime(tick.at());
  switch (tick.what()) {
    case v1::TickRecord::ACKNOWLEDGEMENT_EXPIRED:
      if (insight.state() != v1::ACKNOWLEDGED) return false;
      insight.set_state(v1::HEARD);
      insight.clear_acknowledged_until();
      Note(insight, number, at, "", "acknowledgement expired", "");
      return true;
    case v1::TickRecord::UNCHALLENGED:
      if (insight.state() != v1::RESOLVED) return false;
      insight.set_state(v1::UNCHALLENGED);
      Note(insight, number, at, "", "unchallenged", "");
      return true;
    case v1::TickRecord::IS_BACK:
      if (!contract::Settled(insight.state())) return false;
      insight.set_state(v1::REOPENED);
      NoteReopened(insight, at, number);
      Note(insight, number, at, "the front line", "it is back", "");
      return true;
    default:
      return false;
  }
}

}  // namespace earshot::router
