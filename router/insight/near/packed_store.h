#ifndef EARSHOT_ROUTER_INSIGHT_NEAR_PACKED_STORE_H_
#define EARSHOT_ROUTER_INSIGHT_NEAR_PACKED_STORE_H_

#include <algorithm>
#include <cstdint>
#include <deque>
#include <memory>
#include <string_view>

namespace earshot::router {

// Strings of bytes in a row, of which the first leave first. Owned by
// NearIndex, its thread. Memory: what is held, and at most a block more at each
// end.
class PackedStore {
 public:
  static constexpr size_t kBlockBytes = 1U << 16U;

  // Where it stands, for At. `bytes` are at most a block.
  uint64_t Put(std::string_view bytes) {
    if (blocks_.empty() || kBlockBytes - end_ % kBlockBytes < bytes.size() ||
        end_ == (first_ + blocks_.size()) * kBlockBytes) {
      end_ = (first_ + blocks_.size()) * kBlockBytes;
      blocks_.push_back(std::make_unique<char[]>(kBlockBytes));
    }
    const uint64_t at = end_;
    bytes.copy(Pointer(at), bytes.size());
    end_ += bytes.size();
    return at;
  }

  const char* At(uint64_t place) const { return Pointer(place); }

  void Erase(uint64_t place, size_t size) {
    std::fill_n(Pointer(place), size, '\0');
  }

  // What was put before `place` is gone.
  void Drop(uint64_t place) {
    while (first_ < place / kBlockBytes && !blocks_.empty()) {
      blocks_.pop_front();
      ++first_;
    }
  }

  size_t memory_bytes() const { return blocks_.size() * kBlockBytes; }

 private:
  char* Pointer(uint64_t place) const {
    return blocks_[place / kBlockBytes - first_].get() + place % kBlockBytes;
  }

  std::deque<std::unique_ptr<char[]>> blocks_;
  uint64_t first_ = 0;  // number of the first block
  uint64_t end_ = 0;
};

}  // namespace earshot::router

#endif  // EARSHOT_ROUTER_INSIGHT_NEAR_PACKED_STORE_H_
