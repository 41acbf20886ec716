#ifndef EARSHOT_ROUTER_FOLD_READ_AHEAD_H_
#define EARSHOT_ROUTER_FOLD_READ_AHEAD_H_

#include <condition_variable>
#include <cstdint>
#include <deque>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <thread>
#include <vector>

#include "absl/status/statusor.h"
#include "router/fold/prepare.h"
#include "router/log/log.h"

namespace earshot::router {

// Records in the log's order, and what each says by itself.
struct PreparedRows {
  std::vector<LogRow> rows;
  std::vector<Prepared> prepared;  // of the same place
};

// Reads and prepares the next records while the fold counts those before them,
// up to kAhead times what is asked for at once. Owned by the fold, its thread;
// `ahead`, a connection of its own, belongs to the thread that reads ahead.
class ReadAhead {
 public:
  static constexpr size_t kAhead = 8;

  // Without `ahead` nothing is done before it is asked for, and no thread
  // beside the caller's runs. `threads`: that read texts, this one's among
  // them.
  ReadAhead(std::unique_ptr<Log> ahead, size_t threads,
            const std::function<void()>& on_start);
  ~ReadAhead();
  ReadAhead(const ReadAhead&) = delete;
  ReadAhead& operator=(const ReadAhead&) = delete;

  // What was read ahead, if it begins after `position` and was read by these
  // rules; nullopt: read it yourself. Helps to read what is not done yet.
  std::optional<PreparedRows> Take(uint64_t position,
                                   const ReadingRules& rules);
  // Begins to read after `position`, `most` records at a time, until the end of
  // the log; nothing if it is being read already.
  void Begin(uint64_t position, size_t most, const ReadingRules& rules);
  // What is being read is of no use: texts of it may have been erased.
  void Drop();

  // On the caller's thread.
  std::vector<Prepared> Prepare(const std::vector<LogRow>& rows,
                                const ReadingRules& rules);

 private:
  struct Task {
    uint64_t position = 0;
    size_t most = 0;
    ReadingRules rules;
  };

  void Loop(const std::function<void()>& on_start);
  // With the mutex held.
  void DropHeld();

  const std::unique_ptr<Log> ahead_;
  Preparer own_;      // the caller's
  PreparePool pool_;  // of the thread that reads ahead
  std::mutex mutex_;
  std::condition_variable changed_;
  std::optional<Task> next_;        // none: nothing more to read
  std::optional<Task> taken_;       // where Take goes on; none: not begun
  std::deque<PreparedRows> ready_;  // in order
  bool busy_ = false;               // with `next_`, or with what was dropped
  bool preparing_ = false;          // busy, and there are texts to help with
  uint64_t drops_ = 0;
  bool stop_ = false;
  std::thread thread_;
};

}  // namespace earshot::router

#endif  // EARSHOT_ROUTER_FOLD_READ_AHEAD_H_
