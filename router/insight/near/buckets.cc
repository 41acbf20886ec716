#include "router/insight/near/buckets.h"

#include <algorithm>

namespace earshot::router {
namespace {

// A little below the 16 that fit, so that few lines run over.
constexpr size_t kEntriesOfLine = 11;

}  // namespace

Buckets::Buckets(size_t entries)
    : lines_(std::max<size_t>(1, entries / kEntriesOfLine)) {}

void Buckets::Put(uint32_t hash, uint32_t place) {
  auto& entries = lines_[(uint64_t{hash} * lines_.size()) >> 32U].entries;
  const uint32_t tag = TagOf(hash);
  size_t gone = 0;  // the oldest of all, or of this hash
  size_t of_one = 0;
  for (size_t i = entries.size(); i-- > 0;) {
    if ((entries.at(i) & ~kPlaceMask) != tag) continue;
    if (++of_one == kMostOfOne) {
      gone = i;
      break;
    }
  }
  std::copy(entries.begin() + static_cast<ptrdiff_t>(gone) + 1, entries.end(),
            entries.begin() + static_cast<ptrdiff_t>(gone));
  entries.back() = tag | place;
}

void Buckets::Replace(uint32_t hash, uint32_t from, uint32_t to) {
  auto& entries = lines_[(uint64_t{hash} * lines_.size()) >> 32U].entries;
  const uint32_t tag = TagOf(hash);
  const auto old = std::find(entries.begin(), entries.end(), tag | from);
  if (old == entries.end()) {
    Put(hash, to);
    return;
  }
  std::copy(old + 1, entries.end(), old);
  entries.back() = tag | to;
}

}  // namespace earshot::router
