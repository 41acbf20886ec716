#ifndef EARSHOT_ROUTER_COMMANDS_REPLAY_H_
#define EARSHOT_ROUTER_COMMANDS_REPLAY_H_

#include <CLI/CLI.hpp>
#include <functional>
#include <memory>

#include "absl/status/status.h"
#include "router/settings.h"

namespace earshot::router {

// `replay`. Lives as long as the `app` parses.
class ReplayCommand {
 public:
  using Action = std::function<absl::Status(const Settings&)>;
  // `choose` is told what the command that was given does.
  ReplayCommand(CLI::App& app, std::function<void(Action)> choose);
  ~ReplayCommand();

 private:
  struct Options;
  const std::unique_ptr<Options> options_;
};

}  // namespace earshot::router

#endif  // EARSHOT_ROUTER_COMMANDS_REPLAY_H_
