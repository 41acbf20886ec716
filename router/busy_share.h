#ifndef EARSHOT_ROUTER_BUSY_SHARE_H_
#define EARSHOT_ROUTER_BUSY_SHARE_H_

#include "absl/time/time.h"

namespace earshot::router {

// How much of its time a thread works that waits for its work, 0 to 1. One
// thread.
class BusyShare {
 public:
  static constexpr absl::Duration kWindow = absl::Milliseconds(100);

  explicit BusyShare(absl::Duration now) : began_(now) {}

  // After each wait: how long it was, and when it ended. True: a window is
  // over, and share() is that of it until the next one is.
  bool NoteWait(absl::Duration waited, absl::Duration now) {
    waited_ += waited;
    const absl::Duration passed = now - began_;
    if (passed < kWindow) return false;
    share_ = 1 - absl::FDivDuration(waited_, passed);
    waited_ = absl::ZeroDuration();
    began_ = now;
    return true;
  }
  double share() const { return share_; }

 private:
  absl::Duration began_;
  absl::Duration waited_;
  double share_ = 0;
};

}  // namespace earshot::router

#endif  // EARSHOT_ROUTER_BUSY_SHARE_H_
