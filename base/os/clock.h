#ifndef EARSHOT_BASE_OS_CLOCK_H_
#define EARSHOT_BASE_OS_CLOCK_H_

#include "absl/time/time.h"

namespace earshot::os {

// Two clocks, told apart: wall time to show and to store, monotonic time to
// measure. Everything that needs time is given one; only main() makes the
// system's. Any thread.
class Clock {
 public:
  virtual ~Clock() = default;
  virtual absl::Time Wall() const = 0;
  // Since some fixed moment; never goes back.
  virtual absl::Duration Monotonic() const = 0;
};

class SystemClock final : public Clock {
 public:
  absl::Time Wall() const override;
  absl::Duration Monotonic() const override;
};

}  // namespace earshot::os

#endif  // EARSHOT_BASE_OS_CLOCK_H_
