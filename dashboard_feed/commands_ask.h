#ifndef EARSHOT_DASHBOARD_FEED_COMMANDS_ASK_H_
#define EARSHOT_DASHBOARD_FEED_COMMANDS_ASK_H_

#include <CLI/CLI.hpp>
#include <functional>
#include <memory>

#include "absl/status/status.h"
#include "dashboard_feed/settings.h"

namespace earshot::feed {

// ask, guide, observe and results. Lives as long as the `app` parses.
class AskCommands {
 public:
  using Action = std::function<absl::Status(const Settings&)>;
  // `choose` is told what the command that was given does.
  AskCommands(CLI::App& app, std::function<void(Action)> choose);
  ~AskCommands();

 private:
  struct Options;
  CLI::App& Define(CLI::App& app, const char* name, const char* about,
                   const char* examples);
  void DefineAsk(CLI::App& app);
  void DefineGuide(CLI::App& app);
  void DefineObserve(CLI::App& app);
  void DefineResults(CLI::App& app);

  const std::function<void(Action)> choose_;
  const std::unique_ptr<Options> options_;
};

}  // namespace earshot::feed

#endif  // EARSHOT_DASHBOARD_FEED_COMMANDS_ASK_H_
