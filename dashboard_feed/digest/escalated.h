#ifndef EARSHOT_DASHBOARD_FEED_DIGEST_ESCALATED_H_
#define EARSHOT_DASHBOARD_FEED_DIGEST_ESCALATED_H_

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "absl/time/time.h"
#include "dashboard_feed/mirror/model.h"
#include "earshot/v1/digest.pb.h"

// What a leader is told at once when insights that wait too long are passed on
// to them, in the form of a digest with one section, as an alert is. Pure.
namespace earshot::feed {

inline constexpr int kMostEscalatedListed = 20;

struct EscalatedRequest {
  std::vector<uint64_t> insights;                  // of which a step was made
  const v1::Subscription* subscription = nullptr;  // null: the leader's queue
  std::string period;                              // see Digest
  absl::Time now;
};

// One message, however many there are: the highest ranked are listed. Nothing:
// none of them waits for this leader, as far as they see and the subscription
// chooses.
std::optional<v1::Digest> BuildEscalated(const Model& model,
                                         const v1::Leader& leader,
                                         const EscalatedRequest& request);

// It is told in quiet hours too: of kind risk, or tagged safety, and more than
// a reminder.
bool EscalationBreaksQuiet(const v1::Insight& insight);

}  // namespace earshot::feed

#endif  // EARSHOT_DASHBOARD_FEED_DIGEST_ESCALATED_H_
