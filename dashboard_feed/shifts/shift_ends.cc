#include "dashboard_feed/shifts/shift_ends.h"

#include <array>

#include "absl/time/civil_time.h"

namespace earshot::feed {
namespace {

constexpr std::array<int, 4> kShiftEnds{6, 14, 18, 22};  // local hours

}  // namespace

ShiftEnds ShiftEndsAround(absl::Time now, absl::TimeZone zone) {
  const absl::CivilDay today = absl::ToCivilDay(now, zone);
  absl::Time last = absl::InfinitePast();
  for (int day = -1; day <= 1; ++day) {
    for (const int hour : kShiftEnds) {
      const absl::Time end =
          absl::FromCivil(absl::CivilHour(today + day) + hour, zone);
      if (end > now) return {last, end};
      last = end;
    }
  }
  return {last, now + absl::Hours(24)};
}

}  // namespace earshot::feed
