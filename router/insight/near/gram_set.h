#ifndef EARSHOT_ROUTER_INSIGHT_NEAR_GRAM_SET_H_
#define EARSHOT_ROUTER_INSIGHT_NEAR_GRAM_SET_H_

#include <cstdint>
#include <vector>

#include "router/insight/near/words.h"

namespace earshot::router {

// The grams of one text, to count how many another one shares. Keeps its
// buffers; one thread at a time. Linear in the letters.
class GramSet {
 public:
  void Assign(const NearWords& words);
  // Distinct ones.
  uint32_t size() const { return size_; }

  // How many distinct grams of `words` are in the set.
  uint32_t CountShared(const NearWords& words);

 private:
  struct Slot {
    uint32_t gram = 0;
    uint32_t seen = 0;  // 0: empty; else the round in which it was last met
  };

  std::vector<Slot> slots_;
  size_t used_ = 0;  // of slots_, a power of two
  uint32_t size_ = 0;
  uint32_t round_ = 0;
};

}  // namespace earshot::router

#endif  // EARSHOT_ROUTER_INSIGHT_NEAR_GRAM_SET_H_
