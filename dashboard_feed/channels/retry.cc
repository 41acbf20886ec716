#include "dashboard_feed/channels/retry.h"

#include <fmt/format.h>

#include <algorithm>

namespace earshot::feed {
namespace {

absl::Duration Backoff(uint32_t attempts, uint64_t random) {
  // Past 2^20 every wait is the longest one.
  const uint32_t doublings = std::min(std::max(attempts, 1U) - 1, 20U);
  const absl::Duration whole =
      std::min(kFirstWait * (int64_t{1} << doublings), kLongestWait);
  const int64_t half = absl::ToInt64Milliseconds(whole / 2);
  return whole / 2 + absl::Milliseconds(static_cast<int64_t>(
                         random % static_cast<uint64_t>(half + 1)));
}

}  // namespace

Next AfterAttempt(const Attempt& attempt, uint32_t attempts, absl::Time until,
                  absl::Time now, uint64_t random) {
  Next next;
  switch (attempt.result) {
    case Attempt::Result::kDelivered:
      return next;
    case Attempt::Result::kRefused:
      next.step = Next::Step::kPark;
      next.why = attempt.reason;
      return next;
    case Attempt::Result::kTryAgain:
      break;
  }
  const absl::Duration asked = std::max(
      attempt.wait.value_or(absl::ZeroDuration()), absl::ZeroDuration());
  if (now >= until || now + asked > until) {
    next.step = Next::Step::kPark;
    next.why = fmt::format("{}; given up after {} {}{}", attempt.reason,
                           attempts, attempts == 1 ? "attempt" : "attempts",
                           now < until ? ", as it asks to wait too long" : "");
    return next;
  }
  next.step = Next::Step::kAgain;
  next.at = std::min(now + std::max(Backoff(attempts, random), asked), until);
  return next;
}

}  // namespace earshot::feed
