#ifndef EARSHOT_DASHBOARD_FEED_DIGEST_SECTIONS_H_
#define EARSHOT_DASHBOARD_FEED_DIGEST_SECTIONS_H_

#include <cstddef>
#include <cstdint>
#include <functional>
#include <set>
#include <string>
#include <vector>

#include "dashboard_feed/digest/blocks.h"
#include "dashboard_feed/digest/digest.h"

namespace earshot::feed {

// Fills one digest section by section; an insight is listed once. One thread;
// everything that it is made with outlives it.
class Sections {
 public:
  Sections(const LeaderView& view, const DigestRequest& request,
           const std::vector<Seen>& all, const Effects& effects, Built& built)
      : view_(view),
        request_(request),
        all_(all),
        effects_(effects),
        built_(built) {}

  // Observations since the previous digest; 0 where they are hidden.
  uint64_t Fresh(const Seen& seen) const;
  bool IsNew(const Seen& seen) const;
  bool AnsweredSince(const Seen& seen) const;

  // Lists what belongs and stands in no section before, up to `most` (or, as
  // asked, to the end); what is left out is counted as `more`.
  void Add(const char* name, const char* title, size_t most,
           const std::function<bool(const Seen&)>& belongs);

 private:
  v1::DigestItem ItemOf(const Seen& seen) const;

  static constexpr size_t kMostAsked = 1000;
  static constexpr size_t kMostBytes = 768 << 10;  // below one frame

  const LeaderView& view_;
  const DigestRequest& request_;
  const std::vector<Seen>& all_;
  const Effects& effects_;
  Built& built_;
  std::set<uint64_t> listed_;
  size_t bytes_ = 0;
};

}  // namespace earshot::feed

#endif  // EARSHOT_DASHBOARD_FEED_DIGEST_SECTIONS_H_
