#include "router/insight/near/gram_set.h"

#include <algorithm>
#include <bit>

namespace earshot::router {

void GramSet::Assign(const NearWords& words) {
  used_ = std::bit_ceil(4 * words.letters.size() + 16);
  if (slots_.size() < used_) slots_.resize(used_);
  std::fill_n(slots_.begin(), used_, Slot{});
  size_ = 0;
  round_ = 1;
  for (const NearWord& word : words.words) {
    ForEachGram(words, word, [&](uint64_t hash) {
      const auto gram = static_cast<uint32_t>(hash >> 32);
      size_t i = hash & (used_ - 1);
      while (slots_[i].seen != 0) {
        if (slots_[i].gram == gram) return;
        i = (i + 1) & (used_ - 1);
      }
      slots_[i] = {gram, round_};
      ++size_;
    });
  }
}

uint32_t GramSet::CountShared(const NearWords& words) {
  ++round_;
  uint32_t shared = 0;
  for (const NearWord& word : words.words) {
    ForEachGram(words, word, [&](uint64_t hash) {
      const auto gram = static_cast<uint32_t>(hash >> 32);
      for (size_t i = hash & (used_ - 1); slots_[i].seen != 0;
           i = (i + 1) & (used_ - 1)) {
        if (slots_[i].gram != gram) continue;
        if (slots_[i].seen != round_) ++shared;
        slots_[i].seen = round_;
        return;
      }
    });
  }
  return shared;
}

}  // namespace earshot::router
