#include "router/fold_thread.h"

#include <pthread.h>
#include <sched.h>
#include <sys/resource.h>
#include <unistd.h>

#include <chrono>

#include "base/os/status_text.h"

namespace earshot::router {
namespace {

constexpr int kNiceWithoutReturn = 10;

// Linux sets it for the calling thread alone.
bool SetPolicy(int policy) {
  const sched_param none{};
  return ::pthread_setschedparam(::pthread_self(), policy, &none) == 0;
}

// Idle priority is easily taken and needs a right to be left again: that of
// root, or a limit for nice (systemd: LimitNICE=+0). Tried on a thread that
// nobody needs.
bool MayLeaveIdlePriority() {
  bool may = false;
  std::thread([&] {
    may = SetPolicy(SCHED_IDLE) && SetPolicy(SCHED_OTHER);
  }).join();
  return may;
}

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

void FoldThread::TakePriority(bool& hurried) const {
  const bool hurry = hurry_;
  if (hurry == hurried) return;
  if (SetPolicy(hurry ? SCHED_OTHER : SCHED_IDLE)) hurried = hurry;
}

void FoldThread::Loop() {
  ::pthread_setname_np(::pthread_self(), "fold");  // as `top -H` shows it
  bool hurried = true;                             // as threads begin
  const bool fixed = !MayLeaveIdlePriority();
  if (fixed) {
    ::setpriority(PRIO_PROCESS, static_cast<id_t>(::gettid()),
                  kNiceWithoutReturn);
  }
  while (true) {
    {
      std::unique_lock lock(mutex_);
      woken_.wait_for(lock, std::chrono::seconds(1),
                      [this] { return wake_ || stop_; });
      if (stop_) return;
      wake_ = false;
    }
    if (!fixed) TakePriority(hurried);
    while (Step()) {
      if (!fixed) TakePriority(hurried);
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
