#include "router/fold_thread.h"

#include <sys/resource.h>
#include <unistd.h>

#include <chrono>

#include "base/os/status_text.h"

namespace earshot::router {

FoldThread::FoldThread(Fold& fold, telemetry::Log& log)
    : fold_(fold), log_(log), thread_([this] { Loop(); }) {}

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
  // On Linux this lowers the calling thread alone.
  ::setpriority(PRIO_PROCESS, static_cast<id_t>(::gettid()), 5);
  while (true) {
    {
      std::unique_lock lock(mutex_);
      woken_.wait_for(lock, std::chrono::seconds(1),
                      [this] { return wake_ || stop_; });
      if (stop_) return;
      wake_ = false;
    }
    auto done = fold_.Step();
    while (done.ok() && *done) {
      progress_ = true;
      done_.Notify();
      {
        const std::lock_guard lock(mutex_);
        if (stop_) return;
      }
      done = fold_.Step();
    }
    if (!done.ok()) {
      log_.Error("fold_failed", {{"why", os::StatusText(done.status())},
                                 {"next", "tried again in a second"}});
    }
  }
}

}  // namespace earshot::router
