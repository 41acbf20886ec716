#ifndef EARSHOT_ROUTER_COMMANDS_LEARN_H_
#define EARSHOT_ROUTER_COMMANDS_LEARN_H_

#include <CLI/CLI.hpp>
#include <functional>
#include <string>

#include "absl/status/status.h"

namespace earshot::router {

// Adds the commands that learn a model from labelled rows and that try one.
// They need no state. The one that is asked for sets `action`. `config` is read
// when it runs: the configuration file whose model and taxonomy `classify` uses
// without a model of its own; empty for the usual one.
void DefineLearning(CLI::App& app, const std::string& config,
                    std::function<absl::Status()>& action);

}  // namespace earshot::router

#endif  // EARSHOT_ROUTER_COMMANDS_LEARN_H_
