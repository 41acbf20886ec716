#ifndef EARSHOT_DASHBOARD_FEED_DIGEST_LOOP_SLICES_H_
#define EARSHOT_DASHBOARD_FEED_DIGEST_LOOP_SLICES_H_

#include <vector>

#include "absl/time/time.h"
#include "dashboard_feed/digest/view.h"
#include "earshot/v1/digest.pb.h"

// How well the loop closes in the parts of a scope. Pure.
namespace earshot::feed {

inline constexpr size_t kMostLoopSlices = 10;

// By region and by the first level of topics, the most insights first. Of
// insights whose numbers show alone; one that was observed in several regions
// counts in them once at least k people said so in each, and in none otherwise:
// the rest of it, and the difference between the whole scope and its parts, are
// never fewer than k. A slice of a scope has no parts.
void AddSlices(const LeaderView& view, const std::vector<Glance>& all,
               absl::Time now, v1::LoopHealth& health);

}  // namespace earshot::feed

#endif  // EARSHOT_DASHBOARD_FEED_DIGEST_LOOP_SLICES_H_
