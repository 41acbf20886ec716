#include "dashboard_feed/digest/issue.h"

#include "proto/contract/score.h"

namespace earshot::feed {

bool IsPraise(const Glance& glance) {
  return glance.kind == v1::OBSERVATION_KIND_PRAISE;
}

bool IsIssue(const Glance& glance) {
  return !IsPraise(glance) && glance.kind != v1::OBSERVATION_KIND_NOISE;
}

bool Finished(v1::State state) { return contract::Settled(state); }

bool IsOpenIssue(const Glance& glance) {
  return IsIssue(glance) && !Finished(glance.state);
}

bool WantsDecision(const Glance& glance) {
  const v1::State state = glance.state;
  return IsIssue(glance) && (state == v1::HEARD || state == v1::ACKNOWLEDGED) &&
         !glance.answered;
}

bool IsOverdue(const Glance& glance, absl::Time now) {
  return glance.timed && IsOpenIssue(glance) && glance.facts->due != kNever &&
         glance.facts->due < absl::ToUnixSeconds(now);
}

bool IsMuted(const Glance& glance, absl::Time now) {
  return glance.timed && glance.facts->muted_until != kNever &&
         glance.facts->muted_until > absl::ToUnixSeconds(now);
}

}  // namespace earshot::feed
