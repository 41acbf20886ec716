#ifndef EARSHOT_DASHBOARD_FEED_COMMANDS_LEADER_H_
#define EARSHOT_DASHBOARD_FEED_COMMANDS_LEADER_H_

#include <CLI/CLI.hpp>
#include <functional>
#include <memory>

#include "absl/status/status.h"
#include "dashboard_feed/client.h"
#include "dashboard_feed/settings.h"

namespace earshot::feed {

// --key, --endpoint and --feed-key.
void AddDoorOptions(CLI::App& command, LeaderDoor& door);

// What a leader does beside reading and answering: brief, mute. Lives as long
// as the `app` parses. InvalidArgument: it was typed wrongly.
class LeaderCommands {
 public:
  using Action = std::function<absl::Status(const Settings&)>;
  // `choose` is told what the command that was given does.
  LeaderCommands(CLI::App& app, std::function<void(Action)> choose);
  ~LeaderCommands();

 private:
  struct Options;
  void DefineBrief(CLI::App& app);
  void DefineMute(CLI::App& app);

  const std::function<void(Action)> choose_;
  const std::unique_ptr<Options> options_;
};

}  // namespace earshot::feed

#endif  // EARSHOT_DASHBOARD_FEED_COMMANDS_LEADER_H_
