#include "dashboard_feed/page/kept_digests.h"

#include <utility>

namespace earshot::feed {

const v1::Digest* KeptDigests::Find(const Of& of, absl::Duration now) const {
  for (const Kept& kept : kept_) {
    if (kept.of.leader != of.leader) continue;
    const bool unchanged =
        kept.of.generation == of.generation && kept.of.seq == of.seq;
    const bool fresh = now - kept.made < (unchanged ? kUnchanged : kChanged);
    return fresh && kept.of.organisation == of.organisation ? &kept.digest
                                                            : nullptr;
  }
  return nullptr;
}

const v1::Digest& KeptDigests::Keep(const Of& of, absl::Duration now,
                                    v1::Digest digest) {
  std::erase_if(kept_,
                [&](const Kept& kept) { return kept.of.leader == of.leader; });
  if (kept_.size() >= kMost) kept_.pop_front();
  return kept_.emplace_back(Kept{of, now, std::move(digest)}).digest;
}

}  // namespace earshot::feed
