#ifndef EARSHOT_AGENTS_PHONES_PACE_H_
#define EARSHOT_AGENTS_PHONES_PACE_H_

#include <algorithm>

#include "absl/time/time.h"

namespace earshot::agents {

// So many a minute, and as many at once after a pause. One thread.
class Pace {
 public:
  explicit Pace(int a_minute) : most_(a_minute), left_(a_minute) {}

  // Whether one more may go on now, which then counts.
  bool Allow(absl::Duration now) {
    left_ = std::min<double>(
        most_, left_ + most_ * absl::ToDoubleMinutes(now - last_));
    last_ = now;
    if (left_ < 1) return false;
    left_ -= 1;
    return true;
  }

 private:
  const double most_;
  double left_;
  absl::Duration last_ = absl::ZeroDuration();
};

}  // namespace earshot::agents

#endif  // EARSHOT_AGENTS_PHONES_PACE_H_
