// Whom the feed tells at once, and what quiet hours held back.
#include <fmt/format.h>

#include <algorithm>
#include <utility>
#include <vector>

#include "base/os/status_text.h"
#include "dashboard_feed/at_once/at_once.h"
#include "dashboard_feed/digest/alert.h"
#include "dashboard_feed/feed.h"
#include "dashboard_feed/schedule/quiet.h"
#include "dashboard_feed/schedule/schedule.h"
#include "proto/contract/times.h"

namespace earshot::feed {
namespace {

// Only of a snapshot may an insight come after its alert; so long is it waited
// for.
constexpr absl::Duration kLongestHold = absl::Seconds(5);
constexpr size_t kAlertsATurn = 50;
constexpr absl::Duration kAlertPatience = absl::Hours(24);

// Those that were not looked at, by their numbers.
std::vector<const v1::Alert*> Unseen(const Model& model, uint64_t next) {
  std::vector<const v1::Alert*> unseen;
  for (const auto& [slot, alert] : model.alerts) {
    if (alert.number() >= next) unseen.push_back(&alert);
  }
  std::sort(unseen.begin(), unseen.end(), [](const auto* a, const auto* b) {
    return a->number() < b->number();
  });
  return unseen;
}

std::string PeriodOf(const v1::Alert& alert, absl::Time now,
                     absl::TimeZone zone) {
  return fmt::format("{}-{}", absl::FormatTime("%Y-%m-%dT%H:%M:%S", now, zone),
                     alert.number());
}

}  // namespace

void Feed::NoteAlertTrouble(const absl::Status& status) {
  uint64_t left_out = 0;
  if (Limited("alert", left_out)) return;
  log_.Error(
      "alert_failed",
      {{"why", os::StatusText(status)},
       {"next", "it is tried again; check the disk that holds the data folder"},
       {"left_out", left_out}});
}

void Feed::RunAlerts() {
  absl::Status status = TellAlerts();
  if (status.ok()) status = LetHeldGo(outbox_->alerts(), &Feed::LetAlertsGo);
  if (!status.ok()) NoteAlertTrouble(status);
}

absl::Status Feed::TellAlerts() {
  const Model& model = mirror_->model();
  auto mark = outbox_->alerts().ReadMark();
  if (!mark.ok()) return mark.status();
  Outbox::Telling telling;
  if (!mark->begun) return BeginAlerts();
  Alerts::Mark& reached = telling.mark.emplace(*mark);
  if (mark->generation != mirror_->cursor().generation()) {
    reached.generation = mirror_->cursor().generation();
    reached.next = 0;
  }
  std::vector<const v1::Alert*> unseen = Unseen(model, reached.next);
  if (unseen.empty()) {
    alert_seen_.reset();
    return absl::OkStatus();
  }
  const absl::Duration moment = clock_.Monotonic();
  if (!alert_seen_) alert_seen_ = moment;
  const bool all_known =
      std::all_of(unseen.begin(), unseen.end(), [&](const v1::Alert* alert) {
        return model.insights.Find(alert->insight()) != nullptr;
      });
  if (!all_known && moment - *alert_seen_ < kLongestHold) {
    return absl::OkStatus();
  }
  const bool more = unseen.size() > kAlertsATurn;
  if (more) unseen.resize(kAlertsATurn);
  // Numbers of another generation say nothing of how many there were.
  const uint64_t last = unseen.back()->number();
  const uint64_t missed = reached.generation == mark->generation
                              ? last + 1 - mark->next - unseen.size()
                              : 0;
  reached.next = last + 1;
  reached.missed += missed;
  for (const v1::Alert* alert : unseen) {
    absl::Status status = AddTold(*alert, telling);
    if (!status.ok()) return status;
  }
  absl::Status status = mirror_->TakeReadError();
  if (!status.ok()) return status;
  const auto gone = outbox_->Tell(outbox_->alerts(), telling);
  if (!gone.ok()) return gone.status();
  if (*gone > 0) {
    log_.Warn("held_alerts_gone",
              {{"count", *gone},
               {"next",
                "more came in quiet hours than are held for a subscription; "
                "the leader's own queue and the digests have them"}});
  }
  if (missed > 0) {
    log_.Warn("alerts_missed",
              {{"count", missed},
               {"next",
                "more came than the router keeps for a feed that is away; "
                "the digests have them"}});
  }
  Announce(telling.entries, "alert_sent");
  return more ? TellAlerts() : absl::OkStatus();
}

void Feed::Announce(const std::vector<Outbox::Entry>& entries,
                    const char* event) {
  for (const Outbox::Entry& entry : entries) {
    log_.Info(event, {{"leader", entry.leader},
                      {"subscription", entry.subscription},
                      {"period", entry.key},
                      {"channels", entry.channels.size()}});
    for (auto& [id, session] : sessions_) {
      if (session.leader == entry.leader) session.pending = true;
    }
    if (entry.kind == v1::DIGEST_ALERT) {
      TellFollowers(entry.leader, entry.body);
    }
  }
}

// A feed that tells for the first time. What came before it was started is for
// its digests.
absl::Status Feed::BeginAlerts() {
  if (connected_at_ == absl::InfiniteDuration()) return absl::OkStatus();
  Outbox::Telling telling;
  telling.mark.emplace().begun =
      true;  // of no generation yet: nothing is missed
  const auto begun = outbox_->Tell(outbox_->alerts(), telling);
  if (!begun.ok()) return begun.status();
  alerts_from_ = clock_.Wall() - (clock_.Monotonic() - started_);
  return TellAlerts();
}

absl::Status Feed::AddTold(const v1::Alert& alert, Outbox::Telling& telling) {
  const Model& model = mirror_->model();
  const absl::Time now = clock_.Wall();
  if (!IsAtOnce(alert, now)) return absl::OkStatus();
  const auto told = outbox_->alerts().Told(alert.observation());
  if (!told.ok()) return told.status();
  if (*told) return absl::OkStatus();
  telling.told.push_back(alert.observation());
  if (contract::ToTime(alert.received_at()) < alerts_from_) {
    return absl::OkStatus();
  }
  for (const v1::Leader& leader : model.organisation.leaders()) {
    if (!IsToldAtOnce(model.organisation, leader, alert, now)) continue;
    AlertRequest request;
    request.alerts = {alert};
    request.period = PeriodOf(alert, now, ZoneOf(leader.time_zone()));
    request.now = now;
    Outbox::Entry entry;
    entry.leader = leader.id();
    entry.key = request.period;
    entry.to = now;
    entry.kind = v1::DIGEST_ALERT;
    BuildAlert(model, leader, request).SerializeToString(&entry.body);
    for (const v1::Subscription& subscription :
         model.subscriptions.subscriptions()) {
      if (subscription.cadence() != v1::Subscription::IMMEDIATE ||
          subscription.leader() != leader.id() || subscription.paused() ||
          !IsOfSubscription(model.organisation, subscription, alert)) {
        continue;
      }
      if (!BreaksQuiet(alert) &&
          QuietAt(subscription, ZoneOf(subscription, leader), now)) {
        telling.held.push_back(
            {0, subscription.id(), alert.SerializeAsString()});
        continue;
      }
      for (Outbox::Entry::Over& over :
           ChannelsOf(subscription, kAlertPatience, now)) {
        over.subscription = subscription.id();
        entry.channels.push_back(std::move(over));
      }
    }
    telling.entries.push_back(std::move(entry));
  }
  return absl::OkStatus();
}

absl::Status Feed::LetHeldGo(HeldBack& held,
                             absl::Status (Feed::*let_go)(const std::string&)) {
  const auto holding = held.Holding();
  if (!holding.ok()) return holding.status();
  for (const std::string& name : *holding) {
    absl::Status status = (this->*let_go)(name);
    if (!status.ok()) return status;
  }
  return absl::OkStatus();
}

std::optional<Feed::Recipient> Feed::RecipientOf(
    const std::string& subscription) const {
  const Model& model = mirror_->model();
  for (const v1::Subscription& one : model.subscriptions.subscriptions()) {
    if (one.id() != subscription) continue;
    const v1::Leader* leader = model.FindLeader(one.leader());
    if (leader == nullptr || one.paused()) return std::nullopt;
    return Recipient{one, *leader};
  }
  return std::nullopt;
}

absl::Status Feed::LetAlertsGo(const std::string& name) {
  const Model& model = mirror_->model();
  const auto to = RecipientOf(name);
  // One that is gone, paused or has another cadence now sends nothing; the
  // leader's own queue had them.
  if (!to || to->subscription.cadence() != v1::Subscription::IMMEDIATE) {
    return outbox_->alerts().LetGo(name, INT64_MAX);
  }
  const absl::Time now = clock_.Wall();
  const absl::TimeZone zone = ZoneOf(to->subscription, to->leader);
  if (QuietAt(to->subscription, zone, now)) return absl::OkStatus();
  const auto held = outbox_->alerts().HeldFor(name);
  if (!held.ok() || held->empty()) return held.status();
  AlertRequest request;
  for (const Alerts::Held& one : *held) {
    v1::Alert alert;
    // The subscription or the leader's scope may have changed since.
    if (alert.ParseFromString(one.body) &&
        IsOfSubscription(model.organisation, to->subscription, alert) &&
        InLeadersScope(model.organisation, to->leader, alert)) {
      request.alerts.push_back(std::move(alert));
    }
  }
  if (request.alerts.empty()) {
    return outbox_->alerts().LetGo(name, held->back().id);
  }
  request.subscription = name;
  request.time_zone = to->subscription.time_zone();
  request.period = PeriodOf(request.alerts.back(), now, zone);
  request.now = now;
  Outbox::Entry entry;
  entry.subscription = name;
  entry.leader = to->leader.id();
  entry.key = request.period;
  entry.to = now;
  entry.kind = v1::DIGEST_ALERTS_TOGETHER;
  BuildAlert(model, to->leader, request).SerializeToString(&entry.body);
  entry.channels = ChannelsOf(to->subscription, kAlertPatience, now);
  const auto seq = outbox_->LetGo(outbox_->alerts(), entry, held->back().id);
  if (!seq.ok()) return seq.status();
  log_.Info("alerts_let_go", {{"subscription", name},
                              {"leader", to->leader.id()},
                              {"period", entry.key},
                              {"count", request.alerts.size()}});
  return absl::OkStatus();
}

}  // namespace earshot::feed
