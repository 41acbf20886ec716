#ifndef EARSHOT_DASHBOARD_FEED_DIGEST_SECTIONS_H_
#define EARSHOT_DASHBOARD_FEED_DIGEST_SECTIONS_H_

#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <unordered_map>
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

  using Belongs = std::function<bool(const Glance&)>;
  // Lists what belongs and stands in no section before, up to `most` (or, as
  // asked, to the end), what is `first` before the rest; what is left out is
  // counted as `more`.
  void Add(const char* name, const char* title, size_t most,
           const Belongs& belongs, const Belongs& first = nullptr);

 private:
  struct Filling {
    v1::DigestSection& section;
    size_t most;
    bool shown;
    uint32_t passed;                                // before what was asked for
    std::unordered_map<uint32_t, size_t> of_topic;  // that move
  };
  void Fill(Filling& filling, const Belongs& belongs);
  // Nothing: it cannot be read.
  std::optional<v1::DigestItem> ItemOf(const Glance& glance) const;

  static constexpr size_t kMostAsked = 1000;
  // Of what moves, in a section: what is all over the company is told in many
  // words, and must leave room for the rest.
  static constexpr size_t kMostOfATopic = 2;
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
