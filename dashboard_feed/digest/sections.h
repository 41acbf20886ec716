#ifndef EARSHOT_DASHBOARD_FEED_DIGEST_SECTIONS_H_
#define EARSHOT_DASHBOARD_FEED_DIGEST_SECTIONS_H_

#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <unordered_set>
#include <vector>

#include "dashboard_feed/digest/blocks.h"
#include "dashboard_feed/digest/digest.h"
#include "dashboard_feed/digest/waiting.h"

namespace earshot::feed {

// Fills one digest section by section; an insight is listed once. One thread;
// everything that it is made with outlives it.
class Sections {
 public:
  Sections(const LeaderView& view, const DigestRequest& request,
           std::span<const Glance> sorted, const Effects& effects,
           const Waiting& waiting, Built& built)
      : view_(view),
        request_(request),
        sorted_(sorted),
        effects_(effects),
        waiting_(waiting),
        built_(built) {}

  // Observations since the previous digest; 0 where they are hidden.
  static uint64_t Fresh(const Glance& glance);
  // Or closed by the front line.
  bool AnsweredSince(const Glance& glance) const;

  // Lists what belongs and stands in no section before, up to `most` (or, as
  // asked, to the end); what is left out is counted as `more`.
  void Add(const char* name, const char* title, size_t most,
           const std::function<bool(const Glance&)>& belongs);

 private:
  // Nothing: it cannot be read.
  std::optional<v1::DigestItem> ItemOf(const Glance& glance) const;

  static constexpr size_t kMostAsked = 1000;
  static constexpr size_t kMostBytes = 768 << 10;  // below one frame

  const LeaderView& view_;
  const DigestRequest& request_;
  std::span<const Glance> sorted_;  // those that may be listed
  const Effects& effects_;
  const Waiting& waiting_;
  Built& built_;
  std::unordered_set<uint64_t> listed_;
  size_t bytes_ = 0;
};

}  // namespace earshot::feed

#endif  // EARSHOT_DASHBOARD_FEED_DIGEST_SECTIONS_H_
