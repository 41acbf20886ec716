#ifndef EARSHOT_ROUTER_COMMANDS_LEARN_H_
#define EARSHOT_ROUTER_COMMANDS_LEARN_H_

#include <CLI/CLI.hpp>
#include <functional>

#include "absl/status/status.h"

namespace earshot::router {

// Adds the commands that learn a model from labelled rows and that try one.
// They need neither configuration nor state. The one that is asked for sets
// `action`.
void DefineLearning(CLI::App& app, std::function<absl::Status()>& action);

}  // namespace earshot::router

#endif  // EARSHOT_ROUTER_COMMANDS_LEARN_H_
