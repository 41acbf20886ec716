#include "router/fold/reading_appends.h"

#include <utility>

namespace earshot::router {

ReadingAppends::~ReadingAppends() {
  for (Batch& batch : batches_) {
    if (!batch.waited) writer_.WaitFor(batch.appending).IgnoreError();
  }
}

void ReadingAppends::Add(const LogEntry& reading, uint64_t of) {
  readings_.push_back(reading);
  of_.push_back(of);
  if (readings_.size() >= kAtOnce) Begin({});
}

void ReadingAppends::End(LogAppend last) {
  if (readings_.empty() && keys_.empty() && last.erasures.empty() &&
      last.settled.empty() && last.insight_keys.empty()) {
    return;
  }
  Begin(std::move(last));
}

void ReadingAppends::Begin(LogAppend append) {
  const LogWriter::Appending* before =
      batches_.empty() ? nullptr : &batches_.back().appending;
  append.entries = std::exchange(readings_, {});
  // First: one that goes in the same step goes after it has come.
  keys_.insert(keys_.end(), append.insight_keys.begin(),
               append.insight_keys.end());
  append.insight_keys = std::exchange(keys_, {});
  Batch& batch = batches_.emplace_back();
  batch.of = std::exchange(of_, {});
  writer_.BeginAppend(std::move(append), batch.appending, before);
}

absl::Status ReadingAppends::Wait(const Each& each) {
  for (Batch& batch : batches_) {
    if (std::exchange(batch.waited, true)) continue;
    const auto first = writer_.WaitFor(batch.appending);
    if (!first.ok()) return first.status();
    const std::vector<uint64_t>& of = batch.of;
    for (size_t i = 0; i < of.size();) {
      size_t count = 1;
      while (i + count < of.size() && of[i + count] == of[i] + count) ++count;
      absl::Status status = each(of[i], count, *first + i);
      if (!status.ok()) return status;
      i += count;
    }
  }
  return absl::OkStatus();
}

absl::Status ReadingAppends::Settle(const Each& each) {
  if (!readings_.empty()) Begin({});
  return Wait(each);
}

}  // namespace earshot::router
