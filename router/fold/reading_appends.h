#ifndef EARSHOT_ROUTER_FOLD_READING_APPENDS_H_
#define EARSHOT_ROUTER_FOLD_READING_APPENDS_H_

#include <cstdint>
#include <deque>
#include <functional>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "router/log/log_writer.h"

namespace earshot::router {

// The readings of one step on their way into the log: written while the step
// decides about the next observations. They go in the order in which they were
// added, and none without those before it, so that what a crash leaves in the
// log is the beginning of the step.
//
// One thread, the fold's. Memory: the readings of one step.
class ReadingAppends {
 public:
  static constexpr size_t kAtOnce = 1024;

  explicit ReadingAppends(LogWriter& writer) : writer_(writer) {}
  ~ReadingAppends();  // waits for what was begun
  ReadingAppends(const ReadingAppends&) = delete;
  ReadingAppends& operator=(const ReadingAppends&) = delete;

  // `of`: position of the observation that it is about.
  void Add(const LogEntry& reading, uint64_t of);
  // Durable no later than the next reading that is added.
  void AddKey(uint64_t insight, std::string key) {
    keys_.push_back({insight, std::move(key)});
  }
  // Begins to write the rest, with what `last` says about rows that are there.
  void End(LogAppend last);
  // Waits until all are durable; then tells `each` the first position of a run
  // of observations, how many there are, and where their readings begin.
  using Each = std::function<absl::Status(uint64_t of, uint64_t count,
                                          uint64_t reading)>;
  absl::Status Wait(const Each& each);
  // Likewise of what was added so far; more may follow.
  absl::Status Settle(const Each& each);

 private:
  struct Batch {
    std::vector<uint64_t> of;
    LogWriter::Appending appending;
    bool waited = false;
  };
  void Begin(LogAppend append);

  LogWriter& writer_;
  EntryList readings_;  // not begun yet
  std::vector<uint64_t> of_;
  std::vector<InsightKey> keys_;
  std::deque<Batch> batches_;  // stay where they are
};

}  // namespace earshot::router

#endif  // EARSHOT_ROUTER_FOLD_READING_APPENDS_H_
