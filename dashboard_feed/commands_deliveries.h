#ifndef EARSHOT_DASHBOARD_FEED_COMMANDS_DELIVERIES_H_
#define EARSHOT_DASHBOARD_FEED_COMMANDS_DELIVERIES_H_

#include <CLI/CLI.hpp>
#include <functional>
#include <memory>

#include "absl/status/status.h"
#include "dashboard_feed/settings.h"

namespace earshot::feed {

// The commands about what goes out: deliveries, test-channel, why, templates.
// Lives as long as the `app` parses.
class DeliveryCommands {
 public:
  using Action = std::function<absl::Status(const Settings&)>;
  // `choose` is told what the command that was given does.
  DeliveryCommands(CLI::App& app, std::function<void(Action)> choose);
  ~DeliveryCommands();

 private:
  struct Options;
  void DefineDeliveries(CLI::App& app);
  void DefineTest(CLI::App& app);
  void DefineWhy(CLI::App& app);
  void DefineTemplates(CLI::App& app);

  const std::function<void(Action)> choose_;
  const std::unique_ptr<Options> options_;
};

}  // namespace earshot::feed

#endif  // EARSHOT_DASHBOARD_FEED_COMMANDS_DELIVERIES_H_
