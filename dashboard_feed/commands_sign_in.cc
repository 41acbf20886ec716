#include "dashboard_feed/commands_sign_in.h"

#include <fmt/format.h>
#include <termios.h>
#include <unistd.h>

#include <cstdio>
#include <iostream>
#include <string>

#include "dashboard_feed/client.h"
#include "dashboard_feed/sign_in/password.h"

namespace earshot::feed {

struct SignInCommands::Options {
  std::string leader;
  bool revoke = false;
};

namespace {

// While it lives, what is typed does not show.
class WithoutEcho {
 public:
  WithoutEcho() {
    if (::tcgetattr(STDIN_FILENO, &before_) != 0) return;
    termios silent = before_;
    silent.c_lflag &= ~static_cast<tcflag_t>(ECHO);
    changed_ = ::tcsetattr(STDIN_FILENO, TCSAFLUSH, &silent) == 0;
  }
  ~WithoutEcho() {
    if (changed_) ::tcsetattr(STDIN_FILENO, TCSAFLUSH, &before_);
  }
  WithoutEcho(const WithoutEcho&) = delete;
  WithoutEcho& operator=(const WithoutEcho&) = delete;

 private:
  termios before_{};
  bool changed_ = false;
};

absl::StatusOr<std::string> ReadLine(const char* question) {
  const bool terminal = ::isatty(STDIN_FILENO) != 0;
  if (terminal) fmt::print(stderr, "{}: ", question);
  std::string line;
  {
    const WithoutEcho silent;
    // Longer ones are refused, so no more of them is read.
    for (int c = 0; line.size() <= kLongestPassword &&
                    (c = std::getchar()) != EOF && c != '\n';) {
      line += static_cast<char>(c);
    }
  }
  if (terminal) fmt::print(stderr, "\n");
  return line;
}

absl::StatusOr<std::string> AskPassword() {
  auto password = ReadLine("New password");
  if (!password.ok()) return password.status();
  absl::Status status = CheckNewPassword(*password);
  if (!status.ok()) return status;
  if (::isatty(STDIN_FILENO) == 0) return password;
  auto again = ReadLine("Once more");
  if (!again.ok()) return again.status();
  const bool same = *again == *password;
  Wipe(*again);
  if (same) return password;
  Wipe(*password);
  return absl::InvalidArgumentError("the two are not the same; try again");
}

absl::Status Tell(const Settings& settings, const std::string& command,
                  const std::vector<std::string>& arguments) {
  const auto text =
      LocalFeedClient(settings.SocketFile()).Tell(command, arguments);
  if (!text.ok()) return text.status();
  fmt::print("{}\n", *text);
  if (std::fflush(stdout) == 0) return absl::OkStatus();
  return absl::UnavailableError("standard output takes nothing more");
}

}  // namespace

SignInCommands::SignInCommands(CLI::App& app,
                               std::function<void(Action)> choose)
    : choose_(std::move(choose)), options_(std::make_unique<Options>()) {
  Define(app);
}

SignInCommands::~SignInCommands() = default;

void SignInCommands::Define(CLI::App& app) {
  Options& options = *options_;
  const auto define = [&](const char* name, const char* about,
                          const char* examples, Action action) {
    CLI::App* command = app.add_subcommand(name, about);
    command->footer(fmt::format("Examples:\n{}", examples));
    command->add_option("leader", options.leader, "the leader's id")
        ->required();
    command->callback([this, action = std::move(action)] { choose_(action); });
    return command;
  };
  define("password", "Set a leader's password for the page.",
         "  earshot-feed password dana\n"
         "  earshot-feed password dana < file-with-one-line",
         [&options](const Settings& settings) -> absl::Status {
           auto password = AskPassword();
           if (!password.ok()) return password.status();
           const auto hash = HashPassword(*password);
           Wipe(*password);
           if (!hash.ok()) return hash.status();
           return Tell(settings, "password", {options.leader, *hash});
         });
  define("token", "Make a token for scripts that use the page's JSON.",
         "  earshot-feed token dana\n"
         "  earshot-feed token dana --revoke",
         [&options](const Settings& settings) {
           return Tell(settings, "token",
                       {options.leader, options.revoke ? "revoke" : ""});
         })
      ->add_flag("--revoke", options.revoke,
                 "make none, and end all that the leader has");
  define("sign-out", "End all of a leader's sessions of the page.",
         "  earshot-feed sign-out dana", [&options](const Settings& settings) {
           return Tell(settings, "sign-out", {options.leader});
         });
}

}  // namespace earshot::feed
