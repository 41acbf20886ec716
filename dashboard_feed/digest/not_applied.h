#ifndef EARSHOT_DASHBOARD_FEED_DIGEST_NOT_APPLIED_H_
#define EARSHOT_DASHBOARD_FEED_DIGEST_NOT_APPLIED_H_

#include "dashboard_feed/digest/digest.h"
#include "dashboard_feed/digest/view.h"
#include "earshot/v1/digest.pb.h"

// Two leaders decide at once, and one decision stands: both are told. Pure.
namespace earshot::feed {

inline constexpr int kMostNotAppliedLines = 5;
// What was decided longer ago is in `why` alone.
inline constexpr absl::Duration kNotAppliedTold = absl::Hours(24 * 14);

// Adds the decisions that were not applied and that this leader, or who stands
// in for them, took or stands in the way of; each once in a subscription's
// digests, the oldest first. What is left out comes with the next one. Only of
// insights that the leader sees.
void AddNotApplied(const LeaderView& view, const v1::Leader& leader,
                   const DigestRequest& request, v1::Digest& digest);

}  // namespace earshot::feed

#endif  // EARSHOT_DASHBOARD_FEED_DIGEST_NOT_APPLIED_H_
