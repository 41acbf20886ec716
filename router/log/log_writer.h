#ifndef EARSHOT_ROUTER_LOG_LOG_WRITER_H_
#define EARSHOT_ROUTER_LOG_LOG_WRITER_H_

#include <atomic>
#include <condition_variable>
#include <cstdint>
#include <deque>
#include <functional>
#include <memory>
#include <mutex>
#include <thread>
#include <vector>

#include "base/os/poll.h"
#include "base/telemetry/metrics.h"
#include "router/log/log.h"

namespace earshot::router {

struct LogCounters {
  telemetry::Counter entries;
  telemetry::Counter groups;
  telemetry::Counter failures;
  telemetry::Counter end;  // last position
};

// Where commits happen: on a thread of the writer's own, or inside Step, on
// the caller's, for whoever must own the order of everything.
enum class Commits { kOnOwnThread, kInStep };

// The outcome of one submitted append.
struct Committed {
  uint64_t ticket = 0;
  uint64_t group = 0;   // appends of one commit share it
  absl::Status status;  // not OK: nothing of it was written
  uint64_t first = 0;   // position of its first entry
};

// The only writer of the log, on a thread of its own: takes whatever was
// submitted since the last flush, commits it as one group, and reports. So the
// next commit starts as soon as the previous flush returned. A group has at
// most kGroupEntries entries; queued are about kQueuedBytes at most:
// past it HasRoom() is false and intake stops reading its socket.
class LogWriter {
 public:
  static constexpr size_t kGroupEntries = 10000;
  static constexpr size_t kQueuedBytes = 64 << 20;

  explicit LogWriter(std::unique_ptr<Log> log,
                     Commits commits = Commits::kOnOwnThread);
  ~LogWriter();  // commits what is queued, but for kInStep
  LogWriter(const LogWriter&) = delete;
  LogWriter& operator=(const LogWriter&) = delete;

  bool HasRoom() const;
  // From the wire thread: the outcome comes by TakeCommitted, and done().fd()
  // wakes up for it. After a failure everything submitted until the next
  // TakeCommitted fails too: it may stand on what was not written.
  void Submit(uint64_t ticket, LogAppend append);
  std::vector<Committed> TakeCommitted();
  // Whether TakeCommitted has something to give; costs no lock.
  bool HasCommitted() const {
    return has_committed_.load(std::memory_order_acquire);
  }
  os::Wakeup& done() { return done_; }

  // kInStep: commits one group. False: there was nothing to commit.
  bool Step();

  // From any other thread: waits for the commit. The first position.
  absl::StatusOr<uint64_t> AppendAndWait(LogAppend append);
  // The same in two, with other work in between: whoever began it waits for it
  // before `appending` goes. Nothing is appended if the one before, `after`,
  // was not.
  struct Appending {
    Committed result;
  };
  void BeginAppend(LogAppend append, Appending& appending,
                   const Appending* after = nullptr);
  absl::StatusOr<uint64_t> WaitFor(Appending& appending);

  uint64_t generation() const { return log_->generation(); }
  const LogCounters& counters() const { return counters_; }
  // Called on the writer's thread after each commit with something submitted;
  // `urgent`: an observation of lane 0 was among it.
  void OnCommit(std::function<void(bool urgent)> call);

 private:
  struct Pending {
    uint64_t ticket = 0;
    LogAppend append;
    size_t bytes = 0;
    Committed* waiter = nullptr;  // result of an Appending
    const Committed* after = nullptr;
  };
  void Loop();
  void Enqueue(Pending pending);
  bool FailsAfter(const Pending& pending);
  std::vector<Pending> TakeGroup();
  std::vector<Pending> NextGroup();
  void FailSubmitted(const absl::Status& status);
  void CommitGroup(std::vector<Pending> group);

  const std::unique_ptr<Log> log_;
  const Commits commits_;
  mutable std::mutex mutex_;
  std::condition_variable submitted_;
  std::condition_variable finished_;
  std::deque<Pending> queue_;
  size_t queued_bytes_ = 0;
  std::vector<Committed> committed_;
  std::atomic<bool> has_committed_ = false;
  bool stop_ = false;
  bool failed_ = false;  // since the last TakeCommitted
  uint64_t group_ = 0;
  absl::Status failure_;
  std::function<void(bool)> on_commit_;
  LogCounters counters_;
  os::Wakeup done_;
  std::thread thread_;
};

}  // namespace earshot::router

#endif  // EARSHOT_ROUTER_LOG_LOG_WRITER_H_
