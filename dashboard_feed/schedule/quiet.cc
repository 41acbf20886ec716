#include "dashboard_feed/schedule/quiet.h"

#include "absl/time/civil_time.h"
#include "proto/contract/subscription.h"

namespace earshot::feed {

std::optional<QuietHours> QuietAt(const v1::Subscription& subscription,
                                  absl::TimeZone zone, absl::Time time) {
  const auto from = contract::MinutesOfDay(subscription.quiet_from());
  const auto to = contract::MinutesOfDay(subscription.quiet_to());
  if (!from || !to || *from == *to) return std::nullopt;
  const absl::CivilDay today = absl::ToCivilDay(time, zone);
  const auto at = [&](absl::CivilDay day, int minutes) {
    return absl::FromCivil(absl::CivilMinute(day) + minutes, zone);
  };
  const int over_midnight = *to < *from ? 1 : 0;
  std::optional<QuietHours> found;
  for (int day = -2; day <= 2; ++day) {
    const QuietHours quiet{at(today + day, *from),
                           at(today + day + over_midnight, *to)};
    if (quiet.from == quiet.to) continue;  // left out by a change
    if (found && quiet.from <= found->to) {
      found->to = quiet.to;
    } else if (found && time < found->to) {
      break;
    } else {
      found = quiet;
    }
  }
  if (found && found->from <= time && time < found->to) return found;
  return std::nullopt;
}

}  // namespace earshot::feed
