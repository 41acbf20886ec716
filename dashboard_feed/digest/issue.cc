#include "dashboard_feed/digest/issue.h"

#include "proto/contract/score.h"
#include "proto/contract/times.h"

namespace earshot::feed {

bool IsPraise(const Seen& seen) {
  return seen.insight.kind() == v1::OBSERVATION_KIND_PRAISE;
}

bool IsIssue(const Seen& seen) {
  return !IsPraise(seen) && seen.insight.kind() != v1::OBSERVATION_KIND_NOISE;
}

bool Finished(v1::State state) { return contract::Settled(state); }

bool IsOpenIssue(const Seen& seen) {
  return IsIssue(seen) && !Finished(seen.insight.state());
}

bool WantsDecision(const Seen& seen) {
  const v1::State state = seen.insight.state();
  return IsIssue(seen) && (state == v1::HEARD || state == v1::ACKNOWLEDGED) &&
         seen.insight.answers_size() == 0;
}

bool IsOverdue(const Seen& seen, absl::Time now) {
  return IsOpenIssue(seen) && seen.insight.has_due() &&
         contract::ToTime(seen.insight.due()) < now;
}

bool IsMuted(const v1::Insight& insight, absl::Time now) {
  return insight.has_muted() && contract::ToTime(insight.muted().until()) > now;
}

}  // namespace earshot::feed
