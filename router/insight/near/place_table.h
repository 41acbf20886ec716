#ifndef EARSHOT_ROUTER_INSIGHT_NEAR_PLACE_TABLE_H_
#define EARSHOT_ROUTER_INSIGHT_NEAR_PLACE_TABLE_H_

#include <bit>
#include <cstddef>
#include <cstdint>
#include <vector>

namespace earshot::router {

// A set of places, each found by the hash of what stands there, which the
// caller knows: four bytes an entry, half of them free. Owned by NearIndex, its
// thread. Holds at most as many as it was made for.
class PlaceTable {
 public:
  static constexpr uint32_t kNone = ~0U;

  explicit PlaceTable(size_t places)
      : entries_(std::bit_ceil(2 * places + 2), kNone) {}

  // The place of `hash` for which `is_it(place)`; else kNone.
  template <typename IsIt>
  uint32_t Find(uint64_t hash, IsIt&& is_it) const {
    for (size_t i = Home(hash);; i = Next(i)) {
      if (entries_[i] == kNone || is_it(entries_[i])) return entries_[i];
    }
  }
  void Fetch(uint64_t hash) const { __builtin_prefetch(&entries_[Home(hash)]); }

  void Put(uint64_t hash, uint32_t place) {
    size_t i = Home(hash);
    while (entries_[i] != kNone) i = Next(i);
    entries_[i] = place;
  }

  // `hash_of(place)` for those that have to move up.
  template <typename HashOf>
  void Remove(uint64_t hash, uint32_t place, HashOf&& hash_of) {
    size_t hole = Home(hash);
    while (entries_[hole] != place) {
      if (entries_[hole] == kNone) return;
      hole = Next(hole);
    }
    for (size_t i = Next(hole); entries_[i] != kNone; i = Next(i)) {
      const size_t home = Home(hash_of(entries_[i]));
      // Stays where it is when its home lies between the hole and it.
      if (((i - home) & Mask()) < ((i - hole) & Mask())) continue;
      entries_[hole] = entries_[i];
      hole = i;
    }
    entries_[hole] = kNone;
  }

  size_t memory_bytes() const { return entries_.size() * sizeof(uint32_t); }

 private:
  size_t Mask() const { return entries_.size() - 1; }
  size_t Home(uint64_t hash) const { return (hash >> 20U) & Mask(); }
  size_t Next(size_t i) const { return (i + 1) & Mask(); }

  std::vector<uint32_t> entries_;
};

}  // namespace earshot::router

#endif  // EARSHOT_ROUTER_INSIGHT_NEAR_PLACE_TABLE_H_
