#ifndef EARSHOT_DASHBOARD_FEED_DIGEST_RANK_H_
#define EARSHOT_DASHBOARD_FEED_DIGEST_RANK_H_

#include <string>

#include "dashboard_feed/digest/view.h"

// Where an insight ranks in one leader's scope. Pure.
namespace earshot::feed {

// For what is out of step with what is usual, breadth and trend become those of
// the stretch that says so and of this scope; the other parts stay as the
// router has them. What waits for an answer beyond its topic's deadline gets a
// part for its age. All by proto/contract/score.h.
void RankInScope(Seen& seen, const v1::PriorityWeights& weights,
                 absl::Time now);
// The same number, without the parts that explain it.
void RankInScope(Glance& glance, const v1::PriorityWeights& weights,
                 absl::Time now);

// "rising: 42 people at 17 sites in 24 hours, 6.2 people expected"; empty when
// there is no trend. Without numbers where they are hidden.
std::string TrendText(const Seen& seen);

}  // namespace earshot::feed

#endif  // EARSHOT_DASHBOARD_FEED_DIGEST_RANK_H_
