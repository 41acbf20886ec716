#ifndef EARSHOT_ROUTER_LOOP_OBLIGATIONS_H_
#define EARSHOT_ROUTER_LOOP_OBLIGATIONS_H_

#include <cstdint>
#include <optional>

#include "absl/time/time.h"
#include "earshot/v1/configuration.pb.h"
#include "earshot/v1/insight.pb.h"
#include "router/loop/front_line.h"

// How long those who reported an insight are owed an answer. When that ends,
// nothing tells any more which agent a report came from. Pure.
namespace earshot::router {

// `obligation_days` after the last that happened to what is confirmed,
// unchallenged or declined; `longest_obligation_days` after the last that
// happened to anything else. Nothing: nobody is owed anything.
std::optional<DueTick> NextEnd(const v1::Insight& insight,
                               const v1::LoopRules& rules);

// So long after the last that happened nothing is waited for: not even agents
// that have yet to fetch an answer.
bool NobodyWaits(const v1::Insight& insight, absl::Time at,
                 const v1::LoopRules& rules);

// They have ended at `at`, but for the reports of agents that have yet to fetch
// an answer.
void NoteEnd(v1::Insight& insight, absl::Time at, uint64_t waiting);

}  // namespace earshot::router

#endif  // EARSHOT_ROUTER_LOOP_OBLIGATIONS_H_
