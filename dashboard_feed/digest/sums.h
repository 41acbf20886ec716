#ifndef EARSHOT_DASHBOARD_FEED_DIGEST_SUMS_H_
#define EARSHOT_DASHBOARD_FEED_DIGEST_SUMS_H_

#include "dashboard_feed/digest/digest.h"
#include "dashboard_feed/digest/gather.h"
#include "dashboard_feed/digest/view.h"
#include "earshot/v1/digest.pb.h"

namespace earshot::feed {

// The parts of a digest that sum up and list no insights: numbers, cost, how
// well the loop closes, what was settled there and then, questions, promises
// and goals. Reads facts alone, so that another thread may read words. Pure.
void AddSums(const DigestRequest& request, const LeaderView& view,
             const v1::Leader& leader, const Matter& matter,
             v1::Digest& digest);

}  // namespace earshot::feed

#endif  // EARSHOT_DASHBOARD_FEED_DIGEST_SUMS_H_
