#include "dashboard_feed/digest/loop_health.h"

#include <algorithm>
#include <cstdint>
#include <string>

#include "dashboard_feed/digest/issue.h"
#include "dashboard_feed/digest/item.h"
#include "proto/contract/times.h"

namespace earshot::feed {
namespace {

constexpr absl::Duration kStretch = absl::Hours(24 * 90);
constexpr absl::Duration kSiteStopped = absl::Hours(24 * 3);
constexpr int kMostSites = 10;
constexpr int64_t kDay = 86400;

// From one time to another, where both are known.
class Step {
 public:
  void Add(int64_t from, int64_t to) {
    if (from == kNever || to == kNever || to < from) return;
    seconds_.push_back(to - from);
  }
  void Put(const char* name, const char* title, v1::LoopHealth& health) {
    v1::LoopStep& step = *health.add_steps();
    step.set_name(name);
    step.set_title(title);
    step.set_insights(static_cast<uint32_t>(seconds_.size()));
    if (seconds_.empty()) return;
    const auto middle =
        seconds_.begin() + static_cast<std::ptrdiff_t>(seconds_.size() / 2);
    std::nth_element(seconds_.begin(), middle, seconds_.end());
    step.set_median_seconds(*middle);
  }

 private:
  std::vector<int64_t> seconds_;
};

void AddSilentSites(const LeaderView& view, absl::Time now,
                    v1::LoopHealth& health) {
  for (const auto& [id, activity] : view.model().sites) {
    if (!activity.has_last_contact() ||
        contract::ToTime(activity.last_contact()) > now - kSiteStopped ||
        contract::ToTime(activity.last_contact()) < now - kStretch ||
        view.coverage().scope().OfSite(id) == 0) {
      continue;
    }
    if (health.silent_sites_size() == kMostSites) return;
    health.add_silent_sites(id);
  }
}

void CountOne(const Glance& glance, v1::LoopHealth& health) {
  const bool settled = Finished(glance.state);
  const Facts& facts = *glance.facts;
  if (glance.answered) health.set_answered(health.answered() + 1);
  if (settled || facts.regressions > 0) {
    health.set_settled(health.settled() + 1);
  }
  if (facts.regressions > 0) health.set_reopened(health.reopened() + 1);
  if (glance.state == v1::CONFIRMED) {
    health.set_confirmed(health.confirmed() + 1);
  }
  if (facts.closed_at != kNever) health.set_closed(health.closed() + 1);
}

}  // namespace

std::optional<v1::LoopHealth> LoopHealthOf(const LeaderView& view,
                                           const std::vector<Glance>& all,
                                           absl::Time now) {
  v1::LoopHealth health;
  const int64_t from = absl::ToUnixSeconds(now - kStretch);
  Step visible;
  Step acknowledged;
  Step answered;
  Step confirmed;
  uint64_t reporters = 0;
  uint64_t heard_back = 0;
  uint32_t opened = 0;
  uint32_t overdue = 0;
  bool any = false;
  for (const Glance& glance : all) {
    if (!IsIssue(glance) || glance.hidden) continue;
    ++opened;
    reporters += glance.reporters;
    if (glance.answered) heard_back += glance.reporters;
    if (glance.escalation >= v1::Escalation::ESCALATED ||
        IsOverdue(glance, now)) {
      ++overdue;
    }
    if (!glance.decided || glance.facts->first_seen < from) continue;
    any = true;
    const Facts& facts = *glance.facts;
    CountOne(glance, health);
    // What came in on some day at no time is of an anonymous reporter.
    if (facts.opened_at % kDay != 0) {
      visible.Add(facts.first_seen, facts.opened_at);
    }
    acknowledged.Add(facts.opened_at, facts.first_decided_at);
    answered.Add(facts.first_decided_at, facts.first_answered_at);
    if (glance.state == v1::CONFIRMED) {
      confirmed.Add(facts.first_answered_at, facts.closed_at);
    }
  }
  AddSilentSites(view, now, health);
  if (!any && health.silent_sites_size() == 0) return std::nullopt;
  visible.Put("observed_visible", "observed to visible", health);
  acknowledged.Put("visible_acknowledged", "visible to first decision", health);
  answered.Put("acknowledged_answered", "first decision to answer", health);
  confirmed.Put("answered_confirmed", "answer to confirmed", health);
  health.set_opened(opened);
  health.set_overdue(overdue);
  health.set_heard_back_percent(
      static_cast<uint32_t>(reporters == 0 ? 0 : heard_back * 100 / reporters));
  *health.mutable_reporters() = CountOf(reporters, false, 0);
  return health;
}

}  // namespace earshot::feed
