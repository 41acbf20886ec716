#ifndef EARSHOT_DASHBOARD_FEED_COMMANDS_SUBSCRIPTIONS_H_
#define EARSHOT_DASHBOARD_FEED_COMMANDS_SUBSCRIPTIONS_H_

#include <CLI/CLI.hpp>
#include <functional>
#include <memory>

#include "absl/status/status.h"
#include "dashboard_feed/client.h"
#include "dashboard_feed/settings.h"

namespace earshot::feed {

// The commands about what leaders want sent: subscription list, set, remove.
// Lives as long as the `app` parses.
class SubscriptionCommands {
 public:
  using Action = std::function<absl::Status(const Settings&)>;
  // `choose` is told what the command that was given does.
  SubscriptionCommands(CLI::App& app, std::function<void(Action)> choose);
  ~SubscriptionCommands();

 private:
  struct Options;
  void DefineList(CLI::App& group);
  void DefineSet(CLI::App& group);
  void DefineRemove(CLI::App& group);

  const std::function<void(Action)> choose_;
  const std::unique_ptr<Options> options_;
};

}  // namespace earshot::feed

#endif  // EARSHOT_DASHBOARD_FEED_COMMANDS_SUBSCRIPTIONS_H_
