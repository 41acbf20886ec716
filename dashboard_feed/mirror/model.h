#ifndef EARSHOT_DASHBOARD_FEED_MIRROR_MODEL_H_
#define EARSHOT_DASHBOARD_FEED_MIRROR_MODEL_H_

#include <cstdint>
#include <deque>
#include <map>
#include <string>

#include "absl/time/time.h"
#include "dashboard_feed/mirror/history.h"
#include "dashboard_feed/mirror/in_force.h"
#include "earshot/v1/configuration.pb.h"
#include "earshot/v1/insight.pb.h"

// What the router has told the feed, as values to read.
namespace earshot::feed {

// An insight as it stood from `taken_at` on.
struct Version {
  absl::Time taken_at;
  v1::Insight insight;
};

// `versions` is there for small groups, which see an update at the next end
// of a shift: rising by time, the latest last and never empty. At most
// kMostVersions of the last day, and one before that.
struct MirroredInsight {
  std::deque<Version> versions;

  const v1::Insight& latest() const { return versions.back().insight; }
  // The last one taken at or before `time`; nothing: none was.
  const v1::Insight* AsOf(absl::Time time) const {
    const v1::Insight* found = nullptr;
    for (const Version& version : versions) {
      if (version.taken_at > time) break;
      found = &version.insight;
    }
    return found;
  }
};

inline constexpr size_t kMostVersions = 16;
inline constexpr uint32_t kMostAlerts = 1000;
inline constexpr absl::Duration kVersionsKept = absl::Hours(24);

// Owned by the Mirror; one thread.
struct Model {
  std::map<uint64_t, MirroredInsight> insights;
  v1::Organisation organisation;
  std::string organisation_sha256;
  v1::Subscriptions subscriptions;  // in force
  v1::Subscriptions subscriptions_file;
  SubscriptionChanges subscription_changes;  // removals as well
  std::string subscriptions_sha256;          // of the file
  std::map<std::string, v1::SiteActivity> sites;
  std::map<std::string, v1::ScopeActivity> scopes;  // by leader
  std::map<uint32_t, v1::Alert> alerts;  // by slot, at most kMostAlerts
  v1::Totals totals;
  History history;

  const v1::Leader* FindLeader(const std::string& id) const {
    for (const v1::Leader& leader : organisation.leaders()) {
      if (leader.id() == id) return &leader;
    }
    return nullptr;
  }
};

}  // namespace earshot::feed

#endif  // EARSHOT_DASHBOARD_FEED_MIRROR_MODEL_H_
