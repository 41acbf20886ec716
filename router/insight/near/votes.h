#ifndef EARSHOT_ROUTER_INSIGHT_NEAR_VOTES_H_
#define EARSHOT_ROUTER_INSIGHT_NEAR_VOTES_H_

#include <array>
#include <cstddef>
#include <cstdint>

namespace earshot::router {

// Counts how often each place was met, kMost different ones at most.
class Votes {
 public:
  static constexpr size_t kMost = 512;

  struct Slot {
    uint32_t place = 0;
    uint32_t count = 0;
  };

  void Add(uint32_t place) {
    size_t i = (place * 0x9E3779B1U) >> (32 - kBits);
    while (slots_[i].count != 0 && slots_[i].place != place) {
      i = (i + 1) % slots_.size();
    }
    if (slots_[i].count == 0) {
      if (size_ == kMost) return;
      used_[size_++] = static_cast<uint16_t>(i);
    }
    slots_[i].place = place;
    ++slots_[i].count;
  }

  size_t size() const { return size_; }
  // In the order in which they were first met.
  const Slot& at(size_t i) const { return slots_[used_.at(i)]; }

  void Clear() {
    for (size_t i = 0; i < size_; ++i) slots_[used_[i]].count = 0;
    size_ = 0;
  }

 private:
  static constexpr unsigned kBits = 10;  // at least half of the slots are free

  std::array<Slot, size_t{1} << kBits> slots_{};
  std::array<uint16_t, kMost> used_{};
  size_t size_ = 0;
};

}  // namespace earshot::router

#endif  // EARSHOT_ROUTER_INSIGHT_NEAR_VOTES_H_
