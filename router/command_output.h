#ifndef EARSHOT_ROUTER_COMMAND_OUTPUT_H_
#define EARSHOT_ROUTER_COMMAND_OUTPUT_H_

#include <iosfwd>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "router/settings.h"

// What the inspecting commands print; they read the stores of a running or
// stopped router and change nothing, but for `replay`.
namespace earshot::router {

absl::Status PrintStatus(const Settings& settings, bool json);
absl::Status PrintAgents(const Settings& settings, bool json);
// What could not be opened is not there: then it says so.
absl::Status NoRouterHere(const Settings& settings, const absl::Status& status);

absl::Status PrintTrace(const Settings& settings, const std::string& id);
absl::Status PrintDeadLetters(const Settings& settings, bool json);
absl::Status PrintDeadLetter(const Settings& settings, uint64_t id);

// `since`: RFC 3339 or a day, "" for all; `most`: rows.
absl::Status PrintLabels(const Settings& settings, const std::string& since,
                         size_t most);

struct ClusterOptions {
  size_t window = 100000;  // of texts remembered
  bool issues = false;     // suggest the same issue in other words
  std::string model;       // of topics, with `issues`; may be empty
};

// Reads rows, and says of each which earlier one it repeats, among the last
// ones: docs/reference/cluster.md. Bad rows go to `bad` by their line, and the
// result is DataLoss once all others are through.
absl::Status Cluster(std::istream& in, std::ostream& out, std::ostream& bad,
                     const ClusterOptions& options);

}  // namespace earshot::router

#endif  // EARSHOT_ROUTER_COMMAND_OUTPUT_H_
