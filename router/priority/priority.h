#ifndef EARSHOT_ROUTER_PRIORITY_PRIORITY_H_
#define EARSHOT_ROUTER_PRIORITY_PRIORITY_H_

#include "earshot/v1/configuration.pb.h"
#include "earshot/v1/insight.pb.h"

namespace earshot::router {

// Fills priority_milli and its parts from everything that the insight holds:
// severity, breadth, volume, sentiment, cost, safety, regression, recurrence,
// state and kind (proto/contract/score.h). More evidence never ranks lower; one
// person's repeats raise nothing but the volume. What passes with time, trend
// and age, is the feed's.
void Prioritise(v1::Insight& insight, const v1::PriorityWeights& weights);

}  // namespace earshot::router

#endif  // EARSHOT_ROUTER_PRIORITY_PRIORITY_H_
