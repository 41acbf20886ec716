#ifndef EARSHOT_BASE_TELEMETRY_PROGRESS_H_
#define EARSHOT_BASE_TELEMETRY_PROGRESS_H_

#include <cstdint>
#include <string>

#include "absl/time/time.h"
#include "base/os/clock.h"

namespace earshot::telemetry {

// A bar on standard error for work that takes longer than a second, and only
// on a terminal. One thread. Redrawn at most ten times a second.
class Progress {
 public:
  // `total` 0: not known.
  Progress(const os::Clock& clock, uint64_t total);
  ~Progress();
  Progress(const Progress&) = delete;
  Progress& operator=(const Progress&) = delete;

  void Show(uint64_t done, const std::string& words);
  // Removes the bar, so that a line can be written.
  void Clear();

 private:
  const os::Clock& clock_;
  const uint64_t total_;
  const bool terminal_;
  const absl::Duration start_;
  absl::Duration drawn_;
  bool visible_ = false;
};

}  // namespace earshot::telemetry

#endif  // EARSHOT_BASE_TELEMETRY_PROGRESS_H_
