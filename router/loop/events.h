#ifndef EARSHOT_ROUTER_LOOP_EVENTS_H_
#define EARSHOT_ROUTER_LOOP_EVENTS_H_

#include "earshot/v1/insight.pb.h"

namespace earshot::router {

// Into its history, by the event's number; of too many the oldest goes.
void AddEvent(v1::Insight& insight, v1::InsightEvent event);

}  // namespace earshot::router

#endif  // EARSHOT_ROUTER_LOOP_EVENTS_H_
