#ifndef EARSHOT_DASHBOARD_FEED_DECISIONS_SUBSCRIPTION_FIELDS_H_
#define EARSHOT_DASHBOARD_FEED_DECISIONS_SUBSCRIPTION_FIELDS_H_

#include <map>
#include <string>

#include "absl/status/statusor.h"
#include "earshot/v1/subscription.pb.h"

namespace earshot::feed {

// A change of a subscription as fields of a form or of JSON say it:
//
//   act   set (default), pause, resume, remove
//   id    which one
//   deputy, from, until: who stands in; `deputy` empty: nobody that the leader
//   named, and nothing else is looked at
//   of set: cadence, at, weekday, minutes, minutes_before, time_zone,
//   quiet_from, quiet_to, top, channel (several with commas between)
//
// `now`: those in force, one of which is paused. InvalidArgument, or NotFound.
// Whether the leader may have it is not asked here. Pure.
absl::StatusOr<v1::LeaderChange> ChangeFrom(
    const std::map<std::string, std::string>& fields,
    const v1::SubscriptionList& now);

}  // namespace earshot::feed

#endif  // EARSHOT_DASHBOARD_FEED_DECISIONS_SUBSCRIPTION_FIELDS_H_
