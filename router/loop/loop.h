#ifndef EARSHOT_ROUTER_LOOP_LOOP_H_
#define EARSHOT_ROUTER_LOOP_LOOP_H_

#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "earshot/v1/configuration.pb.h"
#include "earshot/v1/insight.pb.h"
#include "earshot/v1/log.pb.h"

// The loop's states and what moves them. Pure.
namespace earshot::router {

// The state after this verb. FailedPrecondition, naming the state, when the
// table does not allow it.
absl::StatusOr<v1::State> NextState(v1::State state,
                                    v1::Decision::VerbCase verb);

// A decision as the log has it.
struct LoggedDecision {
  uint64_t number = 0;  // its position: grows in the order of deciding
  v1::DecisionRecord record;
  std::string text;                             // its personal part
  std::string leader_name;                      // how they sign
  std::vector<v1::Translation> translations{};  // of the text
};
struct DecisionOutcome {
  bool answered = false;
  bool overtaken = false;  // a newer decision had been applied before
  v1::Answer answer;
};

// Applies a decision to an insight: state, title, topic, and for answers,
// declines and resolves the answer that is owed to each reporter. On failure
// the insight is as before.
//
// A decision may come after newer ones, if it had to wait for its insight to
// come back to a router that was restored. What the newer ones said of state,
// title and topic stands then; its answer is still owed, in its place before
// theirs. `rules`: with their defaults.
absl::StatusOr<DecisionOutcome> ApplyDecision(v1::Insight& insight,
                                              const LoggedDecision& decided,
                                              const v1::LoopRules& rules);

}  // namespace earshot::router

#endif  // EARSHOT_ROUTER_LOOP_LOOP_H_
