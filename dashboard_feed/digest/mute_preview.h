#ifndef EARSHOT_DASHBOARD_FEED_DIGEST_MUTE_PREVIEW_H_
#define EARSHOT_DASHBOARD_FEED_DIGEST_MUTE_PREVIEW_H_

#include <string>

#include "absl/time/time.h"
#include "dashboard_feed/digest/view.h"
#include "dashboard_feed/mirror/model.h"

namespace earshot::feed {

// What hiding an insight until then would keep from digests, in a few lines:
// observations a day over the last two weeks and sites, in the leader's scope
// and as small groups allow. Pure. `seen` is of LeaderView.
std::string MutePreview(const Model& model, const v1::Leader& leader,
                        const Seen& seen, absl::Time until, absl::Time now);

}  // namespace earshot::feed

#endif  // EARSHOT_DASHBOARD_FEED_DIGEST_MUTE_PREVIEW_H_
