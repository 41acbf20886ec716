#include "proto/contract/working_hours.h"

#include <algorithm>
#include <string>
#include <string_view>

#include "absl/strings/numbers.h"

namespace earshot::contract {
namespace {

constexpr int kMostDays = 3660;
constexpr std::array<std::string_view, 7> kNames{
    "monday", "tuesday",  "wednesday", "thursday",
    "friday", "saturday", "sunday"};

}  // namespace

int WeekdayOf(const std::string& name) {
  const auto found = std::find(kNames.begin(), kNames.end(), name);
  return found == kNames.end() ? -1 : static_cast<int>(found - kNames.begin());
}

int MinutesOf(const std::string& time) {
  int hours = 0;
  int minutes = 0;
  if (time.size() != 5 || time[2] != ':' ||
      !absl::SimpleAtoi(time.substr(0, 2), &hours) ||
      !absl::SimpleAtoi(time.substr(3), &minutes) || hours < 0 || minutes < 0 ||
      minutes > 59 || hours * 60 + minutes > 24 * 60) {
    return -1;
  }
  return hours * 60 + minutes;
}

WorkingHours::WorkingHours(const v1::Calendar& calendar, absl::TimeZone zone)
    : always_(false), starts_(kStarts), ends_(kEnds), zone_(zone) {
  for (size_t i = 0; i < weekdays_.size(); ++i) {
    weekdays_[i] = calendar.weekdays().empty() && i < 5;
  }
  for (const std::string& name : calendar.weekdays()) {
    const int day = WeekdayOf(name);
    if (day >= 0) weekdays_[static_cast<size_t>(day)] = true;
  }
  const int starts = MinutesOf(calendar.starts());
  const int ends = MinutesOf(calendar.ends());
  if (starts >= 0) starts_ = starts;
  if (ends >= 0) ends_ = ends;
  for (const std::string& text : calendar.holidays()) {
    absl::CivilDay day;
    if (absl::ParseCivilTime(text, &day)) holidays_.insert(day);
  }
}

bool WorkingHours::Works(absl::CivilDay day) const {
  return weekdays_[static_cast<size_t>(absl::GetWeekday(day))] &&
         !holidays_.contains(day) && starts_ < ends_;
}

absl::Time WorkingHours::After(absl::Time from, absl::Duration working) const {
  if (always_) return from + working;
  absl::CivilDay day = absl::ToCivilDay(from, zone_);
  absl::Duration left = working;
  for (int i = 0; i < kMostDays; ++i, ++day) {
    if (!Works(day)) continue;
    const absl::CivilMinute midnight(day);
    const absl::Time opens =
        std::max(from, absl::FromCivil(midnight + starts_, zone_));
    const absl::Time closes = absl::FromCivil(midnight + ends_, zone_);
    if (opens >= closes) continue;
    if (left <= closes - opens) return opens + left;
    left -= closes - opens;
  }
  return from + working;
}

}  // namespace earshot::contract
