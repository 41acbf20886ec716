// What moves insights besides leaders: verdicts, new evidence, and time.
#include "router/loop/front_line.h"

#include <algorithm>

#include "proto/contract/score.h"
#include "proto/contract/times.h"
#include "router/fold/fold.h"
#include "router/loop/escalation.h"
#include "router/loop/obligations.h"

namespace earshot::router {
namespace {

// Appended at once; the rest follows with the next step.
constexpr size_t kMostTicks = 200;

// When it is over.
int64_t SecondOf(absl::Time time) {
  return absl::ToUnixSeconds(time + absl::Seconds(1) - absl::Nanoseconds(1));
}

bool IsEscalation(v1::TickRecord::What what) {
  return what >= v1::TickRecord::REMINDED && what <= v1::TickRecord::OVERDUE;
}

// The day is all that is told of an anonymous reporter, and it is over then.
absl::Time EndOfDay(absl::Time time) {
  return absl::FromUnixSeconds((absl::ToUnixSeconds(time) / 86400 + 1) * 86400);
}

}  // namespace

// Which agent it came from is of no use once it was found out whether that is
// the one that reported.
absl::Status Fold::FoldVerdict(const LogRow& row, Work& work) {
  bool own = false;
  absl::Status status = JudgeVerdict(row, own, work);
  return status.ok() ? SettleSender(row, own ? kOwn : kOther) : status;
}

// Only who reported says whether it is fixed, and of what was taken back nobody
// does.
absl::Status Fold::JudgeVerdict(const LogRow& row, bool& own, Work& work) {
  v1::VerdictRecord record;
  v1::PersonalVerdict personal;
  if (!record.ParseFromString(row.body) ||
      !personal.ParseFromString(row.personal)) {
    return absl::DataLossError("a verdict cannot be read");
  }
  if (record.personal_hmac().empty()) {
    absl::Status status = OrderErased(row, work);
    if (!status.ok()) return status;
  }
  const auto found = views_.FindObservation(record.observation());
  if (!found.ok()) return found.status();
  if (!*found || (*found)->withdrawn) return RefuseVerdict("of no report");
  const auto reported = reader_.ReadOne((*found)->position);
  if (!reported.ok()) return reported.status();
  own = *reported && IsOwn(row.token, (*reported)->token);
  if (!own) return RefuseVerdict("of another agent's report");
  v1::ObservationRecord observation;
  observation.ParseFromString((*reported)->body);
  auto insight = Touch((*found)->insight, work);
  if (!insight.ok()) return insight.status();
  if (*insight == nullptr ||
      (*insight)->verdicts().answer() != record.answer()) {
    // A router that was put back may hear of it before it has the answer again.
    const auto answer = views_.FindAnswer(record.answer());
    if (!answer.ok()) return answer.status();
    return *insight == nullptr || *answer
               ? RefuseVerdict("about an answer that is not the last one")
               : views_.Park(record.answer(), row.position);
  }
  const auto fixed = static_cast<v1::Verdict::Fixed>(record.fixed());
  const auto before = views_.PutVerdict(record.answer(), (*found)->evidence_key,
                                        record.fixed(), observation.site());
  if (!before.ok()) return before.status();
  const auto sites =
      views_.VerdictSites(record.answer(), (*found)->insight, v1::Verdict::YES);
  if (!sites.ok()) return sites.status();
  ReportersVerdict verdict;
  verdict.answer = record.answer();
  verdict.before = static_cast<v1::Verdict::Fixed>(*before);
  verdict.fixed = fixed;
  verdict.with_reason = record.with_reason() || !personal.reason().empty();
  if (observation.quote()) verdict.quote = personal.reason();
  verdict.sites = static_cast<uint32_t>(*sites);
  verdict.number = row.position;
  verdict.at = contract::ToTime(record.at());
  if (observation.anonymous()) verdict.at = EndOfDay(verdict.at);
  if (!ApplyVerdict(**insight, verdict, duty_->rules())) {
    return RefuseVerdict("about what nobody waits for any more");
  }
  counters_.verdicts.Add();
  work.issues.insert((*found)->insight);
  // The machine that this one came from is in the log, at this moment.
  if (!observation.anonymous()) {
    work.why[(*found)->insight] = "the front line answered 'fixed?'";
  }
  return absl::OkStatus();
}

absl::Status Fold::RefuseVerdict(const char* why) {
  counters_.verdicts_refused.Add();
  log_.Warn("verdict_refused", {{"why", why}});
  return absl::OkStatus();
}

absl::Status Fold::FoldTick(const LogRow& row, Work& work) {
  v1::TickRecord tick;
  if (!tick.ParseFromString(row.body)) {
    return absl::DataLossError("a tick cannot be read");
  }
  auto insight = Touch(tick.insight(), work);
  if (!insight.ok()) return insight.status();
  if (*insight == nullptr || (*insight)->opened_by() != tick.opened_by()) {
    return absl::OkStatus();
  }
  if (tick.what() == v1::TickRecord::OBLIGATIONS_ENDED) {
    if (tick.decision() != (*insight)->last_decision()) return absl::OkStatus();
    return EndObligations(**insight, contract::ToTime(tick.at()), work);
  }
  if (IsEscalation(tick.what()) ? ApplyEscalation(**insight, tick, row.position)
                                : ApplyTick(**insight, tick, row.position)) {
    counters_.ticks.Add();
    work.why[tick.insight()] = "time has passed";
  }
  return absl::OkStatus();
}

// Only what changes is mirrored again.
absl::Status Fold::Sweep(Work& work) {
  constexpr uint64_t kAtOnce = 100;
  if (sweep_next_ == 0 || Behind() > 0) return absl::OkStatus();
  const uint64_t end = std::min(sweep_next_ + kAtOnce, cursors_.next_insight);
  for (; sweep_next_ < end; ++sweep_next_) {
    if (work.insights.contains(sweep_next_)) {
      work.issues.insert(sweep_next_);
      continue;
    }
    const auto stored = views_.FindInsight(sweep_next_);
    if (!stored.ok()) return stored.status();
    if (!*stored) continue;
    absl::Status status = TellSitesOf(**stored, work);
    if (!status.ok()) return status;
    if (contract::Settled((*stored)->state())) continue;
    v1::Insight now = **stored;
    ApplyTopic(now);
    if (now.SerializeAsString() != (*stored)->SerializeAsString()) {
      work.insights[sweep_next_] = std::move(now);
      continue;
    }
    status = PutTick(now);
    if (!status.ok()) return status;
  }
  if (sweep_next_ >= cursors_.next_insight) sweep_next_ = 0;
  return absl::OkStatus();
}

// The earliest of what time does with it, whom it is told to, and when its
// reporters are owed nothing any more.
std::optional<DueTick> Fold::NextDue(const v1::Insight& insight) const {
  std::optional<DueTick> first = NextTick(insight, duty_->rules());
  for (auto& other :
       {NextEscalation(insight, *duty_), NextEnd(insight, duty_->rules())}) {
    if (other && (!first || other->at < first->at)) first = other;
  }
  return first;
}

// One that says nothing any more stays until it is due.
absl::Status Fold::PutTick(const v1::Insight& insight) {
  const auto next = NextDue(insight);
  if (!next) return absl::OkStatus();
  return views_.PutTick(insight.id(), SecondOf(next->at));
}

// What is due goes into the log, and is folded as what others say is. Only when
// nothing else waits: what is due may be moved by that.
absl::StatusOr<size_t> Fold::AppendTicks() {
  if (Behind() > 0) return 0;
  const absl::Time now = clock_.Wall();
  const auto due = views_.DueTicks(absl::ToUnixSeconds(now), kMostTicks);
  if (!due.ok()) return due.status();
  LogAppend append;
  for (const uint64_t id : *due) {
    const auto insight = views_.FindInsight(id);
    if (!insight.ok()) return insight.status();
    const auto next = *insight ? NextDue(**insight) : std::nullopt;
    // The organisation may give it more time than when it was noted.
    const bool later = next && next->at > now;
    absl::Status status = views_.PutTick(
        id, later ? std::optional<int64_t>(SecondOf(next->at)) : std::nullopt);
    if (!status.ok()) return status;
    if (!next || later) continue;
    v1::TickRecord tick;
    tick.set_insight(id);
    tick.set_opened_by((*insight)->opened_by());
    tick.set_what(next->what);
    tick.set_decision((*insight)->last_decision());
    *tick.mutable_at() = contract::ToStamp(now);
    if (IsEscalation(next->what)) {
      tick.set_leader(next->leader);
      *tick.mutable_due() = contract::ToStamp(next->due);
    }
    append.entries.Add(v1::LOG_TICK, tick.SerializeAsString());
  }
  if (append.entries.empty()) return 0;
  const size_t count = append.entries.size();
  const auto first = writer_.AppendAndWait(std::move(append));
  if (!first.ok()) return first.status();
  return count;
}

}  // namespace earshot::router
