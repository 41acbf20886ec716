#ifndef EARSHOT_BASE_OS_SIGNALS_H_
#define EARSHOT_BASE_OS_SIGNALS_H_

#include <optional>

namespace earshot::os {

enum class Signal { kStop, kReload };

// Turns SIGTERM and SIGINT (stop) and SIGHUP (reload) into something a poll
// loop can wait for, by way of signalfd(2). Make it in main() before any
// other thread starts, so that all threads inherit the blocked mask; one at a
// time. SIGPIPE is ignored.
class Signals {
 public:
  Signals();
  ~Signals();
  Signals(const Signals&) = delete;
  Signals& operator=(const Signals&) = delete;

  int fd() const { return fd_; }
  // The next pending signal, without waiting.
  std::optional<Signal> Take();

 private:
  int fd_;
};

}  // namespace earshot::os

#endif  // EARSHOT_BASE_OS_SIGNALS_H_
