#ifndef EARSHOT_TESTS_TESTING_FAKE_CLOCK_H_
#define EARSHOT_TESTS_TESTING_FAKE_CLOCK_H_

#include "absl/time/time.h"
#include "base/os/clock.h"

namespace earshot::testing {

// Stands still until a test moves it. One thread.
class FakeClock final : public os::Clock {
 public:
  explicit FakeClock(absl::Time wall) : wall_(wall) {}
  absl::Time Wall() const override { return wall_; }
  absl::Duration Monotonic() const override { return monotonic_; }
  void Advance(absl::Duration by) {
    wall_ += by;
    monotonic_ += by;
  }

 private:
  absl::Time wall_;
  absl::Duration monotonic_ = absl::Hours(1);
};

// A moment from RFC 3339 text.
inline absl::Time At(const char* text) {
  absl::Time time;
  std::string error;
  if (!absl::ParseTime(absl::RFC3339_full, text, &time, &error)) {
    return absl::InfinitePast();
  }
  return time;
}

}  // namespace earshot::testing

#endif  // EARSHOT_TESTS_TESTING_FAKE_CLOCK_H_
