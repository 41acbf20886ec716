#ifndef EARSHOT_ROUTER_INSIGHT_NEAR_BUCKETS_H_
#define EARSHOT_ROUTER_INSIGHT_NEAR_BUCKETS_H_

#include <array>
#include <cstddef>
#include <cstdint>
#include <vector>

namespace earshot::router {

// Which places (of remembered texts) were put under which hash. Of fixed size:
// a line of the processor's cache holds the newest 16 entries of all the hashes
// that fall on it, of one hash the newest kMostOfOne; older ones are lost.
// Owned by NearIndex, its thread.
class Buckets {
 public:
  static constexpr size_t kMostOfOne = 8;
  static constexpr uint32_t kMostPlaces = 1U << 22U;

  // For about `entries` of them.
  explicit Buckets(size_t entries);

  void Put(uint32_t hash, uint32_t place);
  // `to` instead of `from`; as Put when `from` was lost.
  void Replace(uint32_t hash, uint32_t from, uint32_t to);

  // Have the line of `hash` in the cache soon.
  void Fetch(uint32_t hash) const { __builtin_prefetch(&LineOf(hash)); }
  // Calls `each(place)` for what is under `hash`, the oldest first. Now and
  // then a place that was put under another hash is among them.
  template <typename Each>
  void ForEach(uint32_t hash, Each&& each) const {
    const uint32_t tag = TagOf(hash);
    for (const uint32_t entry : LineOf(hash).entries) {
      if ((entry & ~kPlaceMask) == tag) each(entry & kPlaceMask);
    }
  }

  size_t memory_bytes() const { return lines_.size() * sizeof(Line); }

 private:
  static constexpr uint32_t kPlaceMask = kMostPlaces - 1;
  // 0: empty; else a tag of ten bits, never 0, and a place. Empty ones first,
  // then the oldest.
  struct alignas(64) Line {
    std::array<uint32_t, 16> entries{};
  };

  static uint32_t TagOf(uint32_t hash) {
    const uint32_t tag = (hash * 0x9E3779B1U) & ~kPlaceMask;
    return tag == 0 ? ~kPlaceMask : tag;
  }
  const Line& LineOf(uint32_t hash) const {
    return lines_[(uint64_t{hash} * lines_.size()) >> 32U];
  }

  std::vector<Line> lines_;
};

}  // namespace earshot::router

#endif  // EARSHOT_ROUTER_INSIGHT_NEAR_BUCKETS_H_
