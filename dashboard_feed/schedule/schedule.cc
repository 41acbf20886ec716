#include "dashboard_feed/schedule/schedule.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cstdlib>
#include <set>
#include <string_view>
#include <utility>

#include "absl/time/civil_time.h"
#include "dashboard_feed/schedule/quiet.h"
#include "dashboard_feed/shifts/shift_ends.h"
#include "proto/contract/subscription.h"

namespace earshot::feed {
namespace {

constexpr int kDefaultAt = 8 * 60;
constexpr int kDefaultMinutesBefore = 30;
constexpr absl::Duration kInstant = absl::Nanoseconds(1);
// Clocks are changed by less.
constexpr absl::Duration kLongestChange = absl::Hours(3);

// Without regard to quiet hours.
struct Period {
  std::string key;
  absl::Time at;
};

std::optional<absl::Weekday> WeekdayOf(std::string_view name) {
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
  return std::nullopt;
}

// Empty: every day.
std::set<absl::Weekday> DaysOf(const v1::Subscription& subscription) {
  std::set<absl::Weekday> days;
  for (const std::string& name : subscription.weekdays()) {
    if (const auto day = WeekdayOf(name)) days.insert(*day);
  }
  const bool daily =
      subscription.cadence() == v1::Subscription::DAILY ||
      subscription.cadence() == v1::Subscription::CADENCE_UNSPECIFIED;
  if (days.empty() && !daily) {
    days.insert(
        WeekdayOf(subscription.weekday()).value_or(absl::Weekday::monday));
  }
  return days;
}

std::string DayText(absl::CivilMinute minute) {
  return fmt::format("{:04}-{:02}-{:02}", minute.year(), minute.month(),
                     minute.day());
}

std::string MinuteText(absl::CivilMinute minute) {
  return fmt::format("{}T{:02}:{:02}", DayText(minute), minute.hour(),
                     minute.minute());
}

// The last of these days on which that time, less `before`, has come.
Period OfDays(const v1::Subscription& subscription, absl::TimeZone zone,
              absl::Time now, absl::Duration before) {
  const std::set<absl::Weekday> days = DaysOf(subscription);
  const int at = contract::MinutesOfDay(subscription.at()).value_or(kDefaultAt);
  // A day ahead: the clock may have been set back past midnight.
  absl::CivilDay day = absl::ToCivilDay(now + before, zone) + 1;
  while (true) {
    const absl::CivilMinute minute = absl::CivilMinute(day) + at;
    // Skipped by a clock change: as if the clock had not been changed;
    // repeated: the first time.
    const absl::Time due = zone.At(absl::CivilSecond(minute)).pre - before;
    const bool listed = days.empty() || days.contains(absl::GetWeekday(day));
    if (listed && due <= now) {
      return {subscription.cadence() == v1::Subscription::MEETING
                  ? MinuteText(minute)
                  : DayText(minute),
              due};
    }
    --day;
  }
}

class Multiples {
 public:
  Multiples(absl::TimeZone zone, int minutes, bool hourly)
      : zone_(zone), minutes_(minutes), hourly_(hourly) {}

  // The last multiple since local midnight that has come.
  Period Latest(absl::Time now) const {
    const absl::CivilMinute local = absl::ToCivilMinute(now, zone_);
    const int of_day = local.hour() * 60 + local.minute();
    Period best{"", absl::InfinitePast()};
    Offer(local - of_day % minutes_, now, best);
    const bool changed =
        zone_.At(now).offset != zone_.At(now - kLongestChange).offset;
    if (!changed) return best;
    const auto reach = absl::ToInt64Minutes(kLongestChange);
    for (const int day : {-1, 0, 1}) {
      const absl::CivilMinute midnight(absl::CivilDay(local) + day);
      for (int minute = 0; minute < 24 * 60; minute += minutes_) {
        const absl::CivilMinute multiple = midnight + minute;
        if (std::abs(multiple - local) <= reach) Offer(multiple, now, best);
      }
    }
    return best;
  }

