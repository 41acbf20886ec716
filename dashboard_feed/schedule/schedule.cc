#include "dashboard_feed/schedule/schedule.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <string_view>

#include "absl/time/civil_time.h"

namespace earshot::feed {
namespace {

constexpr int kDefaultAt = 8 * 60;

// "08:00" as minutes since midnight; the router has checked it.
int MinutesOfDay(const std::string& at) {
  if (at.size() != 5) return kDefaultAt;
  return ((at[0] - '0') * 10 + (at[1] - '0')) * 60 + (at[3] - '0') * 10 +
         (at[4] - '0');
}

absl::Weekday WeekdayOf(const std::string& name) {
  static constexpr std::array<std::pair<std::string_view, absl::Weekday>, 7>
      kDays{{{"monday", absl::Weekday::monday},
             {"tuesday", absl::Weekday::tuesday},
             {"wednesday", absl::Weekday::wednesday},
             {"thursday", absl::Weekday::thursday},
             {"friday", absl::Weekday::friday},
             {"saturday", absl::Weekday::saturday},
             {"sunday", absl::Weekday::sunday}}};
  for (const auto& [text, day] : kDays) {
    if (text == name) return day;
  }
  return absl::Weekday::monday;
}

// Skipped by a clock change: as if the clock had not been changed; repeated:
// the first time.
absl::Time At(absl::TimeZone zone, absl::CivilMinute minute) {
  return zone.At(absl::CivilSecond(minute)).pre;
}

std::string DayText(absl::CivilMinute minute) {
  return fmt::format("{:04}-{:02}-{:02}", minute.year(), minute.month(),
                     minute.day());
}

Due DaysDue(absl::TimeZone zone, absl::Time now, int at, int step,
            absl::CivilDay last) {
  const auto due = [&](absl::CivilDay day) {
    return absl::CivilMinute(day) + at;
  };
  while (At(zone, due(last)) > now) last -= step;
  return {DayText(due(last)), At(zone, due(last - step)), At(zone, due(last))};
}

// The last multiple of `minutes` since local midnight. Within the hour that
// comes twice, the same local time is two different moments.
Due MinutesDue(absl::TimeZone zone, absl::Time now, int minutes, bool hourly) {
  const absl::CivilMinute local = absl::ToCivilMinute(now, zone);
  const int of_day = local.hour() * 60 + local.minute();
  const absl::CivilMinute floor = local - of_day % minutes;
  const absl::TimeZone::TimeInfo info = zone.At(absl::CivilSecond(floor));
  const bool second = minutes <= 60 &&
                      info.kind == absl::TimeZone::TimeInfo::REPEATED &&
                      info.post <= now;
  Due due;
  due.to = second ? info.post : info.pre;
  // A clock that jumped forward past `floor`.
  due.to = std::min(due.to, now);
  due.from = due.to - absl::Minutes(minutes);
  due.key = fmt::format("{}T{:02}", DayText(floor), floor.hour());
  if (!hourly) due.key += fmt::format(":{:02}", floor.minute());
  if (second) {
    const int offset = zone.At(due.to).offset / 60;
    due.key += fmt::format("{}{:02}:{:02}", offset < 0 ? '-' : '+',
                           std::abs(offset) / 60, std::abs(offset) % 60);
  }
  return due;
}

}  // namespace

Due LatestDue(const v1::Subscription& subscription, absl::TimeZone zone,
              absl::Time now) {
  const absl::CivilDay today = absl::ToCivilDay(now, zone);
  const int at = MinutesOfDay(subscription.at());
  switch (subscription.cadence()) {
    case v1::Subscription::HOURLY:
      return MinutesDue(zone, now, 60, true);
    case v1::Subscription::EVERY_MINUTES:
      return MinutesDue(
          zone, now,
          std::clamp(static_cast<int>(subscription.minutes()), 1, 1440), false);
    case v1::Subscription::WEEKLY: {
      const absl::Weekday day = WeekdayOf(subscription.weekday());
      return DaysDue(zone, now, at, 7, absl::PrevWeekday(today + 1, day));
    }
    default:
      return DaysDue(zone, now, at, 1, today);
  }
}

absl::TimeZone ZoneOf(const std::string& name) {
  absl::TimeZone zone = absl::UTCTimeZone();
  if (!name.empty()) absl::LoadTimeZone(name, &zone);
  return zone;
}

}  // namespace earshot::feed
