#ifndef EARSHOT_ROUTER_COMMANDS_ORGANISATION_H_
#define EARSHOT_ROUTER_COMMANDS_ORGANISATION_H_

#include <CLI/CLI.hpp>
#include <functional>

#include "absl/status/status.h"

namespace earshot::router {

// Adds `organisation check` and `organisation import`. They need no state. The
// one that is asked for sets `action`, which is InvalidArgument for a file that
// cannot be used.
void DefineOrganisation(CLI::App& app, std::function<absl::Status()>& action);

}  // namespace earshot::router

#endif  // EARSHOT_ROUTER_COMMANDS_ORGANISATION_H_
