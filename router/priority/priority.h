#ifndef EARSHOT_ROUTER_PRIORITY_PRIORITY_H_
#define EARSHOT_ROUTER_PRIORITY_PRIORITY_H_

#include "earshot/v1/insight.pb.h"

namespace earshot::router {

// Fills priority_milli and its parts, in whole thousandths, so that every
// machine ranks alike. Parts: severity (500 a step of the highest), breadth
// (700 a doubling of distinct reporters, 500 a doubling of sites), volume (100
// a doubling of observations), safety (1500), regression (1000), state (-2000
// once answered for good) and kind (-2000 for praise and noise). More evidence
// never ranks lower; one person's repeats raise volume alone.
void Prioritise(v1::Insight& insight);

}  // namespace earshot::router

#endif  // EARSHOT_ROUTER_PRIORITY_PRIORITY_H_
