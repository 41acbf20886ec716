#include "dashboard_feed/sign_in/password_work.h"

#include <utility>

#include "dashboard_feed/sign_in/password.h"

namespace earshot::feed {

PasswordWork::PasswordWork() : thread_([this] { Loop(); }) {}

PasswordWork::~PasswordWork() {
  {
    const std::lock_guard lock(mutex_);
    stop_ = true;
  }
  came_.notify_one();
  thread_.join();
  for (Job& job : waiting_) Wipe(job.password);
}

bool PasswordWork::Ask(Job& job) {
  {
    const std::lock_guard lock(mutex_);
    if (taken_ >= kMostWaiting) return false;
    ++taken_;
    waiting_.push_back(std::move(job));
  }
  came_.notify_one();
  return true;
}

std::optional<PasswordWork::Done> PasswordWork::Take() {
  const std::lock_guard lock(mutex_);
  if (done_.empty()) {
    wakeup_.Clear();
    return std::nullopt;
  }
  std::optional<Done> first(std::move(done_.front()));
  done_.pop_front();
  --taken_;
  return first;
}

void PasswordWork::Loop() {
  std::unique_lock lock(mutex_);
  while (true) {
    came_.wait(lock, [this] { return stop_ || !waiting_.empty(); });
    if (stop_) return;
    Done done{std::move(waiting_.front()), false};
    waiting_.pop_front();
    lock.unlock();
    done.fits = PasswordFits(done.job.hash, done.job.password);
    Wipe(done.job.password);
    lock.lock();
    done_.push_back(std::move(done));
    wakeup_.Notify();
  }
}

}  // namespace earshot::feed
