#ifndef EARSHOT_DASHBOARD_FEED_REHEARSE_REHEARSE_H_
#define EARSHOT_DASHBOARD_FEED_REHEARSE_REHEARSE_H_

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "dashboard_feed/rehearse/rows_in_order.h"

namespace earshot::feed {

// What would have been sent, had Earshot run at the time: the very cores of
// router and feed over a file of observations, on a clock of their own. The
// one target that links both programs' cores.
struct Rehearsal {
  std::string observations;   // file of rows
  std::string organisation;   // file, or folder of tables
  std::string subscriptions;  // file; empty: a daily top five for each leader
  absl::Time from;            // digests due from here on are written; rows
  absl::Time to;              // before it only teach what is usual
  std::string out;            // folder, made if need be
  bool text = false;          // each digest also as people read it, .txt
  bool html = false;          // and as the page, .html
  // Called now and then; rows done of all.
  std::function<void(uint64_t, uint64_t)> progress;
};

struct Rehearsed {
  uint64_t rows = 0;
  uint64_t digests = 0;
  uint64_t alerts = 0;
  uint64_t insights = 0;
  uint64_t refused = 0;
  std::vector<BadLine> bad;        // the first of them
  std::vector<std::string> notes;  // what of the organisation was ignored
};

// InvalidArgument, NotFound: a file that cannot be used. The folder then holds
// what was written up to there.
absl::StatusOr<Rehearsed> Rehearse(const Rehearsal& rehearsal);

}  // namespace earshot::feed

#endif  // EARSHOT_DASHBOARD_FEED_REHEARSE_REHEARSE_H_
