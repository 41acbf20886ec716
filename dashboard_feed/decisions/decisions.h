#ifndef EARSHOT_DASHBOARD_FEED_DECISIONS_DECISIONS_H_
#define EARSHOT_DASHBOARD_FEED_DECISIONS_DECISIONS_H_

#include <string>

#include "absl/status/status.h"
#include "earshot/v1/decision.pb.h"
#include "earshot/v1/insight.pb.h"
#include "proto/contract/redact.h"

// The loop's table as far as a leader has to be told at once. The router
// decides; this refuses what it would refuse. Pure.
namespace earshot::feed {

// FailedPrecondition names the state and the way out.
absl::Status CheckState(v1::State state, v1::Decision::VerbCase verb);

// Likewise of a mute or its end; `at` is set.
absl::Status CheckMute(const v1::Insight& insight,
                       const v1::Decision& decision);

// Puts whole ids in place of the beginnings that a leader has typed.
absl::Status NameObservations(const v1::Insight& insight, v1::Split& split);

// Removes personal numbers and addresses from every free text, in place. The
// number of stretches removed.
size_t RedactDecision(const contract::Redactor& redactor,
                      v1::Decision& decision);

}  // namespace earshot::feed

#endif  // EARSHOT_DASHBOARD_FEED_DECISIONS_DECISIONS_H_
