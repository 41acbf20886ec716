#include "dashboard_feed/digest/daily.h"

#include <algorithm>

namespace earshot::feed {

std::optional<Daily> DailyOf(const LeaderView& view, const Glance& glance,
                             absl::Time now) {
  if (glance.hidden || view.slice()) return std::nullopt;
  const absl::CivilDay today = absl::ToCivilDay(now, view.zone());
  Daily daily;
  daily.first = today - (History::kDaysKept - 1);
  daily.observations.resize(History::kDaysKept);
  for (const QuarterCount& count : glance.facts->counts) {
    if ((view.coverage().OfPlace(count.place) & glance.scopes) == 0) continue;
    const absl::Time middle = absl::FromUnixSeconds(
        count.quarter * kQuarterSeconds + kQuarterSeconds / 2);
    const absl::civil_diff_t at =
        absl::ToCivilDay(middle, view.zone()) - daily.first;
    // What is observed now may belong to tomorrow by the middle of its quarter.
    const absl::civil_diff_t day =
        std::min<absl::civil_diff_t>(at, History::kDaysKept - 1);
    if (day < 0) continue;
    daily.observations[static_cast<size_t>(day)] += count.observations;
  }
  return daily;
}

}  // namespace earshot::feed
