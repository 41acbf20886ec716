#include "base/telemetry/log_limiter.h"

#include <utility>

namespace earshot::telemetry {

std::optional<uint64_t> LogLimiter::Pass(std::string_view key,
                                         absl::Duration now) {
  constexpr size_t kMostKeys = 1024;
  auto found = buckets_.find(key);
  if (found == buckets_.end()) {
    if (buckets_.size() >= kMostKeys) buckets_.clear();
    found = buckets_.emplace(std::string(key), Bucket{now, 0, 0}).first;
  }
  Bucket& bucket = found->second;
  if (now - bucket.start >= window_) {
    bucket.start = now;
    bucket.passed = 0;
  }
  if (bucket.passed >= burst_) {
    ++bucket.left_out;
    return std::nullopt;
  }
  ++bucket.passed;
  return std::exchange(bucket.left_out, 0);
}

}  // namespace earshot::telemetry
