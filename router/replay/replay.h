#ifndef EARSHOT_ROUTER_REPLAY_REPLAY_H_
#define EARSHOT_ROUTER_REPLAY_REPLAY_H_

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "base/os/clock.h"
#include "base/telemetry/log.h"
#include "earshot/v1/configuration.pb.h"
#include "router/fold/fold.h"
#include "router/log/log.h"
#include "router/text/model.h"
#include "router/text/taxonomy.h"
#include "router/views/views.h"

namespace earshot::router {

// What the router reads texts with.
struct ReplayRules {
  std::shared_ptr<const Taxonomy> taxonomy;
  std::shared_ptr<const Model> model;
};

// The log, folded once more into a folder of its own with other rules: every
// text is read again, in the order of the log, and what leaders and the front
// line did is done again. Nothing of the router changes. What was erased since
// is not there. The folder holds texts; whoever made it removes it.
class Replayed {
 public:
  using Progress = std::function<void(uint64_t done)>;
  static absl::StatusOr<std::unique_ptr<Replayed>> Make(
      Log& log, const std::string& folder, const FoldOptions& options,
      const ReplayRules& rules, const v1::Organisation& organisation,
      const os::Clock& clock, telemetry::Log& ops, const Progress& progress);

  Views& views() { return *views_; }
  Log& log() { return *reader_; }

 private:
  Replayed() = default;
  std::unique_ptr<LogWriter> writer_;
  std::unique_ptr<Log> reader_;
  std::unique_ptr<Views> views_;
};

// What would be otherwise.
struct ReplayDiff {
  uint64_t observations = 0;  // that were compared
  uint64_t topics = 0;        // of these, that would have another topic
  uint64_t kinds = 0;
  // From which topic to which, the most first; at most 20.
  std::vector<std::pair<std::string, uint64_t>> moves;
  uint64_t insights_before = 0;
  uint64_t insights_after = 0;
  uint64_t joined_elsewhere = 0;  // observations
  uint64_t fall_apart = 0;        // insights that would be several
  uint64_t flow_together = 0;     // that would be one with another
  struct Ranked {
    uint64_t before = 0;       // its number now; 0: it would be a new one
    uint64_t rank_before = 0;  // 0: not among the first
    std::string topic;
    int64_t priority_milli = 0;
  };
  std::vector<Ranked> first;  // the first 20 after, in their order
};
absl::StatusOr<ReplayDiff> Compare(Replayed& before, Replayed& after,
                                   absl::Time from);

}  // namespace earshot::router

#endif  // EARSHOT_ROUTER_REPLAY_REPLAY_H_
