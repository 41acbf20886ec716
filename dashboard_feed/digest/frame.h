#ifndef EARSHOT_DASHBOARD_FEED_DIGEST_FRAME_H_
#define EARSHOT_DASHBOARD_FEED_DIGEST_FRAME_H_

#include <string>

#include "absl/time/time.h"
#include "dashboard_feed/mirror/model.h"
#include "earshot/v1/configuration.pb.h"
#include "earshot/v1/digest.pb.h"

// What every digest says of itself. Pure.
namespace earshot::feed {

// Whose it is, and what it stands on.
void FillFrame(const Model& model, const v1::Leader& leader,
               v1::Digest& digest);

// Likewise of what is told at once: it is of this moment alone.
void FillFrameAtOnce(const Model& model, const v1::Leader& leader,
                     const std::string& period, absl::Time now,
                     absl::TimeZone zone, v1::Digest& digest);

// Of which subscription, and in what language; null: of none.
void FillSubscription(const v1::Subscription* subscription, v1::Digest& digest);

}  // namespace earshot::feed

#endif  // EARSHOT_DASHBOARD_FEED_DIGEST_FRAME_H_
