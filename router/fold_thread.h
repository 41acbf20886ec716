#ifndef EARSHOT_ROUTER_FOLD_THREAD_H_
#define EARSHOT_ROUTER_FOLD_THREAD_H_

#include <atomic>
#include <condition_variable>
#include <mutex>
#include <thread>

#include "base/os/poll.h"
#include "base/telemetry/log.h"
#include "router/fold/fold.h"

namespace earshot::router {

// Lowers the calling thread's priority below that of intake, so that it takes
// what others leave, and is not starved beside other programs.
void GiveWayToOthers();

// Runs a Fold on a thread of its own, at lower priority than intake: a step
// after every commit of the log, every second at least, and again after an
// error in a second. done() wakes up the wire thread after each step that did
// something.
class FoldThread {
 public:
  // `stepped`: no thread; the owner calls Step.
  FoldThread(Fold& fold, telemetry::Log& log, bool stepped = false);
  ~FoldThread();
  FoldThread(const FoldThread&) = delete;
  FoldThread& operator=(const FoldThread&) = delete;

  // From any thread: there may be something to fold. Harmless after Stop.
  void Wake();
  // One step on the caller's thread. False: nothing to do, or it failed.
  bool Step();
  // Ends after the step it is in; the log writer must still be there.
  void Stop();
  os::Wakeup& done() { return done_; }
  // Whether a step did something since the last call.
  bool TakeProgress() { return progress_.exchange(false); }

 private:
  void Loop();

  Fold& fold_;
  telemetry::Log& log_;
  std::mutex mutex_;
  std::condition_variable woken_;
  bool wake_ = true;
  bool stop_ = false;
  os::Wakeup done_;
  std::atomic<bool> progress_{true};
  std::thread thread_;
};

}  // namespace earshot::router

#endif  // EARSHOT_ROUTER_FOLD_THREAD_H_
