#ifndef EARSHOT_DASHBOARD_FEED_SCHEDULE_SCHEDULE_H_
#define EARSHOT_DASHBOARD_FEED_SCHEDULE_SCHEDULE_H_

#include <optional>
#include <string>

#include "absl/time/time.h"
#include "earshot/v1/configuration.pb.h"

// When a subscription's digest is due. Pure; local times of the zone given.
namespace earshot::feed {

// The period that ended last. `key` names it for good: 2026-11-02 (daily,
// weekly), 2026-11-02T14 (hourly, shift end), 2026-11-02T14:35 (every so many
// minutes; the beginning of a meeting). In the hour that a clock change gives
// twice, the second one's key carries its offset: 2026-10-25T02+01:00.
struct Due {
  std::string key;
  absl::Time from;  // when the one before it was due
  absl::Time to;    // in quiet hours: their end
};

// The latest period due at or before `now`; those missed before it are not
// made up for one by one. Never goes back as `now` rises. A local time that a
// clock change leaves out is due when it would have been; one that comes twice
// is due the first time. Of those due in the same quiet hours only the last is
// due at all. Nothing: IMMEDIATE, which has no periods.
std::optional<Due> LatestDue(const v1::Subscription& subscription,
                             absl::TimeZone zone, absl::Time now);

// Its own zone, else the leader's. "" and names that the system does not know:
// UTC.
absl::TimeZone ZoneOf(const v1::Subscription& subscription,
                      const v1::Leader& leader);
absl::TimeZone ZoneOf(const std::string& name);

}  // namespace earshot::feed

#endif  // EARSHOT_DASHBOARD_FEED_SCHEDULE_SCHEDULE_H_
