#ifndef EARSHOT_DASHBOARD_FEED_SHIFTS_SHIFT_ENDS_H_
#define EARSHOT_DASHBOARD_FEED_SHIFTS_SHIFT_ENDS_H_

#include "absl/time/time.h"

// When shifts end: at 06:00, 14:00, 18:00 and 22:00, as long as no site says
// otherwise. Pure.
namespace earshot::feed {

struct ShiftEnds {
  absl::Time last;  // at or before `now`
  absl::Time next;  // after it
};

ShiftEnds ShiftEndsAround(absl::Time now, absl::TimeZone zone);

}  // namespace earshot::feed

#endif  // EARSHOT_DASHBOARD_FEED_SHIFTS_SHIFT_ENDS_H_
