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
    changed_.wait(
        lock, [this] { return stop_ || (next_ && ready_.size() < kAhead); });
    if (stop_) return;
    const Task task = *next_;
    const uint64_t drops = drops_;
    busy_ = true;
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
    busy_ = false;
    if (drops == drops_) {
      next_->position = read.rows.empty() ? 0 : read.rows.back().position;
      if (read.rows.size() < task.most) next_.reset();
      if (!read.rows.empty()) ready_.push_back(std::move(read));
    }
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
  if (!taken_) return std::nullopt;
  if (taken_->position != position || taken_->rules != rules) {
    DropHeld();
    return std::nullopt;
  }
  const auto over = [this] { return !ready_.empty() || (!busy_ && !next_); };
  changed_.wait(lock, [&] { return over() || preparing_; });
  if (!over()) {
    lock.unlock();
    pool_.Help(own_);
    lock.lock();
  }
  changed_.wait(lock, over);
  if (ready_.empty()) {  // the end of the log, or it could not be read
    DropHeld();
    return std::nullopt;
  }
  PreparedRows read = std::move(ready_.front());
  ready_.pop_front();
  taken_->position = read.rows.back().position;
  changed_.notify_all();
  return read;
}

void ReadAhead::Begin(uint64_t position, size_t most,
                      const ReadingRules& rules) {
  if (ahead_ == nullptr) return;
  const std::lock_guard lock(mutex_);
  if (taken_) return;
  next_ = taken_ = Task{position, most, rules};
  changed_.notify_all();
}

void ReadAhead::Drop() {
  const std::lock_guard lock(mutex_);
  DropHeld();
}

void ReadAhead::DropHeld() {
  ++drops_;
  next_.reset();
  taken_.reset();
  ready_.clear();
}

}  // namespace earshot::router
