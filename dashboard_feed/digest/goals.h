#ifndef EARSHOT_DASHBOARD_FEED_DIGEST_GOALS_H_
#define EARSHOT_DASHBOARD_FEED_DIGEST_GOALS_H_

#include <vector>

#include "absl/time/time.h"
#include "dashboard_feed/digest/view.h"
#include "earshot/v1/digest.pb.h"

// How far the organisation is with its goals. Pure.
namespace earshot::feed {

inline constexpr int kMostGoalLines = 5;
// So long after its last day a goal is told as it ended.
inline constexpr absl::Duration kGoalTold = absl::Hours(24 * 14);

// The goals that the leader's scope covers as a whole, those that are missed
// first. Counts are of all that the goal is about, muted or not, but only of
// insights where at least k people said so in it, and none or at least k
// elsewhere, so that no difference gives fewer away. To six hours.
std::vector<v1::GoalLine> GoalsOf(const LeaderView& view,
                                  const v1::Leader& leader, absl::Time now);

}  // namespace earshot::feed

#endif  // EARSHOT_DASHBOARD_FEED_DIGEST_GOALS_H_
