#ifndef EARSHOT_DASHBOARD_FEED_PAGE_BLOCKS_H_
#define EARSHOT_DASHBOARD_FEED_PAGE_BLOCKS_H_

#include "absl/time/time.h"
#include "dashboard_feed/page/rendering.h"
#include "earshot/v1/digest.pb.h"

// What of a digest is no list of insights, as panels of a page. For this room
// alone. Pure.
namespace earshot::feed {

// Where and when, story, promises, cost, what was settled there and then,
// questions, and loop health.
void PutBlocks(const v1::Digest& digest, PageView& view);

// What came of questions and guidance.
void PutResults(const v1::ResultList& results, absl::TimeZone zone,
                PageView& view);

}  // namespace earshot::feed

#endif  // EARSHOT_DASHBOARD_FEED_PAGE_BLOCKS_H_
