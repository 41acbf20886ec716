#ifndef EARSHOT_ROUTER_LOOP_LOOP_H_
#define EARSHOT_ROUTER_LOOP_LOOP_H_

#include <string>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "earshot/v1/insight.pb.h"
#include "earshot/v1/log.pb.h"

// The loop's states and what moves them. Pure.
namespace earshot::router {

// The state after this verb. FailedPrecondition, naming the state, when the
// table does not allow it.
absl::StatusOr<v1::State> NextState(v1::State state,
                                    v1::Decision::VerbCase verb);

// Applies a decision to an insight: state, title, topic, and for answers,
// declines and resolves the answer that is owed to each reporter. `text` is
// the decision's personal part; `leader_name` how they sign.
struct DecisionOutcome {
  bool answered = false;
  v1::Answer answer;
};
absl::StatusOr<DecisionOutcome> ApplyDecision(v1::Insight& insight,
                                              const v1::DecisionRecord& record,
                                              const std::string& text,
                                              const std::string& leader_name);

}  // namespace earshot::router

#endif  // EARSHOT_ROUTER_LOOP_LOOP_H_
