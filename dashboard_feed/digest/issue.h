#ifndef EARSHOT_DASHBOARD_FEED_DIGEST_ISSUE_H_
#define EARSHOT_DASHBOARD_FEED_DIGEST_ISSUE_H_

#include "absl/time/time.h"
#include "dashboard_feed/digest/glance.h"

// What an insight is to a leader: an issue or good work, open or finished, due
// or muted. Pure.
namespace earshot::feed {

bool IsPraise(const Glance& glance);
// Neither praise nor noise.
bool IsIssue(const Glance& glance);
// Resolved, confirmed, unchallenged or declined.
bool Finished(v1::State state);
bool IsOpenIssue(const Glance& glance);
// Nobody has said anything to it yet.
bool WantsDecision(const Glance& glance);
// Committed to, and its due time has passed.
bool IsOverdue(const Glance& glance, absl::Time now);
// A leader has hidden it until a time that is not over.
bool IsMuted(const Glance& glance, absl::Time now);

}  // namespace earshot::feed

#endif  // EARSHOT_DASHBOARD_FEED_DIGEST_ISSUE_H_
