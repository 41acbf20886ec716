#ifndef EARSHOT_DASHBOARD_FEED_DIGEST_WHERE_H_
#define EARSHOT_DASHBOARD_FEED_DIGEST_WHERE_H_

#include <vector>

#include "dashboard_feed/digest/view.h"
#include "earshot/v1/digest.pb.h"

// Site by shift, the widest gap between shifts, and which site to visit. Pure.
//
// What is counted are the insights whose numbers show anyway. A place shows
// when at least k people reported there for sure: distinct ones are known
// within an insight (all its life, if it is younger than the four weeks, else
// on one day), so the most of any insight is a number that is never too high.
// A region stands for its sites where none of them shows.
namespace earshot::feed {

v1::WhereAndWhen BuildWhere(const LeaderView& view,
                            const std::vector<Glance>& all, absl::Time now);

}  // namespace earshot::feed

#endif  // EARSHOT_DASHBOARD_FEED_DIGEST_WHERE_H_
