#ifndef EARSHOT_ROUTER_FOLD_PREPARE_H_
#define EARSHOT_ROUTER_FOLD_PREPARE_H_

#include <condition_variable>
#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <thread>
#include <vector>

#include "absl/status/status.h"
#include "earshot/v1/log.pb.h"
#include "router/insight/near/signature.h"
#include "router/log/log.h"
#include "router/text/reader.h"

namespace earshot::router {

// What texts are read with; the same for all of one step.
struct ReadingRules {
  std::shared_ptr<const Taxonomy> taxonomy;
  std::shared_ptr<const Model> model;  // none: the shipped one

  friend bool operator==(const ReadingRules&, const ReadingRules&) = default;
};

// One observation with its text, as it stands in the log.
struct Said {
  v1::ObservationRecord observation;
  v1::PersonalObservation personal;
};
absl::StatusOr<Said> ParseSaid(const LogRow& row);

// All that can be known of a record without any other.
struct Prepared {
  absl::Status status;  // DataLoss: the record cannot be read
  Said said;
  TextReading text;  // empty where the text was erased
  Signature signature;
};

// Prepares one record after the other; keeps its room. One thread's.
class Preparer {
 public:
  // Of what is no observation the result is empty.
  Prepared Prepare(const LogRow& row, const ReadingRules& rules);

 private:
  TextReader text_reader_;
  Signer signer_;
  TokenisedText tokens_;
};

// Prepares many at once on the caller's thread and others beside it. The
// result does not depend on how many. One caller at a time. Threads wait
// between calls; each was started with `on_start`, which may lower its
// priority.
class PreparePool {
 public:
  PreparePool(size_t threads, const std::function<void()>& on_start);
  ~PreparePool();
  PreparePool(const PreparePool&) = delete;
  PreparePool& operator=(const PreparePool&) = delete;

  std::vector<Prepared> Prepare(const std::vector<LogRow>& rows,
                                const ReadingRules& rules);
  // On one more thread: takes part in what is being prepared, if anything is,
  // until no row is left to begin with.
  void Help(Preparer& preparer);

 private:
  static constexpr size_t kSlice = 32;  // rows that one thread takes at once

  struct Job {
    const std::vector<LogRow>* rows = nullptr;
    const ReadingRules* rules = nullptr;
    std::vector<Prepared>* out = nullptr;
    size_t next = 0;
    size_t working = 0;  // threads that have a slice
  };

  void Loop();
  // With `lock` held, which is let go meanwhile.
  void TakeSlices(std::unique_lock<std::mutex>& lock, Preparer& preparer);

  std::mutex mutex_;
  std::condition_variable work_;
  std::condition_variable done_;
  Job job_;
  bool stop_ = false;
  Preparer own_;  // the caller's
  std::vector<std::thread> threads_;
};

}  // namespace earshot::router

#endif  // EARSHOT_ROUTER_FOLD_PREPARE_H_
