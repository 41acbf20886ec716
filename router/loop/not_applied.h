#ifndef EARSHOT_ROUTER_LOOP_NOT_APPLIED_H_
#define EARSHOT_ROUTER_LOOP_NOT_APPLIED_H_

#include "absl/status/status.h"
#include "earshot/v1/insight.pb.h"
#include "router/loop/loop.h"

// What an insight remembers of decisions that another one stood in the way of:
// whose was not applied, why, and whose stands. Pure: made again from the log
// it is the same.
namespace earshot::router {

// It was refused: FailedPrecondition where something else was decided before,
// anything else where the decision itself was not possible.
void NoteRefused(v1::Insight& insight, const LoggedDecision& decided,
                 const absl::Status& why);

// It came after what was decided later, which stands.
void NoteOvertaken(v1::Insight& insight, const LoggedDecision& decided);

}  // namespace earshot::router

#endif  // EARSHOT_ROUTER_LOOP_NOT_APPLIED_H_
