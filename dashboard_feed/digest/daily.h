#ifndef EARSHOT_DASHBOARD_FEED_DIGEST_DAILY_H_
#define EARSHOT_DASHBOARD_FEED_DIGEST_DAILY_H_

#include <cstdint>
#include <optional>
#include <vector>

#include "absl/time/civil_time.h"
#include "absl/time/time.h"
#include "dashboard_feed/digest/view.h"

// One insight day by day, for a plot. Pure.
namespace earshot::feed {

struct Daily {
  absl::CivilDay first;                // of the leader's zone, to six hours
  std::vector<uint32_t> observations;  // repeats left out; the last is today
};

// Of the leader's scope, at most History::kDaysKept days. Nothing: small groups
// hide it (the numbers are below k, or the scope is a slice). A day by itself
// is no slice, as it is none in a digest, which tells how many are new since
// the one before: place, shift and hour are what would single somebody out.
std::optional<Daily> DailyOf(const LeaderView& view, const Glance& glance,
                             absl::Time now);

}  // namespace earshot::feed

#endif  // EARSHOT_DASHBOARD_FEED_DIGEST_DAILY_H_
