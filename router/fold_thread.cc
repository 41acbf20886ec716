#include "router/fold_thread.h"

#include <pthread.h>
#include <sched.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <chrono>
#include <cstdint>

#include "base/os/status_text.h"

namespace earshot::router {
namespace {

// About a tenth of what a thread of the usual priority gets. Idle priority
// would take nothing from intake, and be starved by whatever else runs here.
constexpr int kNice = 10;

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
  if (!stepped) thread_ = std::thread([this] { Loop(); });
}

FoldThread::~FoldThread() { Stop(); }

void FoldThread::Stop() {
  {
    const std::lock_guard lock(mutex_);
    stop_ = true;
  }
  woken_.notify_all();
  if (thread_.joinable()) thread_.join();
}

void FoldThread::Wake() {
  {
    const std::lock_guard lock(mutex_);
    wake_ = true;
  }
  woken_.notify_one();
}

void FoldThread::Loop() {
  ::pthread_setname_np(::pthread_self(), "fold");  // as `top -H` shows it
  GiveWayToOthers();
  while (true) {
    {
      std::unique_lock lock(mutex_);
      woken_.wait_for(lock, std::chrono::seconds(1),
                      [this] { return wake_ || stop_; });
      if (stop_) return;
      wake_ = false;
    }
    while (Step()) {
      const std::lock_guard lock(mutex_);
      if (stop_) return;
    }
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
