#ifndef EARSHOT_DASHBOARD_FEED_LIVE_CHANGES_H_
#define EARSHOT_DASHBOARD_FEED_LIVE_CHANGES_H_

#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <utility>
#include <vector>

#include "absl/time/time.h"
#include "dashboard_feed/mirror/model.h"
#include "earshot/v1/insight.pb.h"
#include "earshot/v1/session.pb.h"

// Which insights have changed, and how far back that is known. Pure.
namespace earshot::feed {

using InsightPtr = std::shared_ptr<const v1::Insight>;

// One insight that a delivery changes: what a leader's sight of it depends on,
// without its words.
struct Change {
  uint64_t insight = 0;
  uint64_t seq = 0;   // of the last item that is about it
  InsightPtr now;     // as the delivery has it
  InsightPtr before;  // null: whoever saw it then sees it now, or nobody did
  bool evidence_only = false;  // what small groups hide until a shift's end
};

// By seq. `whole` is as it was before the delivery.
std::vector<Change> ChangesIn(const v1::Delivery& delivery,
                              const WholeInsights& whole);

// The last changes, an entry for each insight, so that who comes back is told
// what was missed. At most kMost; of more the oldest go, and whoever was last
// told before these has to read everything anew.
class RecentChanges {
 public:
  static constexpr size_t kMost = 4096;
  static constexpr size_t kMostBefore = 4;  // of an insight

  struct Entry {
    uint64_t insight = 0;
    absl::Time at;
    InsightPtr now;
    uint64_t shown_seq = 0;  // of the last one that was not evidence_only
    // When somebody may have lost sight of it, and how it was then.
    std::vector<std::pair<uint64_t, InsightPtr>> before;
  };

  // Forgets everything: what changed up to `seq` is not known.
  void Restart(uint64_t seq, absl::Time now);
  void Note(const Change& change, absl::Time now);

  // What changed after `seq` can be told in full.
  bool Reaches(uint64_t seq) const { return seq >= floor_; }
  // All that changed since then is there.
  bool ReachesTo(absl::Time time) const { return time >= floor_at_; }
  // When the last change up to `seq` came, or an earlier moment.
  absl::Time TimeOf(uint64_t seq) const;
  // By seq.
  const std::map<uint64_t, Entry>& entries() const { return entries_; }

 private:
  uint64_t floor_ = 0;
  absl::Time floor_at_ = absl::InfiniteFuture();
  std::map<uint64_t, Entry> entries_;
  std::map<uint64_t, uint64_t> seq_of_;  // by insight
};

}  // namespace earshot::feed

#endif  // EARSHOT_DASHBOARD_FEED_LIVE_CHANGES_H_
