#ifndef EARSHOT_DASHBOARD_FEED_DIGEST_LOOP_HEALTH_H_
#define EARSHOT_DASHBOARD_FEED_DIGEST_LOOP_HEALTH_H_

#include <optional>
#include <vector>

#include "absl/time/time.h"
#include "dashboard_feed/digest/view.h"
#include "earshot/v1/digest.pb.h"

namespace earshot::feed {

// How long the steps of the loop take and whether it closes, of the insights of
// the last 90 days whose numbers show; sites that used to report and stopped.
// Nothing: no leader has decided anything yet, and no site is silent. Pure.
std::optional<v1::LoopHealth> LoopHealthOf(const LeaderView& view,
                                           const std::vector<Glance>& all,
                                           absl::Time now);

}  // namespace earshot::feed

#endif  // EARSHOT_DASHBOARD_FEED_DIGEST_LOOP_HEALTH_H_
