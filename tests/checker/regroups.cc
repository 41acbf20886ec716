#include "tests/checker/regroups.h"

#include <fmt/format.h>

#include <algorithm>
#include <vector>

namespace earshot::checker {

void Regroups::See(size_t index) {
  const Event& event = history_[index];
  Regroup& one = regroups_[event.id];
  one.fate.See(event.outcome, index);
  one.last = index;
  one.splits = event.what == What::kSplit;
}

void Regroups::Close() {
  for (const auto& [id, one] : regroups_) {
    const Event& event = EventOf(one);
    if (!one.fate.may_be_taken()) continue;
    std::vector<uint64_t> all = event.akin;
    all.insert(all.end(), {event.insight, event.count});
    std::erase(all, 0U);
    for (const uint64_t insight : all) {
      parent_.try_emplace(insight, insight);
      parent_[RootOf(insight)] = RootOf(all.front());
    }
  }
}

uint64_t Regroups::RootOf(uint64_t insight) const {
  for (auto at = parent_.find(insight);
       at != parent_.end() && at->second != insight;
       at = parent_.find(insight)) {
    insight = at->second;
  }
  return insight;
}

bool Regroups::MergedLater(const Regroup& one) const {
  const uint64_t insight = EventOf(one).insight;
  return std::any_of(regroups_.begin(), regroups_.end(), [&](const auto& each) {
    const Regroup& other = each.second;
    return &other != &one && !other.splits && other.fate.may_be_taken() &&
           other.last > one.fate.ok_invocation &&
           Akin(EventOf(other).insight, insight);
  });
}

bool Regroups::SplitBut(const Regroup* one, uint64_t insight) const {
  return std::any_of(regroups_.begin(), regroups_.end(), [&](const auto& each) {
    const Regroup& other = each.second;
    return &other != one && other.splits && other.fate.may_be_taken() &&
           Akin(EventOf(other).insight, insight);
  });
}

bool Regroups::Parted(uint64_t insight) const {
  return SplitBut(nullptr, insight);
}

// What a split names may have left before, with what it is to be parted from,
// by another split: then there is nothing to part. Likewise what was merged.
void Regroups::Check(Findings& findings) const {
  for (const auto& [id, one] : regroups_) {
    const Event& event = EventOf(one);
    if (one.fate.first_ok == kNever || event.insight == 0 || event.count == 0) {
      continue;
    }
    const bool together = event.insight == event.count;
    if (one.splits && together && !SplitBut(&one, event.insight) &&
        !MergedLater(one)) {
      findings.Add(Breach::kNotSplit, one.last, event.who, id,
                   fmt::format("both are in insight {}", event.insight));
    }
    if (!one.splits && !together && !SplitBut(&one, event.insight)) {
      findings.Add(Breach::kNotMerged, one.last, event.who, id,
                   fmt::format("one in insight {}, the other in {}",
                               event.insight, event.count));
    }
  }
}

}  // namespace earshot::checker
