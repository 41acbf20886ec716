// Who is told at once that an insight waits too long, and what quiet hours held
// back of it.
#include <fmt/format.h>

#include <algorithm>
#include <utility>
#include <vector>

#include "absl/strings/numbers.h"
#include "base/os/bytes.h"
#include "dashboard_feed/at_once/at_once.h"
#include "dashboard_feed/digest/escalated.h"
#include "dashboard_feed/feed.h"
#include "dashboard_feed/schedule/quiet.h"
#include "dashboard_feed/schedule/schedule.h"
#include "proto/contract/subscription.h"
#include "proto/contract/times.h"

namespace earshot::feed {
namespace {

constexpr size_t kStepsATurn = 10000;
constexpr absl::Duration kEscalationPatience = absl::Hours(24);

// The same after a restart, a reset, and on a router that was restored: its
// time to act is reckoned anew, and the same.
std::string StepOf(const v1::Insight& insight) {
  const v1::Escalation& told = insight.escalation();
  return fmt::format(
      "{}/{}/{}/{}",
      insight.opened_by().empty() ? std::to_string(insight.id())
                                  : os::ToHex(insight.opened_by()),
      static_cast<int>(told.stage()), told.leader(), told.at().seconds());
}

// `mark` keeps what goes at once and what was held back apart.
std::string PeriodOf(const v1::Digest& digest, char mark, absl::Time now,
                     absl::TimeZone zone) {
  return fmt::format("{}-{}{}",
                     absl::FormatTime("%Y-%m-%dT%H:%M:%S", now, zone), mark,
                     digest.sections(0).items(0).insight());
}

Outbox::Entry EntryOf(v1::Digest digest, char mark, absl::Time now,
                      absl::TimeZone zone) {
  Outbox::Entry entry;
  digest.set_period(PeriodOf(digest, mark, now, zone));
  entry.subscription = digest.subscription();
  entry.leader = digest.leader();
  entry.key = digest.period();
  entry.to = now;
  entry.kind = entry.subscription.empty() ? v1::DIGEST_ALERT
                                          : v1::DIGEST_ALERTS_TOGETHER;
  digest.SerializeToString(&entry.body);
  return entry;
}

}  // namespace

// What the mirror has is whole: who is told depends on the organisation too.
void Feed::RunEscalations() {
  if (!MirrorSettled()) return;
  absl::Status status =
      LetHeldGo(outbox_->escalations(), &Feed::LetEscalationsGo);
  if (status.ok()) status = TellEscalations();
  if (!status.ok()) NoteAlertTrouble(status);
}

absl::Status Feed::TellEscalations() {
  const Model& model = mirror_->model();
  const auto mark = outbox_->alerts().ReadMark();
  if (!mark.ok()) return mark.status();
  if (!mark->begun) return absl::OkStatus();
  const absl::Time now = clock_.Wall();
  Outbox::Telling telling;
  Steps steps;
  uint64_t looked_at = steps_looked_at_;
  size_t looked = 0;
  for (auto next = model.waiting_by_number.upper_bound(looked_at);
       next != model.waiting_by_number.end() && looked < kStepsATurn; ++next) {
    looked_at = next->first;
    const absl::Time at =
        contract::ToTime(model.waiting.at(next->second).told.at());
    if (now - at > kStaleAlert) continue;
    ++looked;
    const auto insight = model.whole->Latest(next->second);
    if (!insight) continue;
    std::string step = StepOf(*insight);
    const auto told = outbox_->escalations().Told(step);
    if (!told.ok()) return told.status();
    if (*told) continue;
    telling.told.push_back(std::move(step));
    if (at < alerts_from_) continue;
    steps.all.push_back(insight->id());
    if (EscalationBreaksQuiet(*insight)) steps.urgent.push_back(insight->id());
  }
  absl::Status status = mirror_->TakeReadError();
  if (!status.ok()) return status;
  if (!steps.all.empty()) {
    for (const v1::Leader& leader : model.organisation.leaders()) {
      AddEscalated(leader, steps, now, telling);
    }
    status = mirror_->TakeReadError();
    if (!status.ok()) return status;
  }
  if (!telling.told.empty()) {
    const auto gone = outbox_->Tell(outbox_->escalations(), telling);
    if (!gone.ok()) return gone.status();
    if (*gone > 0) {
      log_.Warn("held_escalations_gone",
                {{"count", *gone},
                 {"next",
                  "more came in quiet hours than are held for a subscription; "
                  "the leader's own queue and the digests have them"}});
    }
  }
  steps_looked_at_ = looked_at;
  Announce(telling.entries, "escalation_sent");
  return absl::OkStatus();
}

void Feed::AddEscalated(const v1::Leader& leader, const Steps& steps,
                        absl::Time now, Outbox::Telling& telling) const {
  const Model& model = mirror_->model();
  EscalatedRequest request;
  request.insights = steps.all;
  request.now = now;
  auto own = BuildEscalated(model, leader, request);
  if (!own) return;
  telling.entries.push_back(
      EntryOf(*std::move(own), 'w', now, ZoneOf(leader.time_zone())));
  for (const v1::Subscription& subscription :
       model.subscriptions.subscriptions()) {
    if (subscription.leader() != leader.id() || subscription.paused() ||
        !contract::TellsEscalations(subscription)) {
      continue;
    }
    const absl::TimeZone zone = ZoneOf(subscription, leader);
    request.subscription = &subscription;
    request.insights = steps.all;
    if (QuietAt(subscription, zone, now)) {
      for (const uint64_t id : steps.all) {
        const bool urgent = std::find(steps.urgent.begin(), steps.urgent.end(),
                                      id) != steps.urgent.end();
        if (!urgent)
          telling.held.push_back({0, subscription.id(), std::to_string(id)});
      }
      request.insights = steps.urgent;
    }
    auto over = BuildEscalated(model, leader, request);
    if (!over) continue;
    Outbox::Entry entry = EntryOf(*std::move(over), 'w', now, zone);
    entry.channels = ChannelsOf(subscription, kEscalationPatience, now);
    telling.entries.push_back(std::move(entry));
  }
}

// What a leader has seen to meanwhile is not told any more.
absl::Status Feed::LetEscalationsGo(const std::string& name) {
  HeldBack& escalations = outbox_->escalations();
  const auto to = RecipientOf(name);
  if (!to || !contract::TellsEscalations(to->subscription)) {
    return escalations.LetGo(name, INT64_MAX);
  }
  const absl::Time now = clock_.Wall();
  const absl::TimeZone zone = ZoneOf(to->subscription, to->leader);
  if (QuietAt(to->subscription, zone, now)) return absl::OkStatus();
  const auto held = escalations.HeldFor(name);
  if (!held.ok() || held->empty()) return held.status();
  EscalatedRequest request;
  request.subscription = &to->subscription;
  request.now = now;
  for (const HeldBack::Held& one : *held) {
    uint64_t insight = 0;
    if (absl::SimpleAtoi(one.body, &insight)) {
      request.insights.push_back(insight);
    }
  }
  auto digest = BuildEscalated(mirror_->model(), to->leader, request);
  absl::Status status = mirror_->TakeReadError();
  if (!status.ok()) return status;
  const uint64_t up_to = held->back().id;
  if (!digest) return escalations.LetGo(name, up_to);
  Outbox::Entry entry = EntryOf(*std::move(digest), 'q', now, zone);
  entry.channels = ChannelsOf(to->subscription, kEscalationPatience, now);
  const auto seq = outbox_->LetGo(escalations, entry, up_to);
  if (!seq.ok()) return seq.status();
  Announce({entry}, "escalation_sent");
  return absl::OkStatus();
}

}  // namespace earshot::feed
