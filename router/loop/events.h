#ifndef EARSHOT_ROUTER_LOOP_EVENTS_H_
#define EARSHOT_ROUTER_LOOP_EVENTS_H_

#include "earshot/v1/insight.pb.h"

namespace earshot::router {

struct LoggedDecision;

// A leader's decision, with the state that the insight has.
v1::InsightEvent EventOf(const v1::Insight& insight,
                         const LoggedDecision& decided);

// Into its history, by the event's number; of too many the oldest goes, of too
// many that were not applied the oldest of these.
void AddEvent(v1::Insight& insight, v1::InsightEvent event);

}  // namespace earshot::router

#endif  // EARSHOT_ROUTER_LOOP_EVENTS_H_
