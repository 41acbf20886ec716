#include "router/loop/regroup.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <string>
#include <utility>

#include "proto/contract/score.h"
#include "proto/contract/times.h"
#include "router/insight/insight.h"
#include "router/loop/events.h"
#include "router/loop/front_line.h"

namespace earshot::router {
namespace {

constexpr std::array<v1::State, 8> kFromOpenToFinished{
    v1::HEARD,    v1::REOPENED,     v1::ACKNOWLEDGED, v1::COMMITTED,
    v1::RESOLVED, v1::UNCHALLENGED, v1::CONFIRMED,    v1::DECLINED};

size_t Rank(v1::State state) {
  return static_cast<size_t>(
      std::find(kFromOpenToFinished.begin(), kFromOpenToFinished.end(), state) -
      kFromOpenToFinished.begin());
}

void Note(v1::Insight& insight, const LoggedDecision& decided, const char* verb,
          std::string detail) {
  v1::InsightEvent event;
  event.set_decision(decided.number);
  *event.mutable_at() = decided.record.decision().at();
  event.set_leader(decided.leader_name);
  event.set_leader_id(decided.record.decision().leader());
  event.set_verb(verb);
  event.set_state(insight.state());
  event.set_detail(std::move(detail));
  AddEvent(insight, std::move(event));
  insight.set_last_decision(std::max(insight.last_decision(), decided.number));
}

// What the leaders have said and when, but for answers and history.
void CopyStanding(const v1::Insight& from, v1::Insight& to) {
  to.set_state(from.state());
  to.clear_due();
  if (from.has_due()) *to.mutable_due() = from.due();
  to.set_owner(from.owner());
  to.clear_acknowledged_until();
  if (from.has_acknowledged_until()) {
    *to.mutable_acknowledged_until() = from.acknowledged_until();
  }
  to.clear_settled_at();
  if (from.has_settled_at()) *to.mutable_settled_at() = from.settled_at();
  to.clear_verdicts();
  if (from.has_verdicts()) *to.mutable_verdicts() = from.verdicts();
}

void CopyMuted(const v1::Insight& from, v1::Insight& to) {
  to.clear_muted();
  if (from.has_muted()) *to.mutable_muted() = from.muted();
}

// Of two times the earlier; what has none has no say.
void TakeEarlier(const v1::Insight& other, v1::Insight& insight) {
  if (other.has_first_decided_at() &&
      (!insight.has_first_decided_at() ||
       contract::ToTime(other.first_decided_at()) <
           contract::ToTime(insight.first_decided_at()))) {
    *insight.mutable_first_decided_at() = other.first_decided_at();
  }
  if (other.has_first_answered_at() &&
      (!insight.has_first_answered_at() ||
       contract::ToTime(other.first_answered_at()) <
           contract::ToTime(insight.first_answered_at()))) {
    *insight.mutable_first_answered_at() = other.first_answered_at();
  }
}

void AddAnswers(const v1::Insight& from, v1::Insight& to) {
  auto& answers = *to.mutable_answers();
  for (const v1::Answer& answer : from.answers()) {
    const bool known =
        std::any_of(answers.begin(), answers.end(),
                    [&](const auto& own) { return own.id() == answer.id(); });
    if (!known) *answers.Add() = answer;
  }
  std::stable_sort(answers.begin(), answers.end(),
                   [](const v1::Answer& a, const v1::Answer& b) {
                     return a.decision() < b.decision();
                   });
  while (answers.size() > kMostAnswers) answers.erase(answers.begin());
  for (v1::Answer& answer : answers) answer.set_insight(to.id());
}

// What was decided about both is one history.
void AddHistory(const v1::Insight& from, v1::Insight& to) {
  const uint64_t events = to.events() + from.events();
  for (const v1::InsightEvent& event : from.history()) AddEvent(to, event);
  to.set_events(events);
}

void Forget(v1::Insight& insight, uint64_t other) {
  auto& suggested = *insight.mutable_suggested();
  suggested.erase(
      std::remove_if(suggested.begin(), suggested.end(),
                     [&](const auto& one) { return one.insight() == other; }),
      suggested.end());
}

void KeepApart(v1::Insight& insight, uint64_t other) {
  Forget(insight, other);
  auto& apart = *insight.mutable_kept_apart();
  if (std::find(apart.begin(), apart.end(), other) != apart.end()) return;
  if (apart.size() == kMostKeptApart) apart.erase(apart.begin());
  apart.Add(other);
}

void KeepTogether(v1::Insight& insight, uint64_t other) {
  Forget(insight, other);
  auto& apart = *insight.mutable_kept_apart();
  apart.erase(std::remove(apart.begin(), apart.end(), other), apart.end());
}

}  // namespace

v1::State LessFinished(v1::State a, v1::State b) {
  return Rank(b) < Rank(a) ? b : a;
}

const v1::Answer* StandingAnswer(const v1::Insight& insight) {
  // After a merge another one may be the last, which says something else.
  for (int i = insight.answers_size() - 1; i >= 0; --i) {
    const v1::Answer& answer = insight.answers(i);
    const bool stands = insight.state() == v1::DECLINED
                            ? answer.state() == v1::DECLINED
                        : contract::Settled(insight.state())
                            ? insight.verdicts().answer() == answer.id()
                            : i == insight.answers_size() - 1 &&
                                  !contract::Settled(answer.state());
    if (stands) return &answer;
  }
  return nullptr;
}

v1::Insight WithoutEvidence(const v1::Insight& insight) {
  v1::Insight bare = insight;
  bare.clear_observations();
  bare.clear_repeats();
  bare.clear_reporters();
  bare.clear_cells();
  bare.clear_first_seen();
  bare.clear_last_seen();
  bare.clear_severity_max();
  bare.clear_verbatims();
  bare.clear_thanked();
  bare.clear_open_always();
  bare.clear_resolved_on_the_spot();
  bare.clear_lacked_authority();
  bare.clear_lacked_authority_reporters();
  bare.clear_on_the_spot_reporters();
  bare.clear_spent();
  bare.clear_promises();
  bare.clear_late();
  bare.clear_negative();
  bare.clear_weeks();
  bare.clear_months();
  bare.clear_since_settled();
  bare.clear_priority_milli();
  bare.clear_parts();
  return bare;
}

void MergeLoops(v1::Insight& into, v1::Insight& from,
                const LoggedDecision& decided) {
  const v1::Answer* own_answer = StandingAnswer(into);
  const v1::Answer* other_answer = StandingAnswer(from);
  // Of two that are as finished as each other the later word stands.
  const bool later = into.state() == from.state() &&
                     contract::Settled(into.state()) &&
                     other_answer != nullptr &&
                     (own_answer == nullptr ||
                      own_answer->decision() < other_answer->decision());
  if (later || LessFinished(into.state(), from.state()) != into.state()) {
    const v1::Insight own = into;
    CopyStanding(from, into);
    if (into.owner().empty()) into.set_owner(own.owner());
  } else if (into.owner().empty()) {
    into.set_owner(from.owner());
  }
  // It shows as soon as one of them would.
  if (!from.has_muted() ||
      (into.has_muted() && contract::ToTime(from.muted().until()) <
                               contract::ToTime(into.muted().until()))) {
    CopyMuted(from, into);
  }
  if (into.title().empty()) into.set_title(from.title());
  into.set_regressions(std::max(into.regressions(), from.regressions()));
  into.clear_escalation();
  TakeEarlier(from, into);
  AddAnswers(from, into);
  AddHistory(from, into);
  KeepTogether(into, from.id());
  v1::MergedPart& part = *into.add_merged();
  part.set_insight(from.id());
  part.set_opened_by(from.opened_by());
  part.set_holds_experience(HoldsExperience(from));
  Note(into, decided, "merge", fmt::format("#{} is part of it", from.id()));
  KeepTogether(from, into.id());
  from.set_merged_into(into.id());
  Note(from, decided, "merge", fmt::format("it is part of #{}", into.id()));
}

void SplitLoops(v1::Insight& whole, v1::Insight& part,
                const std::optional<v1::Insight>& before,
                const LoggedDecision& decided) {
  const bool again = part.merged_into() != 0;
  part.clear_merged_into();
  if (before) {
    CopyStanding(*before, whole);
    CopyMuted(*before, whole);
    whole.set_title(before->title());
    *whole.mutable_answers() = before->answers();
  } else {
    CopyStanding(whole, part);
    CopyMuted(whole, part);
    AddAnswers(whole, part);
    TakeEarlier(whole, part);
    part.set_regressions(std::max(part.regressions(), whole.regressions()));
    if (!again) {
      part.set_topic(whole.topic());
      part.set_kind(whole.kind());
      part.set_subject(whole.subject());
    }
  }
  whole.clear_escalation();
  part.clear_escalation();
  KeepApart(whole, part.id());
  KeepApart(part, whole.id());
  Note(whole, decided, "split", fmt::format("#{} came out of it", part.id()));
  Note(part, decided, "split", fmt::format("it came out of #{}", whole.id()));
}

}  // namespace earshot::router
