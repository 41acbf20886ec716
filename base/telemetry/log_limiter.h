#ifndef EARSHOT_BASE_TELEMETRY_LOG_LIMITER_H_
#define EARSHOT_BASE_TELEMETRY_LOG_LIMITER_H_

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>

#include "absl/time/time.h"

namespace earshot::telemetry {

// Lets at most `burst` lines of one key through in each `window`, and counts
// the others: the next line that passes says how many were left out. At most
// 1,024 keys are remembered; past that all are forgotten at once. One thread.
class LogLimiter {
 public:
  LogLimiter(uint32_t burst, absl::Duration window)
      : burst_(burst), window_(window) {}

  // The number of lines left out since the last one that passed, or nothing:
  // then do not write.
  std::optional<uint64_t> Pass(std::string_view key, absl::Duration now);

 private:
  struct Bucket {
    absl::Duration start;
    uint32_t passed = 0;
    uint64_t left_out = 0;
  };
  const uint32_t burst_;
  const absl::Duration window_;
  std::map<std::string, Bucket, std::less<>> buckets_;
};

}  // namespace earshot::telemetry

#endif  // EARSHOT_BASE_TELEMETRY_LOG_LIMITER_H_
