#include "base/store/checkpointer.h"

#include <pthread.h>

#include <utility>

namespace earshot::store {

Checkpointer::Checkpointer(std::unique_ptr<Database> database)
    : database_(std::move(database)), thread_([this] { Loop(); }) {}

Checkpointer::~Checkpointer() {
  {
    const std::lock_guard lock(mutex_);
    stop_ = true;
  }
  woken_.notify_one();
  thread_.join();
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
