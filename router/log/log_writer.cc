#include "router/log/log_writer.h"

#include <pthread.h>

#include <utility>

namespace earshot::router {
LogWriter::LogWriter(std::unique_ptr<Log> log, Commits commits)
    : log_(std::move(log)), commits_(commits) {
  const auto end = log_->End();
  if (end.ok()) counters_.end.Set(*end);
  if (commits_ == Commits::kOnOwnThread) {
    thread_ = std::thread([this] { Loop(); });
  }
}

LogWriter::~LogWriter() {
  {
    const std::lock_guard lock(mutex_);
    stop_ = true;
  }
  submitted_.notify_all();
  if (thread_.joinable()) thread_.join();
}

void LogWriter::OnCommit(std::function<void(bool)> call) {
  const std::lock_guard lock(mutex_);
  on_commit_ = std::move(call);
}

bool LogWriter::HasRoom() const {
  const std::lock_guard lock(mutex_);
  return queued_bytes_ < kQueuedBytes;
}

// With the mutex held.
void LogWriter::Enqueue(Pending pending) {
  constexpr size_t kOverhead = 128;
  size_t& bytes = pending.bytes;
  bytes += pending.append.entries.bytes() + kOverhead;
  for (const DeadLetter& letter : pending.append.dead_letters) {
    bytes += letter.record.size() + kOverhead;
  }
  queued_bytes_ += bytes;
  queue_.push_back(std::move(pending));
}

void LogWriter::Submit(uint64_t ticket, LogAppend append) {
  {
    const std::lock_guard lock(mutex_);
    Enqueue({.ticket = ticket, .append = std::move(append)});
  }
  submitted_.notify_one();
}

std::vector<Committed> LogWriter::TakeCommitted() {
  done_.Clear();
  const std::lock_guard lock(mutex_);
  if (failed_) FailSubmitted(failure_);
  failed_ = false;
  has_committed_.store(false, std::memory_order_release);
  return std::exchange(committed_, {});
}

// With the mutex held. What has a waiter stands on nothing and stays.
void LogWriter::FailSubmitted(const absl::Status& status) {
  std::deque<Pending> kept;
  for (Pending& pending : queue_) {
    if (pending.waiter != nullptr) {
      kept.push_back(std::move(pending));
      continue;
    }
    queued_bytes_ -= pending.bytes;
    committed_.push_back({pending.ticket, group_, status, 0});
  }
  queue_ = std::move(kept);
}

absl::StatusOr<uint64_t> LogWriter::AppendAndWait(LogAppend append) {
  Appending appending;
  BeginAppend(std::move(append), appending);
  return WaitFor(appending);
}

void LogWriter::BeginAppend(LogAppend append, Appending& appending,
                            const Appending* after) {
  {
    const std::lock_guard lock(mutex_);
    Enqueue({.append = std::move(append),
             .waiter = &appending.result,
             .after = after == nullptr ? nullptr : &after->result});
  }
  submitted_.notify_one();
}

absl::StatusOr<uint64_t> LogWriter::WaitFor(Appending& appending) {
  // `group` is set, never 0, once the writer is done with it.
  const Committed& result = appending.result;
  if (commits_ == Commits::kInStep) {
    while (result.group == 0) Step();
  }
  std::unique_lock lock(mutex_);
  finished_.wait(lock, [&] { return result.group != 0; });
  if (!result.status.ok()) return result.status;
  return result.first;
}

std::vector<LogWriter::Pending> LogWriter::TakeGroup() {
  std::unique_lock lock(mutex_);
  submitted_.wait(lock, [&] { return stop_ || !queue_.empty(); });
  return NextGroup();
}

// With the mutex held.
std::vector<LogWriter::Pending> LogWriter::NextGroup() {
  if (failed_) {
    FailSubmitted(failure_);
    done_.Notify();
  }
  std::vector<Pending> group;
  size_t entries = 0;
  while (!queue_.empty() && entries < kGroupEntries) {
    if (FailsAfter(queue_.front())) {
      queued_bytes_ -= queue_.front().bytes;
      queue_.pop_front();
      continue;
    }
    entries += queue_.front().append.entries.size();
    queued_bytes_ -= queue_.front().bytes;
    group.push_back(std::move(queue_.front()));
    queue_.pop_front();
  }
  return group;
}

// With the mutex held: what stands on an append that failed fails with it.
bool LogWriter::FailsAfter(const Pending& pending) {
  if (pending.after == nullptr || pending.after->group == 0 ||
      pending.after->status.ok()) {
    return false;
  }
  *pending.waiter = *pending.after;
  finished_.notify_all();
  return true;
}

void LogWriter::CommitGroup(std::vector<Pending> group) {
  std::vector<LogAppend> appends;
  appends.reserve(group.size());
  std::vector<uint64_t> sizes;
  bool urgent = false;
  for (Pending& pending : group) {
    urgent = urgent || pending.append.entries.has_urgent();
    sizes.push_back(pending.append.entries.size());
    appends.push_back(std::move(pending.append));
  }
  const auto first = log_->Append(appends);
  uint64_t entries = 0;
  for (const uint64_t size : sizes) entries += size;
  if (first.ok()) {
    counters_.entries.Add(entries);
    counters_.groups.Add();
    if (entries > 0) counters_.end.Set(*first + entries - 1);
  } else {
    counters_.failures.Add();
  }
  bool report = false;
  std::function<void(bool)> on_commit;
  {
    const std::lock_guard lock(mutex_);
    on_commit = on_commit_;
    ++group_;
    if (!first.ok()) {
      failed_ = true;
      failure_ = first.status();
    }
    uint64_t position = first.ok() ? *first : 0;
    for (size_t i = 0; i < group.size(); ++i) {
      const Committed outcome{group[i].ticket, group_, first.status(),
                              position};
      if (first.ok()) position += sizes[i];
      if (group[i].waiter != nullptr) {
        *group[i].waiter = outcome;
      } else {
        committed_.push_back(outcome);
        report = true;
      }
    }
  }
  finished_.notify_all();
  if (report) {
    has_committed_.store(true, std::memory_order_release);
    done_.Notify();
  }
  if (first.ok() && report && on_commit) on_commit(urgent);
}

bool LogWriter::Step() {
  std::vector<Pending> group;
  {
    const std::lock_guard lock(mutex_);
    group = NextGroup();
  }
  if (group.empty()) return false;
  CommitGroup(std::move(group));
  return true;
}

void LogWriter::Loop() {
  ::pthread_setname_np(::pthread_self(), "log");
  while (true) {
    std::vector<Pending> group = TakeGroup();
    if (!group.empty()) {
      CommitGroup(std::move(group));
      continue;
    }
    const std::lock_guard lock(mutex_);
    if (stop_ && queue_.empty()) return;
  }
}

}  // namespace earshot::router
