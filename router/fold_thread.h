#ifndef EARSHOT_ROUTER_FOLD_THREAD_H_
#define EARSHOT_ROUTER_FOLD_THREAD_H_

#include <atomic>
#include <chrono>
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

// Runs a Fold on a thread of its own: a step after what is urgent at once,
// after other commits of the log within kRest, every second at least, and again
// after an error in a second. done() wakes up the wire thread after each step
// that did something. Where many records wait, a second thread catches up
// instead, at lower priority than intake: a thread that has given way cannot
// take that back without privileges. The more intake has to do the longer it
// rests between steps: what it does meanwhile, on processors and the disk,
// those pay for who wait for an acknowledgement.
class FoldThread {
 public:
  // `stepped`: no thread; the owner calls Step.
  FoldThread(Fold& fold, telemetry::Log& log, bool stepped = false);
  ~FoldThread();
  FoldThread(const FoldThread&) = delete;
  FoldThread& operator=(const FoldThread&) = delete;

  // From one step to the next where nothing is urgent and little waits: a step
  // costs the same, a commit and a delivery to each feed, for one record as for
  // a hundred.
  static constexpr std::chrono::milliseconds kRest{10};
  // The same for the thread that catches up while a step takes few.
  static constexpr std::chrono::milliseconds kRestBehind{50};
  // How much longer than it worked it rests when intake is busy for kFlooded of
  // its time; nothing below kBusy. Above that steps are short: what they write
  // in one piece, those pay for who wait for the disk.
  static constexpr double kRestInFlood = 7;
  static constexpr double kFlooded = 0.6;
  static constexpr double kBusy = 0.4;
  static constexpr std::chrono::seconds kMostRest{2};

  // From any thread: there may be something to fold. Harmless after Stop.
  void Wake(bool urgent = true);
  // From the wire thread: the share of its time that intake works, 0 to 1.
  void NoteIntake(double busy);
  // One step on the caller's thread. False: nothing to do, or it failed.
  bool Step();
  // Ends after the step it is in; the log writer must still be there.
  void Stop();
  os::Wakeup& done() { return done_; }
  // Whether a step did something since the last call.
  bool TakeProgress() { return progress_.exchange(false); }

 private:
  void Loop();
  void CatchUp();
  bool WaitForWork(std::chrono::steady_clock::time_point rested);
  void RestBesideIntake(std::chrono::steady_clock::time_point began);

  Fold& fold_;
  telemetry::Log& log_;
  std::mutex mutex_;
  std::condition_variable woken_;
  std::condition_variable turned_;  // behind_
  bool behind_ = false;             // the turn of catch_up_
  bool rests_ = false;              // only what is urgent ends it
  bool wake_ = true;
  bool urgent_ = false;  // and it must not wait
  double intake_ = 0;    // its busy share
  bool stop_ = false;
  os::Wakeup done_;
  std::atomic<bool> progress_{true};
  std::thread catch_up_;
  std::thread thread_;
};

}  // namespace earshot::router

#endif  // EARSHOT_ROUTER_FOLD_THREAD_H_
