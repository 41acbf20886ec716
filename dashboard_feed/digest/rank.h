#ifndef EARSHOT_DASHBOARD_FEED_DIGEST_RANK_H_
#define EARSHOT_DASHBOARD_FEED_DIGEST_RANK_H_

#include <string>

#include "dashboard_feed/digest/view.h"

// Where an insight ranks in one leader's scope. Pure.
namespace earshot::feed {

// For what is out of step with what is usual, the parts of the priority become
// those of the stretch that says so and of this scope, in thousandths: severity
// (500 a step), breadth (700 a doubling of people lately, 500 a doubling of
// sites), trend (500 a doubling over what was expected, 3000 at most), safety
// and regression as the router has them. Others keep the router's.
void RankInScope(Seen& seen);

// "rising: 42 people at 17 sites in 24 hours, 6.2 people expected"; empty when
// there is no trend. Without numbers where they are hidden.
std::string TrendText(const Seen& seen);

}  // namespace earshot::feed

#endif  // EARSHOT_DASHBOARD_FEED_DIGEST_RANK_H_
