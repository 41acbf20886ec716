#include "base/os/clock.h"

#include <ctime>

#include "absl/time/clock.h"

namespace earshot::os {

absl::Time SystemClock::Wall() const { return absl::Now(); }

absl::Duration SystemClock::Monotonic() const {
  timespec now{};
  clock_gettime(CLOCK_MONOTONIC, &now);
  return absl::DurationFromTimespec(now);
}

}  // namespace earshot::os
