#ifndef EARSHOT_ROUTER_FOLD_READ_AHEAD_H_
#define EARSHOT_ROUTER_FOLD_READ_AHEAD_H_

#include <condition_variable>
#include <cstdint>
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

// Reads and prepares the records of the next step while the fold counts those
// of this one. Owned by the fold, its thread; `ahead`, a connection of its own,
// belongs to the thread that reads ahead. Memory: the records
// that are asked for at once.
class ReadAhead {
 public:
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
  // Begins to read at most `most` records after `position`.
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

  const std::unique_ptr<Log> ahead_;
  Preparer own_;      // the caller's
  PreparePool pool_;  // of the thread that reads ahead
  std::mutex mutex_;
  std::condition_variable changed_;
  std::optional<Task> asked_;
  std::optional<Task> begun_;           // what result_ is, or will be, about
  std::optional<PreparedRows> result_;  // without rows if they were unreadable
  bool preparing_ = false;              // result_
  bool stop_ = false;
  std::thread thread_;
};

}  // namespace earshot::router

#endif  // EARSHOT_ROUTER_FOLD_READ_AHEAD_H_
