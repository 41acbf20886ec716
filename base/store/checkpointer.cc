#include "base/store/checkpointer.h"

#include <pthread.h>

#include <utility>

namespace earshot::store {

Checkpointer::Checkpointer(std::unique_ptr<Database> beside, Pace pace)
    : database_(std::move(beside)), pace_(pace), thread_([this] { Loop(); }) {}

Checkpointer::~Checkpointer() {
  {
    const std::lock_guard lock(mutex_);
    stop_ = true;
  }
  woken_.notify_one();
  thread_.join();
}

void Checkpointer::Committed(Database& database) {
  const int pages = database.wal_pages();
  if (pages >= pace_.most_pages) {
    const absl::Status ignored = database.Checkpoint(/*truncate=*/false);
  } else if (pages >= pace_.wake_pages &&
             pages - woken_at_ >= pace_.wake_pages) {
    woken_at_ = pages;
    Wake();
  }
  if (pages < woken_at_) woken_at_ = 0;  // it began anew
}

void Checkpointer::Wake() {
  {
    const std::lock_guard lock(mutex_);
    wake_ = true;
  }
  woken_.notify_one();
}

void Checkpointer::Loop() {
  ::pthread_setname_np(::pthread_self(), "checkpoint");
  while (true) {
    {
      std::unique_lock lock(mutex_);
      woken_.wait(lock, [this] { return wake_ || stop_; });
      if (stop_) return;
      wake_ = false;
    }
    const absl::Status ignored = database_->Checkpoint(/*truncate=*/false);
  }
}

}  // namespace earshot::store
