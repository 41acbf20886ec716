#include "dashboard_feed/digest/loop_health.h"

#include <algorithm>
#include <cstdint>
#include <string>
#include <utility>

#include "dashboard_feed/digest/health_sum.h"
#include "dashboard_feed/digest/issue.h"
#include "dashboard_feed/digest/loop_slices.h"
#include "proto/contract/times.h"

namespace earshot::feed {
namespace {

constexpr absl::Duration kSiteStopped = absl::Hours(24 * 3);
constexpr int kMostLateSites = 10;

void AddSilentSites(const LeaderView& view, absl::Time now,
                    v1::LoopHealth& health) {
  for (const auto& [id, activity] : view.model().sites) {
    if (!activity.has_last_contact() ||
        contract::ToTime(activity.last_contact()) > now - kSiteStopped ||
        contract::ToTime(activity.last_contact()) < now - HealthSum::kStretch ||
        view.coverage().scope().OfSite(id) == 0) {
      continue;
    }
    if (health.silent_sites_size() == kMostLateSites) return;
    health.add_silent_sites(id);
  }
}

}  // namespace

std::optional<v1::LoopHealth> LoopHealthOf(const LeaderView& view,
                                           const std::vector<Glance>& all,
                                           absl::Time now) {
  HealthSum sum(now);
  for (const Glance& glance : all) {
    if (!IsIssue(glance) || glance.hidden) continue;
    sum.Take(glance, glance.reporters);
  }
  v1::LoopHealth health = sum.Put();
  AddSilentSites(view, now, health);
  if (!sum.any() && health.silent_sites_size() == 0) return std::nullopt;
  if (sum.any()) AddSlices(view, all, now, health);
  return health;
}

}  // namespace earshot::feed
