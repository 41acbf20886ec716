#ifndef EARSHOT_BASE_OS_POLL_H_
#define EARSHOT_BASE_OS_POLL_H_

#include <vector>

#include "absl/time/time.h"

namespace earshot::os {

// Waits until one of `fds` can be read or `limit` has passed; true if one can.
bool WaitReadable(const std::vector<int>& fds, absl::Duration limit);

// As many descriptors as the system lets this process have, rather than the few
// that a process begins with.
void RaiseDescriptorLimit();

// Wakes a poll loop from another thread: an eventfd(2). Notify from any
// thread, Clear on the loop's own.
class Wakeup {
 public:
  Wakeup();
  ~Wakeup();
  Wakeup(const Wakeup&) = delete;
  Wakeup& operator=(const Wakeup&) = delete;
  int fd() const { return fd_; }
  void Notify();
  void Clear();

 private:
  int fd_;
};

}  // namespace earshot::os

#endif  // EARSHOT_BASE_OS_POLL_H_
