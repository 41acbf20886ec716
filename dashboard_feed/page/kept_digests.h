#ifndef EARSHOT_DASHBOARD_FEED_PAGE_KEPT_DIGESTS_H_
#define EARSHOT_DASHBOARD_FEED_PAGE_KEPT_DIGESTS_H_

#include <cstddef>
#include <cstdint>
#include <deque>
#include <string>

#include "absl/time/time.h"
#include "earshot/v1/digest.pb.h"

namespace earshot::feed {

// The digests that pages were made of lately, so that a leader who loads one
// page after another costs one digest a second at most. Pure; one thread. The
// last kMost leaders'.
class KeptDigests {
 public:
  static constexpr size_t kMost = 64;
  // As long as nothing came from the router; after that a shift may have ended.
  static constexpr absl::Duration kUnchanged = absl::Seconds(10);
  static constexpr absl::Duration kChanged = absl::Seconds(1);

  // What it was made of.
  struct Of {
    std::string leader;
    std::string organisation;  // hash of the file: scopes are in it
    uint64_t generation = 0;   // of the mirror, and how far it is
    uint64_t seq = 0;
  };

  // Null: make it anew.
  const v1::Digest* Find(const Of& of, absl::Duration now) const;
  const v1::Digest& Keep(const Of& of, absl::Duration now, v1::Digest digest);

 private:
  struct Kept {
    Of of;
    absl::Duration made;
    v1::Digest digest;
  };
  std::deque<Kept> kept_;  // one a leader, the oldest first
};

}  // namespace earshot::feed

#endif  // EARSHOT_DASHBOARD_FEED_PAGE_KEPT_DIGESTS_H_
