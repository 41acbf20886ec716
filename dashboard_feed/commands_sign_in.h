#ifndef EARSHOT_DASHBOARD_FEED_COMMANDS_SIGN_IN_H_
#define EARSHOT_DASHBOARD_FEED_COMMANDS_SIGN_IN_H_

#include <CLI/CLI.hpp>
#include <functional>
#include <memory>

#include "absl/status/status.h"
#include "dashboard_feed/settings.h"

namespace earshot::feed {

// How leaders come to the page: password, token, sign-out. As a user of the
// feed's machine who may speak for the leader. Lives as long as the `app`
// parses.
class SignInCommands {
 public:
  using Action = std::function<absl::Status(const Settings&)>;
  // `choose` is told what the command that was given does.
  SignInCommands(CLI::App& app, std::function<void(Action)> choose);
  ~SignInCommands();

 private:
  struct Options;
  void Define(CLI::App& app);

  const std::function<void(Action)> choose_;
  const std::unique_ptr<Options> options_;
};

}  // namespace earshot::feed

#endif  // EARSHOT_DASHBOARD_FEED_COMMANDS_SIGN_IN_H_
