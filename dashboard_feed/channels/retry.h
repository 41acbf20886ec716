#ifndef EARSHOT_DASHBOARD_FEED_CHANNELS_RETRY_H_
#define EARSHOT_DASHBOARD_FEED_CHANNELS_RETRY_H_

#include <cstdint>
#include <optional>
#include <string>

#include "absl/time/time.h"

// What follows from how an attempt went. Pure.
namespace earshot::feed {

// How one attempt to hand a digest to a receiver went.
struct Attempt {
  enum class Result {
    kDelivered,  // the receiver said that it has it
    kTryAgain,   // it may go better later
    kRefused,    // it will not go better by itself
  };
  Result result = Result::kTryAgain;
  std::string reason;  // short and without anything private: "http 503"
  std::string detail;  // the receiver's words, or what to do
  std::optional<absl::Duration> wait;  // what the receiver asked for
};

inline constexpr absl::Duration kFirstWait = absl::Seconds(5);
inline constexpr absl::Duration kLongestWait = absl::Minutes(10);

struct Next {
  enum class Step { kDone, kAgain, kPark };
  Step step = Step::kDone;
  absl::Time at;    // kAgain
  std::string why;  // kPark: the attempt's reason, and that time was up
};

// After the `attempts`-th attempt (from 1) of a delivery that may be tried
// until `until`. Waits double from kFirstWait to kLongestWait, each a random
// one of its upper half, so that many that failed together do not come back
// together; never shorter than the receiver asked for. The last attempt is at
// `until`. `random`: any 64 bits.
Next AfterAttempt(const Attempt& attempt, uint32_t attempts, absl::Time until,
                  absl::Time now, uint64_t random);

}  // namespace earshot::feed

#endif  // EARSHOT_DASHBOARD_FEED_CHANNELS_RETRY_H_
