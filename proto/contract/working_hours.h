#ifndef EARSHOT_PROTO_CONTRACT_WORKING_HOURS_H_
#define EARSHOT_PROTO_CONTRACT_WORKING_HOURS_H_

#include <array>
#include <set>
#include <string>

#include "absl/time/civil_time.h"
#include "absl/time/time.h"
#include "earshot/v1/configuration.pb.h"

namespace earshot::contract {

// The hours of a calendar, in a time zone. Immutable; any thread.
class WorkingHours {
 public:
  static constexpr int kStarts = 8 * 60;  // minutes of the day, if not given
  static constexpr int kEnds = 18 * 60;

  // Every hour of every day.
  WorkingHours() = default;
  // What of the calendar cannot be read is as if it were not given.
  WorkingHours(const v1::Calendar& calendar, absl::TimeZone zone);

  // When so much working time has passed after `from`. Where there is none for
  // ten years: `from` and the time itself.
  absl::Time After(absl::Time from, absl::Duration working) const;

 private:
  bool Works(absl::CivilDay day) const;

  bool always_ = true;
  std::array<bool, 7> weekdays_{};  // from Monday
  int starts_ = 0;                  // minutes of the day
  int ends_ = 24 * 60;
  std::set<absl::CivilDay> holidays_;
  absl::TimeZone zone_ = absl::UTCTimeZone();
};

// monday is 0, sunday 6; below 0: it is none.
int WeekdayOf(const std::string& name);

// A time of day, 00:00 to 24:00, in minutes; below 0: it is none.
int MinutesOf(const std::string& time);

}  // namespace earshot::contract

#endif  // EARSHOT_PROTO_CONTRACT_WORKING_HOURS_H_
