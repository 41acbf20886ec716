#ifndef EARSHOT_DASHBOARD_FEED_SCHEDULE_QUIET_H_
#define EARSHOT_DASHBOARD_FEED_SCHEDULE_QUIET_H_

#include <optional>

#include "absl/time/time.h"
#include "earshot/v1/configuration.pb.h"

// When a subscription is not to be sent. Pure.
namespace earshot::feed {

struct QuietHours {
  absl::Time from;
  absl::Time to;  // the first moment after them
};

// Those that `time` is in; nothing: it is in none. A bound that a clock change
// leaves out is the moment of the change; of one that comes twice the first
// counts. Those of two days are one where a change leaves out what is between.
std::optional<QuietHours> QuietAt(const v1::Subscription& subscription,
                                  absl::TimeZone zone, absl::Time time);

}  // namespace earshot::feed

#endif  // EARSHOT_DASHBOARD_FEED_SCHEDULE_QUIET_H_
