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

// Runs a Fold on a thread of its own: a step after every commit of the log,
// every second at least, and again after an error in a second. It has the
// processor time that nobody else wants, until it is hurried; where it may not
// leave such a priority again, it has a small share instead. done() wakes up
// the wire thread after each step that did something.
class FoldThread {
 public:
  // `stepped`: no thread; the owner calls Step.
  FoldThread(Fold& fold, telemetry::Log& log, bool stepped = false);
  ~FoldThread();
  FoldThread(const FoldThread&) = delete;
  FoldThread& operator=(const FoldThread&) = delete;

  // From any thread: there may be something to fold. Harmless after Stop.
  void Wake();
  // Hurried, it takes its share like every other thread: reading must not fall
  // behind for ever. From any thread; from the next step on.
  void Hurry(bool hurry) { hurry_ = hurry; }
  // One step on the caller's thread. False: nothing to do, or it failed.
  bool Step();
  // Ends after the step it is in; the log writer must still be there.
  void Stop();
  os::Wakeup& done() { return done_; }
  // Whether a step did something since the last call.
  bool TakeProgress() { return progress_.exchange(false); }

 private:
  void Loop();
  void TakePriority(bool& hurried) const;

  Fold& fold_;
  telemetry::Log& log_;
  std::mutex mutex_;
  std::condition_variable woken_;
  bool wake_ = true;
  bool stop_ = false;
  os::Wakeup done_;
  std::atomic<bool> progress_{true};
  std::atomic<bool> hurry_{false};
  std::thread thread_;
};

}  // namespace earshot::router

#endif  // EARSHOT_ROUTER_FOLD_THREAD_H_
