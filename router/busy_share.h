#ifndef EARSHOT_ROUTER_BUSY_SHARE_H_
#define EARSHOT_ROUTER_BUSY_SHARE_H_

#include "absl/time/time.h"

namespace earshot::router {

// Whether a thread that waits for its work has worked for more than half of the
// last kWindow. One thread.
class BusyShare {
 public:
  static constexpr absl::Duration kWindow = absl::Milliseconds(100);

  explicit BusyShare(absl::Duration now) : began_(now) {}

  // After each wait: how long it was, and when it ended. Once a window is over
  // the answer is of that window, until the next one is.
  bool NoteWait(absl::Duration waited, absl::Duration now) {
    waited_ += waited;
    const absl::Duration passed = now - began_;
    if (passed < kWindow) return busy_;
    busy_ = waited_ < passed / 2;
    waited_ = absl::ZeroDuration();
    began_ = now;
    return busy_;
  }

 private:
  absl::Duration began_;
  absl::Duration waited_;
  bool busy_ = false;
};

}  // namespace earshot::router

#endif  // EARSHOT_ROUTER_BUSY_SHARE_H_
