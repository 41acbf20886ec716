#ifndef EARSHOT_DASHBOARD_FEED_COMMANDS_DECIDE_H_
#define EARSHOT_DASHBOARD_FEED_COMMANDS_DECIDE_H_

#include <CLI/CLI.hpp>
#include <functional>
#include <memory>
#include <string>

#include "absl/status/status.h"
#include "dashboard_feed/client.h"
#include "dashboard_feed/settings.h"

namespace earshot::feed {

// The verbs of the loop beside answer and mute: ack, assign, decline, resolve,
// reopen, rename, correct-topic. Lives as long as the `app` parses.
class DecideCommands {
 public:
  using Action = std::function<absl::Status(const Settings&)>;
  // `choose` is told what the command that was given does.
  DecideCommands(CLI::App& app, std::function<void(Action)> choose);
  ~DecideCommands();

 private:
  struct Options;
  // Fills what the verb says; InvalidArgument: it was typed wrongly.
  using Fill = std::function<absl::Status(const Options&, v1::Decision&)>;
  CLI::App& Define(CLI::App& app, const char* verb, const char* about,
                   const char* examples, Fill fill);
  void DefineTaking(CLI::App& app);
  void DefineAnswer(CLI::App& app);
  void DefineEnding(CLI::App& app);
  void AddTranslations(CLI::App& command);
  void DefineWording(CLI::App& app);
  void DefineRegrouping(CLI::App& app);

  const std::function<void(Action)> choose_;
  const std::unique_ptr<Options> options_;
};

}  // namespace earshot::feed

#endif  // EARSHOT_DASHBOARD_FEED_COMMANDS_DECIDE_H_
