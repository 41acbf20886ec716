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
absl::Status PrintTrace(const Settings& settings, const std::string& id);
absl::Status PrintDeadLetters(const Settings& settings, bool json);
absl::Status PrintDeadLetter(const Settings& settings, uint64_t id);

// Reads rows, and says of each which earlier one it repeats, among the `window`
// last ones: docs/reference/cluster.md. Bad rows go to `bad` by their line, and
// the result is DataLoss once all others are through.
absl::Status Cluster(std::istream& in, std::ostream& out, std::ostream& bad,
                     size_t window);

}  // namespace earshot::router

#endif  // EARSHOT_ROUTER_COMMAND_OUTPUT_H_
