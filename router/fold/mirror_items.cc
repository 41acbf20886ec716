#include <fmt/format.h>

#include <algorithm>
#include <mutex>
#include <set>
#include <string>
#include <utility>

#include "proto/contract/times.h"
#include "router/fold/fold.h"
#include "router/fold/scope_activity.h"
#include "router/loop/escalation.h"

// What the fold gives the feed beside insights.
namespace earshot::router {
namespace {

// The feed looks back at 42 days; what arrives late may change earlier ones.
constexpr int32_t kDaysKept = 62;
constexpr size_t kForgottenAtOnce = 500;
constexpr int64_t kDaySeconds = 86400;

}  // namespace

absl::Status Fold::PutItem(const std::string& key, v1::UpdateKind kind,
                           const std::string& body) {
  return views_.PutMirrored(key, ++cursors_.update_seq, kind, body);
}

absl::Status Fold::PutConfigured(const std::string& key, v1::UpdateKind kind,
                                 const std::string& body) {
  const auto mirrored = views_.FindMirrored(key);
  if (!mirrored.ok()) return mirrored.status();
  return configured_ && *mirrored == body ? absl::OkStatus()
                                          : PutItem(key, kind, body);
}

absl::StatusOr<v1::DayCounts*> Fold::TouchDay(uint64_t insight, int32_t day,
                                              Work& work) {
  const auto [found, added] = work.days.try_emplace({insight, day});
  v1::DayCounts& counts = found->second;
  if (!added) return &counts;
  const auto body = views_.FindMirrored(Views::DayKey(insight, day));
  if (!body.ok()) return body.status();
  counts.ParseFromString(*body);
  counts.set_insight(insight);
  counts.set_day(day);
  return &counts;
}

bool Fold::KeepsDay(int32_t day) const {
  const auto today =
      static_cast<int32_t>(absl::ToUnixSeconds(clock_.Wall()) / kDaySeconds);
  return day >= today - kDaysKept;
}

// What is counted anew begins with nothing; the feed is told so too.
absl::Status Fold::ClearDays(uint64_t insight, Work& work) {
  const auto today =
      static_cast<int32_t>(absl::ToUnixSeconds(clock_.Wall()) / kDaySeconds);
  for (int32_t day = today - kDaysKept; day <= today + 1; ++day) {
    const auto body = views_.FindMirrored(Views::DayKey(insight, day));
    if (!body.ok()) return body.status();
    if (body->empty() && !work.days.contains({insight, day})) continue;
    const auto counts = TouchDay(insight, day, work);
    if (!counts.ok()) return counts.status();
    (*counts)->clear_cells();
  }
  return absl::OkStatus();
}

absl::Status Fold::PutDays(const Work& work) {
  for (const auto& [key, counts] : work.days) {
    absl::Status status = PutItem(Views::DayKey(key.first, key.second),
                                  v1::UPDATE_DAY, counts.SerializeAsString());
    if (!status.ok()) return status;
  }
  return absl::OkStatus();
}

absl::Status Fold::ForgetOldDays() {
  const absl::Duration now = clock_.Monotonic();
  if (now < days_due_) return absl::OkStatus();
  const auto today =
      static_cast<int32_t>(absl::ToUnixSeconds(clock_.Wall()) / kDaySeconds);
  const auto gone = views_.ForgetDays(today - kDaysKept, kForgottenAtOnce);
  if (!gone.ok()) return gone.status();
  days_due_ =
      now + (*gone == kForgottenAtOnce ? absl::Seconds(1) : absl::Hours(6));
  return absl::OkStatus();
}

void Fold::ApplyTopic(v1::Insight& insight) {
  std::shared_ptr<const Taxonomy> taxonomy;
  {
    const std::lock_guard lock(mutex_);
    taxonomy = taxonomy_;
  }
  insight.clear_cost();
  insight.clear_answer_due();
  const TopicDetails* topic =
      taxonomy == nullptr ? nullptr : taxonomy->Find(insight.topic());
  if (topic == nullptr) return;
  if (!topic->cost.currency().empty()) *insight.mutable_cost() = topic->cost;
  const size_t severity = std::clamp(insight.severity_max(), 1U, 5U);
  if (topic->deadline_hours.size() < severity || !WantsAnswer(insight)) return;
  *insight.mutable_answer_due() = contract::ToStamp(AnswerDue(
      insight, *duty_, absl::Hours(topic->deadline_hours[severity - 1])));
}

void Fold::NoteAlert(const Evidence& evidence, bool safety, Work& work) {
  constexpr uint64_t kAlertsKept = 1000;
  constexpr uint32_t kSevere = 4;
  const v1::ObservationRecord& said = evidence.observation;
  const bool open = evidence.reading.open_always();
  if (IsRepeat(evidence.reading) || (said.severity() < kSevere && !open)) {
    return;
  }
  v1::Alert& alert = work.alerts.emplace_back();
  alert.set_observation(said.observation());
  alert.set_insight(evidence.reading.insight());
  alert.set_topic(evidence.reading.topic());
  alert.set_kind(evidence.reading.kind());
  alert.set_severity(said.severity());
  alert.set_site(said.site());
  alert.set_channel(said.channel());
  alert.set_shift(said.shift());
  *alert.mutable_observed_at() = said.observed_at();
  *alert.mutable_received_at() = said.received_at();
  alert.set_open_always(open);
  alert.set_safety(safety);
  alert.set_number(cursors_.alerts);
  alert.set_slot(static_cast<uint32_t>(cursors_.alerts++ % kAlertsKept));
}

absl::Status Fold::PutAlerts(const Work& work) {
  for (const v1::Alert& alert : work.alerts) {
    absl::Status status = PutItem(fmt::format("alert/{}", alert.slot()),
                                  v1::UPDATE_ALERT, alert.SerializeAsString());
    if (!status.ok()) return status;
  }
  return absl::OkStatus();
}

absl::Status Fold::PutTotals() {
  v1::Totals totals;
  totals.set_observations(cursors_.observations);
  totals.set_repeats(cursors_.repeats);
  totals.set_untriaged(cursors_.untriaged);
  const uint64_t end = writer_.counters().end.value();
  totals.set_awaiting_reading(end > cursors_.main ? end - cursors_.main : 0);
  const auto head = reader_.ChainHead();
  if (!head.ok()) return head.status();
  totals.set_chain_head(*head);
  *totals.mutable_as_of() = contract::ToStamp(clock_.Wall());
  return PutItem("totals", v1::UPDATE_TOTALS, totals.SerializeAsString());
}

absl::Status Fold::PutSites(const std::set<std::string>& sites) {
  for (const std::string& site : sites) {
    const std::string key = "site/" + site;
    auto body = views_.FindMirrored(key);
    if (!body.ok()) return body.status();
    v1::SiteActivity activity;
    activity.ParseFromString(*body);
    activity.set_site(site);
    const auto contact = contacts_.find(site);
    if (contact != contacts_.end()) {
      *activity.mutable_last_contact() = contract::ToStamp(contact->second);
    }
    std::string fresh = activity.SerializeAsString();
    if (fresh == *body) continue;
    absl::Status status = PutItem(key, v1::UPDATE_SITE, fresh);
    if (!status.ok()) return status;
  }
  return absl::OkStatus();
}

absl::Status Fold::PutScopeActivity() {
  const absl::Duration now = clock_.Monotonic();
  if (!activity_changed_ || now < scopes_due_) return absl::OkStatus();
  const int64_t today = absl::ToUnixSeconds(clock_.Wall()) / 86400;
  if (today != std::exchange(activity_day_, today)) {
    absl::Status status = views_.ForgetActivity(today - kActivityDays);
    if (!status.ok()) return status;
  }
  const auto counts = CountReporters(views_.database(), organisation_, today);
  if (!counts.ok()) return counts.status();
  activity_changed_ = false;
  // A count over many reporters takes its time; never more than a twentieth.
  scopes_due_ =
      now + std::max(absl::Seconds(5), (clock_.Monotonic() - now) * 20);
  for (const auto& [leader, count] : *counts) {
    const std::string key = "scope/" + leader;
    v1::ScopeActivity activity;
    activity.set_leader(leader);
    activity.set_reporters_90d(count);
    std::string fresh = activity.SerializeAsString();
    const auto body = views_.FindMirrored(key);
    if (!body.ok()) return body.status();
    if (*body == fresh) continue;
    absl::Status status = PutItem(key, v1::UPDATE_SCOPE, fresh);
    if (!status.ok()) return status;
  }
  return absl::OkStatus();
}

}  // namespace earshot::router
