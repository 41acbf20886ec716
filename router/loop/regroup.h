#ifndef EARSHOT_ROUTER_LOOP_REGROUP_H_
#define EARSHOT_ROUTER_LOOP_REGROUP_H_

#include <optional>

#include "absl/status/status.h"
#include "earshot/v1/insight.pb.h"
#include "router/loop/loop.h"

// What becomes of decisions, answers and obligations when leaders merge two
// insights, or split one. Pure. What the evidence says is counted anew by who
// moves it.
namespace earshot::router {

inline constexpr int kMostMerged = 50;     // parts of one insight, all told
inline constexpr int kMostKeptApart = 50;  // the oldest go

// In the order: heard, reopened, acknowledged, committed, resolved,
// unchallenged, confirmed, declined.
v1::State LessFinished(v1::State a, v1::State b);

// What a leader's answer tells who reports now. Nothing: none was given, or the
// last one said that it was over, and it is open again.
const v1::Answer* StandingAnswer(const v1::Insight& insight);

// All but what is counted from evidence, and said in its words.
v1::Insight WithoutEvidence(const v1::Insight& insight);

// `into` gets the state of the less finished one with what belongs to it, both
// ones' answers and history; `from` says where it went. Neither has evidence.
void MergeLoops(v1::Insight& into, v1::Insight& from,
                const LoggedDecision& decided);

// `part` is an insight of its own again, or for the first time: then it is
// empty but for its number. `before`: what `whole` was before it was merged in,
// if nothing was decided since; then both go on from there, otherwise both from
// where the whole is.
void SplitLoops(v1::Insight& whole, v1::Insight& part,
                const std::optional<v1::Insight>& before,
                const LoggedDecision& decided);

}  // namespace earshot::router

#endif  // EARSHOT_ROUTER_LOOP_REGROUP_H_
