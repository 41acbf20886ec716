#ifndef EARSHOT_DASHBOARD_FEED_COMMANDS_DEPUTIES_H_
#define EARSHOT_DASHBOARD_FEED_COMMANDS_DEPUTIES_H_

#include <CLI/CLI.hpp>
#include <functional>
#include <memory>

#include "absl/status/status.h"
#include "dashboard_feed/client.h"
#include "dashboard_feed/settings.h"

namespace earshot::feed {

// The commands about who stands in for a leader: deputy list, name, end. Lives
// as long as the `app` parses.
class DeputyCommands {
 public:
  using Action = std::function<absl::Status(const Settings&)>;
  // `choose` is told what the command that was given does.
  DeputyCommands(CLI::App& app, std::function<void(Action)> choose);
  ~DeputyCommands();

 private:
  struct Options;
  using Run = std::function<absl::Status(Client&, const Options&)>;
  void Define(CLI::App& command, Run run);

  const std::function<void(Action)> choose_;
  const std::unique_ptr<Options> options_;
};

}  // namespace earshot::feed

#endif  // EARSHOT_DASHBOARD_FEED_COMMANDS_DEPUTIES_H_
