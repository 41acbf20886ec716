#include "router/fold_thread.h"

#include <pthread.h>
#include <sched.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <utility>

#include "base/os/status_text.h"

namespace earshot::router {
namespace {

// About a tenth of what a thread of the usual priority gets. Idle priority
// would take nothing from intake, and be starved by whatever else runs here.
constexpr int kNice = 10;

// So many that wait are no longer few: a fifth of a second at a thousand a
// second, with their readings.
constexpr uint64_t kManyRecords = 1000;

// What sched_setattr(2) takes, first version; not every C library declares it.
struct SchedulingAttributes {
  uint32_t size = sizeof(SchedulingAttributes);
  uint32_t policy = SCHED_BATCH;
  uint64_t flags = 0;
  int32_t nice = kNice;
  uint32_t priority = 0;
  uint64_t runtime = 0;
  uint64_t deadline = 0;
  uint64_t period = 0;
};

using Moment = std::chrono::steady_clock::time_point;

}  // namespace

// Linux sets all of it for the calling thread alone. Whoever asks for a shorter
// slice than the one who runs need not wait until that one's is over (EEVDF,
// since 6.12; before that `runtime` is ignored): here, every other thread.
void GiveWayToOthers() {
  SchedulingAttributes wanted;
  wanted.runtime = 20'000'000;  // ns
  if (::syscall(SYS_sched_setattr, 0, &wanted, 0) == 0) return;
  const sched_param none{};
  ::pthread_setschedparam(::pthread_self(), SCHED_BATCH, &none);
  ::setpriority(PRIO_PROCESS, static_cast<id_t>(::gettid()), kNice);
}

FoldThread::FoldThread(Fold& fold, telemetry::Log& log, bool stepped)
    : fold_(fold), log_(log) {
  if (stepped) return;
  catch_up_ = std::thread([this] { CatchUp(); });
  thread_ = std::thread([this] { Loop(); });
}

FoldThread::~FoldThread() { Stop(); }

void FoldThread::Stop() {
  {
    const std::lock_guard lock(mutex_);
    stop_ = true;
  }
  woken_.notify_all();
  turned_.notify_all();
  if (thread_.joinable()) thread_.join();
  if (catch_up_.joinable()) catch_up_.join();
}

void FoldThread::Wake(bool urgent) {
  {
    const std::lock_guard lock(mutex_);
    wake_ = true;
    urgent_ = urgent_ || urgent;
    if (rests_ && !urgent_) return;
  }
  woken_.notify_one();
}

void FoldThread::NoteIntake(double busy) {
  fold_.KeepStepsShort(busy > kBusy);
  {
    const std::lock_guard lock(mutex_);
    if (std::exchange(intake_, busy) <= busy) return;
  }
  woken_.notify_all();
}

// False: it is to stop.
bool FoldThread::WaitForWork(Moment rested) {
  std::unique_lock lock(mutex_);
  rests_ = true;
  woken_.wait_until(lock, rested, [this] { return urgent_ || stop_; });
  rests_ = false;
  woken_.wait_for(lock, std::chrono::seconds(1),
                  [this] { return wake_ || stop_; });
  wake_ = false;
  urgent_ = false;
  return !stop_;
}

void FoldThread::Loop() {
  ::pthread_setname_np(::pthread_self(), "fold");  // as `top -H` shows it
  auto rested = std::chrono::steady_clock::now();
  while (WaitForWork(rested)) {
    rested = std::chrono::steady_clock::now() + kRest;
    if (!Step()) continue;
    std::unique_lock lock(mutex_);
    wake_ = true;  // until there is nothing more to do
    if (fold_.Behind() < kManyRecords) continue;
    behind_ = true;
    turned_.notify_all();
    turned_.wait(lock, [this] { return !behind_ || stop_; });
  }
}

// After the step that began then.
void FoldThread::RestBesideIntake(Moment began) {
  using std::chrono::steady_clock;
  if (fold_.PutOffUrgent()) return;
  const Moment ended = steady_clock::now();
  std::chrono::duration<double> least{0};
  if (fold_.Behind() < Fold::kLongStepRecords) least = kRestBehind;
  std::unique_lock lock(mutex_);
  while (!urgent_ && !stop_) {
    const double part =
        std::clamp((intake_ - kBusy) / (kFlooded - kBusy), 0.0, 1.0);
    const auto rest = std::min<std::chrono::duration<double>>(
        std::max<std::chrono::duration<double>>(
            (ended - began) * (kRestInFlood * part), least),
        kMostRest);
    const Moment until =
        ended + std::chrono::duration_cast<steady_clock::duration>(rest);
    if (woken_.wait_until(lock, until) == std::cv_status::timeout) break;
  }
  urgent_ = false;  // the step that follows takes it
}

// While the other one waits.
void FoldThread::CatchUp() {
  ::pthread_setname_np(::pthread_self(), "fold behind");
  GiveWayToOthers();
  while (true) {
    {
      std::unique_lock lock(mutex_);
      turned_.wait(lock, [this] { return behind_ || stop_; });
      if (stop_) return;
    }
    const auto began = std::chrono::steady_clock::now();
    const bool did = Step();
    if (did && fold_.Behind() >= kManyRecords) {
      RestBesideIntake(began);
      continue;
    }
    const std::lock_guard lock(mutex_);
    behind_ = false;
    turned_.notify_all();
  }
}

bool FoldThread::Step() {
  const auto done = fold_.Step();
  if (!done.ok()) {
    log_.Error("fold_failed", {{"why", os::StatusText(done.status())},
                               {"next", "tried again in a second"}});
    return false;
  }
  if (!*done) return false;
  progress_ = true;
  done_.Notify();
  return true;
}

}  // namespace earshot::router
