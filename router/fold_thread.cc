#include "router/fold_thread.h"

#include <pthread.h>
#include <sched.h>
#include <sys/resource.h>
#include <unistd.h>

#include <chrono>

#include "base/os/status_text.h"

namespace earshot::router {
namespace {

// About a tenth of what a thread of the usual priority gets. Idle priority
// would take nothing from intake, and be starved by whatever else runs here.
constexpr int kNice = 10;

}  // namespace

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
  // Linux sets both for the calling thread alone.
  const sched_param none{};
  ::pthread_setschedparam(::pthread_self(), SCHED_BATCH, &none);
  ::setpriority(PRIO_PROCESS, static_cast<id_t>(::gettid()), kNice);
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
