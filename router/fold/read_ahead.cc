#include "router/fold/read_ahead.h"

#include <pthread.h>

#include <utility>

namespace earshot::router {

ReadAhead::ReadAhead(std::unique_ptr<Log> ahead, size_t threads,
                     const std::function<void()>& on_start)
    : ahead_(std::move(ahead)),
      pool_(ahead_ == nullptr || threads < 2 ? 0 : threads - 1, on_start) {
  if (ahead_ != nullptr) {
    thread_ = std::thread([this, on_start] { Loop(on_start); });
  }
}

ReadAhead::~ReadAhead() {
  {
    const std::lock_guard lock(mutex_);
    stop_ = true;
  }
  changed_.notify_all();
  if (thread_.joinable()) thread_.join();
}

void ReadAhead::Loop(const std::function<void()>& on_start) {
  ::pthread_setname_np(::pthread_self(), "read_ahead");
  if (on_start) on_start();
  std::unique_lock lock(mutex_);
  while (true) {
    changed_.wait(lock, [this] { return stop_ || asked_; });
    if (stop_) return;
    const Task task = *std::exchange(asked_, std::nullopt);
    lock.unlock();
    auto rows = ahead_->ReadAfter(task.position, task.most);
    PreparedRows read;
    if (rows.ok()) {
      read.rows = *std::move(rows);
      lock.lock();
      preparing_ = true;
      lock.unlock();
      changed_.notify_all();
      read.prepared = pool_.Prepare(read.rows, task.rules);
    }
    lock.lock();
    preparing_ = false;
    result_ = std::move(read);
    changed_.notify_all();
  }
}

std::vector<Prepared> ReadAhead::Prepare(const std::vector<LogRow>& rows,
                                         const ReadingRules& rules) {
  std::vector<Prepared> prepared;
  prepared.reserve(rows.size());
  for (const LogRow& row : rows) prepared.push_back(own_.Prepare(row, rules));
  return prepared;
}

std::optional<PreparedRows> ReadAhead::Take(uint64_t position,
                                            const ReadingRules& rules) {
  std::unique_lock lock(mutex_);
  if (!begun_) return std::nullopt;
  changed_.wait(lock, [this] { return result_.has_value() || preparing_; });
  if (!result_.has_value()) {
    lock.unlock();
    pool_.Help(own_);
    lock.lock();
  }
  changed_.wait(lock, [this] { return result_.has_value(); });
  const Task task = *std::exchange(begun_, std::nullopt);
  PreparedRows read = *std::exchange(result_, std::nullopt);
  if (read.rows.empty() || task.position != position || task.rules != rules) {
    return std::nullopt;
  }
  return read;
}

void ReadAhead::Begin(uint64_t position, size_t most,
                      const ReadingRules& rules) {
  if (ahead_ == nullptr) return;
  const std::lock_guard lock(mutex_);
  if (begun_) return;
  asked_ = begun_ = Task{position, most, rules};
  changed_.notify_all();
}

void ReadAhead::Drop() {
  std::unique_lock lock(mutex_);
  if (!begun_) return;
  changed_.wait(lock, [this] { return result_.has_value(); });
  begun_.reset();
  result_.reset();
}

}  // namespace earshot::router
