#include "base/telemetry/progress.h"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <cstdio>

namespace earshot::telemetry {

Progress::Progress(const os::Clock& clock, uint64_t total)
    : clock_(clock),
      total_(total),
      terminal_(::isatty(STDERR_FILENO) == 1),
      start_(clock.Monotonic()),
      drawn_(start_) {}

Progress::~Progress() { Clear(); }

void Progress::Show(uint64_t done, const std::string& words) {
  const absl::Duration now = clock_.Monotonic();
  if (!terminal_ || now - start_ < absl::Seconds(1) ||
      now - drawn_ < absl::Milliseconds(100)) {
    return;
  }
  drawn_ = now;
  visible_ = true;
  if (total_ == 0) {
    fmt::print(stderr, "\r\x1b[K{}", words);
  } else {
    const uint64_t percent = std::min<uint64_t>(done * 100 / total_, 100);
    const auto filled = static_cast<size_t>(percent * 30 / 100);
    fmt::print(stderr, "\r\x1b[K[{}{}] {:3}%  {}", std::string(filled, '#'),
               std::string(30 - filled, '.'), percent, words);
  }
  std::fflush(stderr);
}

void Progress::Clear() {
  if (!visible_) return;
  fmt::print(stderr, "\r\x1b[K");
  visible_ = false;
}

}  // namespace earshot::telemetry
