#ifndef EARSHOT_DASHBOARD_FEED_AT_ONCE_AT_ONCE_H_
#define EARSHOT_DASHBOARD_FEED_AT_ONCE_AT_ONCE_H_

#include "absl/time/time.h"
#include "earshot/v1/configuration.pb.h"
#include "earshot/v1/insight.pb.h"

// Who is told of an observation at once, without waiting for a digest. Pure.
namespace earshot::feed {

// What arrives longer after it was observed waits for the digest.
inline constexpr absl::Duration kLateAlert = absl::Hours(1);
// So does what nobody could be told of for so long: a day, and an hour because
// of an anonymous report only the day of arrival is known.
inline constexpr absl::Duration kStaleAlert = absl::Hours(25);

// Severity 5, neither late nor stale.
bool IsAtOnce(const v1::Alert& alert, absl::Time now);

// It is in the leader's scope.
bool InLeadersScope(const v1::Organisation& organisation,
                    const v1::Leader& leader, const v1::Alert& alert);

// It is at once, and in the leader's scope.
bool IsToldAtOnce(const v1::Organisation& organisation,
                  const v1::Leader& leader, const v1::Alert& alert,
                  absl::Time now);

// A subscription of a leader who is told takes it as well: by its scope and
// its kinds. A lowest priority and a highest number are for digests.
bool IsOfSubscription(const v1::Organisation& organisation,
                      const v1::Subscription& subscription,
                      const v1::Alert& alert);

// It goes out in quiet hours too: kind risk or tag safety.
bool BreaksQuiet(const v1::Alert& alert);

}  // namespace earshot::feed

#endif  // EARSHOT_DASHBOARD_FEED_AT_ONCE_AT_ONCE_H_
