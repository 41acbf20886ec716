#ifndef EARSHOT_DASHBOARD_FEED_DIGEST_GATHER_H_
#define EARSHOT_DASHBOARD_FEED_DIGEST_GATHER_H_

#include <array>
#include <cstdint>
#include <deque>
#include <optional>

#include "dashboard_feed/digest/digest.h"
#include "dashboard_feed/digest/pace.h"
#include "dashboard_feed/digest/since_answer.h"
#include "dashboard_feed/digest/view.h"
#include "dashboard_feed/digest/where.h"

// All of a leader's scope, with what is to be told of each insight.
namespace earshot::feed {

// What is told of each by time: how much it is out of step, and since when it
// was answered.
struct Judged {
  std::deque<Lately> latelies;  // which the glances point to
  Effects effects;
};

// All of a leader's scope, before it is put in order. The glances point into
// the rest of it.
struct Matter {
  LeaderView::Listing listing;
  uint32_t muted = 0;
  std::optional<ScopePace> pace;
  std::array<Judged, 2> judged;  // by each of two threads
  Effects effects;
};

// Goes through all of it, half on each of two threads where it is much. `where`
// may be null, and takes them too.
void Gather(const Model& model, const LeaderView& view,
            const DigestRequest& request, WhereAndWhen* where, Matter& matter);

}  // namespace earshot::feed

#endif  // EARSHOT_DASHBOARD_FEED_DIGEST_GATHER_H_