 private:
  // Within the hour that comes twice, the same local time is two moments.
  void Offer(absl::CivilMinute multiple, absl::Time now, Period& best) const {
    const absl::TimeZone::TimeInfo info = zone_.At(absl::CivilSecond(multiple));
    const auto take = [&](absl::Time at, bool second) {
      if (at > now || at < best.at) return;
      best = {Key(multiple, at, second), at};
    };
    switch (info.kind) {
      case absl::TimeZone::TimeInfo::UNIQUE:
        return take(info.pre, false);
      case absl::TimeZone::TimeInfo::SKIPPED:
        return take(info.trans, false);
      case absl::TimeZone::TimeInfo::REPEATED:
        take(info.pre, false);
        if (minutes_ <= 60) take(info.post, true);
    }
  }

  std::string Key(absl::CivilMinute minute, absl::Time at, bool second) const {
    std::string key =
        hourly_ ? fmt::format("{}T{:02}", DayText(minute), minute.hour())
                : MinuteText(minute);
    if (!second) return key;
    const int offset = zone_.At(at).offset / 60;
    return key + fmt::format("{}{:02}:{:02}", offset < 0 ? '-' : '+',
                             std::abs(offset) / 60, std::abs(offset) % 60);
  }

  const absl::TimeZone zone_;
  const int minutes_;
  const bool hourly_;
};

Period OfShifts(absl::TimeZone zone, absl::Time now) {
  const absl::Time end = ShiftEndsAround(now, zone).last;
  const absl::CivilMinute local = absl::ToCivilMinute(end, zone);
  return {fmt::format("{}T{:02}", DayText(local), local.hour()), end};
}

Period LatestPeriod(const v1::Subscription& subscription, absl::TimeZone zone,
                    absl::Time now) {
  switch (subscription.cadence()) {
    case v1::Subscription::HOURLY:
      return Multiples(zone, 60, true).Latest(now);
    case v1::Subscription::EVERY_MINUTES:
      return Multiples(zone,
                       std::clamp(static_cast<int>(subscription.minutes()), 1,
                                  24 * 60),
                       false)
          .Latest(now);
    case v1::Subscription::SHIFT_END:
      return OfShifts(zone, now);
    case v1::Subscription::MEETING: {
      const uint32_t before = subscription.minutes_before();
      return OfDays(
          subscription, zone, now,
          absl::Minutes(before == 0 ? kDefaultMinutesBefore : before));
    }
    default:
      return OfDays(subscription, zone, now, absl::ZeroDuration());
  }
}

}  // namespace

std::optional<Due> LatestDue(const v1::Subscription& subscription,
                             absl::TimeZone zone, absl::Time now) {
  if (subscription.cadence() == v1::Subscription::IMMEDIATE) {
    return std::nullopt;
  }
  // In quiet hours it is what went before them.
  const auto before_quiet = [&](absl::Time time) {
    const auto quiet = QuietAt(subscription, zone, time);
    return quiet ? quiet->from - kInstant : time;
  };
  const auto sent_at = [&](absl::Time time) {
    const auto quiet = QuietAt(subscription, zone, time);
    return quiet ? quiet->to : time;
  };
  const Period period = LatestPeriod(subscription, zone, before_quiet(now));
  Due due{period.key, absl::InfinitePast(), sent_at(period.at)};
  absl::Time earlier = before_quiet(period.at) - kInstant;
  Period before = LatestPeriod(subscription, zone, earlier);
  if (sent_at(before.at) >= due.to) {
    before = LatestPeriod(subscription, zone, before_quiet(before.at));
  }
  due.from = sent_at(before.at);
  return due;
}

absl::TimeZone ZoneOf(const v1::Subscription& subscription,
                      const v1::Leader& leader) {
  return ZoneOf(subscription.time_zone().empty() ? leader.time_zone()
                                                 : subscription.time_zone());
}

absl::TimeZone ZoneOf(const std::string& name) {
  absl::TimeZone zone = absl::UTCTimeZone();
  if (!name.empty()) absl::LoadTimeZone(name, &zone);
  return zone;
}

}  // namespace earshot::feed
