#include "dashboard_feed/commands.h"

#include <fmt/format.h>
#include <unistd.h>

#include <CLI/CLI.hpp>
#include <cstdio>
#include <functional>
#include <memory>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "base/os/clock.h"
#include "base/os/files.h"
#include "base/os/memory.h"
#include "base/os/random.h"
#include "base/os/signals.h"
#include "base/os/status_text.h"
#include "base/telemetry/log.h"
#include "base/wire/keys.h"
#include "dashboard_feed/channels/configured.h"
#include "dashboard_feed/client.h"
#include "dashboard_feed/commands_ask.h"
#include "dashboard_feed/commands_decide.h"
#include "dashboard_feed/commands_deliveries.h"
#include "dashboard_feed/commands_deputies.h"
#include "dashboard_feed/commands_leader.h"
#include "dashboard_feed/commands_sign_in.h"
#include "dashboard_feed/commands_subscriptions.h"
#include "dashboard_feed/feed.h"
#include "dashboard_feed/rehearse/command.h"
#include "dashboard_feed/render/render.h"
#include "dashboard_feed/settings.h"
#include "dashboard_feed/templates/catalogue.h"
#include "proto/contract/ids.h"

namespace earshot::feed {
namespace {

constexpr int kDone = 0;
constexpr int kFailed = 1;
constexpr int kUsage = 2;
// Bytes that one digest after another is made in.
constexpr size_t kKeptMemory = size_t{64} << 20U;

struct Options {
  std::string config;
  std::string data_dir;
  std::string log_format = "auto";
  std::string log_level = "info";
  bool json = false;
  std::string leader;
  bool follow = false;
  std::string format = "text";
  std::vector<std::string> sections;
  bool all = false;
  uint32_t after = 0;
  LeaderDoor door;
  std::string file;
  RehearseOptions rehearse;
};

// What a person typed wrong, as against what was refused or failed.
struct Outcome {
  int code = kDone;
  absl::Status status;
};

Outcome Failed(const absl::Status& status) {
  return {status.ok() ? kDone : kFailed, status};
}
Outcome Misused(const absl::Status& status) {
  return {status.ok() ? kDone : kUsage, status};
}

telemetry::LogFormat FormatOf(const std::string& name) {
  if (name == "text") return telemetry::LogFormat::kText;
  if (name == "json") return telemetry::LogFormat::kJson;
  return telemetry::LogFormat::kAuto;
}

telemetry::Level LevelOf(const std::string& name) {
  if (name == "debug") return telemetry::Level::kDebug;
  if (name == "warn") return telemetry::Level::kWarn;
  if (name == "error") return telemetry::Level::kError;
  return telemetry::Level::kInfo;
}

Outcome Run(const Options& options, const Settings& settings) {
  os::Signals signals;  // before any thread starts
  const os::SystemClock clock;
  os::SystemRandom random;
  telemetry::Log log("earshot-feed", LevelOf(options.log_level),
                     FormatOf(options.log_format));
  os::KeepFreedMemory(kKeptMemory);
  auto feed = Feed::Start(settings, clock, random, log);
  if (!feed.ok()) return Failed(feed.status());
  return Failed((*feed)->Run(signals));
}

Outcome Keygen(const Settings& settings) {
  absl::Status status = os::MakeFolder(settings.config.data_dir(), 0755);
  if (!status.ok()) return Failed(status);
  const auto keys = wire::LoadOrMakeKeyPair(settings.KeyFile());
  if (!keys.ok()) return Failed(keys.status());
  fmt::print("{}\n", keys->public_key);
  return {};
}

Outcome LeaderKeygen(const Options& options) {
  if (os::FileExists(options.file)) {
    return Failed(absl::AlreadyExistsError(fmt::format(
        "{} is there already; choose another name, or remove it if nobody "
        "uses it",
        options.file)));
  }
  const wire::KeyPair keys = wire::GenerateKeyPair();
  absl::Status status = wire::SaveKeyPair(options.file, keys);
  if (!status.ok()) return Failed(status);
  fmt::print("{}\n", keys.public_key);
  fmt::print(stderr,
             "Keep {} to yourself. Give the line above to the operator, as "
             "public_key of the leader in the organisation file.\n",
             options.file);
  return {};
}

Outcome CheckConfig(const Settings& settings) {
  fmt::print("ok: router {}, leaders at {}, data in {}\n",
             settings.config.router(), settings.config.listen(),
             settings.config.data_dir());
  const auto channels = Channels::Load(settings.config);
  if (!channels.ok()) return Misused(channels.status());
  const auto templates = Catalogue::Load(settings.config.templates_dir());
  if (!templates.ok()) return Misused(templates.status());
  fmt::print("channels: {}\n", channels->Names());
  const auto key = RouterPublicKey(settings.config);
  if (!key.ok()) fmt::print("note: {}\n", os::StatusText(key.status()));
  return {};
}

absl::Status Show(const v1::Digest& digest, const Options& options,
                  const Settings& settings) {
  const bool terminal = ::isatty(STDOUT_FILENO) == 1;
  if (options.format == "json") {
    fmt::print("{}\n", DigestAsJson(digest));
  } else if (options.format == "html") {
    const auto templates = Catalogue::Load(settings.config.templates_dir());
    if (!templates.ok()) return templates.status();
    const auto page = templates->Render("page.html", digest, {});
    if (!page.ok()) return page.status();
    fmt::print("{}", *page);
  } else {
    fmt::print("{}{}", DigestAsText(digest, terminal),
               options.follow ? "\n" : "");
  }
  if (std::fflush(stdout) == 0) return absl::OkStatus();
  return absl::UnavailableError("standard output takes nothing more");
}

v1::DigestAsk AskOf(const Options& options) {
  v1::DigestAsk ask;
  for (const std::string& name : options.sections) ask.add_sections(name);
  ask.set_all(options.all);
  ask.set_after(options.after);
  return ask;
}

Outcome Digest(const Options& options, const Settings& settings) {
  const auto client =
      OpenClient(options.door, settings.SocketFile(), settings.KeyFile());
  if (!client.ok()) return Misused(client.status());
  if (options.follow) {
    return Failed((*client)->Follow(options.leader, [&](const v1::Digest& d) {
      return Show(d, options, settings);
    }));
  }
  const auto digest = (*client)->DigestNow(options.leader, AskOf(options));
  if (!digest.ok()) return Failed(digest.status());
  return Failed(Show(*digest, options, settings));
}

Outcome PrintStatus(const Options& options, const Settings& settings) {
  const auto text = LocalFeedClient(settings.SocketFile()).Status();
  if (!text.ok()) return Failed(text.status());
  if (options.json) {
    fmt::print("{}\n", *text);
    return {};
  }
  const auto json = nlohmann::ordered_json::parse(*text, nullptr, false);
  for (const auto& [name, value] : json.items()) {
    fmt::print("{:<20} {}\n", name,
               value.is_string() ? value.get<std::string>() : value.dump());
  }
  return {};
}

CLI::App* Add(CLI::App& app, const std::string& name, const std::string& what,
              const std::string& examples) {
  CLI::App* command = app.add_subcommand(name, what);
  command->footer("Examples:\n" + examples);
  return command;
}

using Action = std::function<Outcome(const Settings&)>;

void DefineDaemon(CLI::App& app, Options& options, Action& action) {
  CLI::App* command = Add(app, "run", "Be the feed, until SIGTERM.",
                          "  earshot-feed run\n"
                          "  earshot-feed run --config /etc/earshot/feed.conf");
  command->add_option("--log-format", options.log_format, "auto, text or json")
      ->check(CLI::IsMember({"auto", "text", "json"}));
  command->add_option("--log-level", options.log_level)
      ->check(CLI::IsMember({"debug", "info", "warn", "error"}));
  command->callback(
      [&] { action = [&](const Settings& s) { return Run(options, s); }; });
  Add(app, "keygen",
      "Make the feed's key if there is none; print the public "
      "one.",
      "  earshot-router enrol feed \"$(earshot-feed keygen)\" --role feed")
      ->callback([&] { action = Keygen; });
  Add(app, "check-config",
      "Read the configuration, list every mistake, change nothing.",
      "  earshot-feed check-config --config feed.conf")
      ->callback([&] { action = CheckConfig; });
  command = Add(app, "status", "What the running feed holds.",
                "  earshot-feed status\n  earshot-feed status --json");
  command->add_flag("--json", options.json);
  command->callback([&] {
    action = [&](const Settings& s) { return PrintStatus(options, s); };
  });
}

void DefineLeader(CLI::App& app, Options& options, Action& action) {
  CLI::App* command =
      Add(app, "digest", "Show a leader's digest as of now.",
          "  earshot-feed digest --for leader\n"
          "  earshot-feed digest --for leader --format json\n"
          "  earshot-feed digest --for leader --section rising --all\n"
          "  earshot-feed digest --for leader --format html > digest.html\n"
          "  earshot-feed digest --for dana --follow --key dana.key "
          "--endpoint tcp://feed.example:7413 --feed-key feed.key.pub");
  command->add_option("--for", options.leader, "the leader's id")->required();
  command->add_flag("--follow", options.follow,
                    "show each digest and alert as it comes; with --key also "
                    "what was missed");
  command->add_option("--section", options.sections, "these sections alone")
      ->check(CLI::IsMember({"decision", "regressed", "top", "new", "rising",
                             "falling", "recognition", "overdue", "due",
                             "answered", "unmuted"}));
  command->add_flag("--all", options.all,
                    "to the end of each section, as far as one answer holds");
  command->add_option("--after", options.after,
                      "with --all: pass over so many of each section");
  command
      ->add_option("--format", options.format,
                   "text (default), json, or html: a page")
      ->check(CLI::IsMember({"text", "json", "html"}));
  AddDoorOptions(*command, options.door);
  command->callback(
      [&] { action = [&](const Settings& s) { return Digest(options, s); }; });
  command = Add(app, "leader-keygen", "Make a leader's key pair.",
                "  earshot-feed leader-keygen dana.key");
  command
      ->add_option("file", options.file,
                   "where the secret goes; the public one goes beside it")
      ->required();
  command->callback(
      [&] { action = [&](const Settings&) { return LeaderKeygen(options); }; });
}

void DefineRehearse(CLI::App& app, Options& options, Action& action) {
  RehearseOptions& rehearse = options.rehearse;
  CLI::App* command =
      Add(app, "rehearse",
          "Show what would have been sent, from a file of observations with "
          "their times.",
          "  earshot-feed rehearse --observations notes.jsonl --organisation "
          "org.json --from 2026-09-01 --to 2026-10-01 --out rehearsed");
  command
      ->add_option("--observations", rehearse.observations,
                   "rows as for import: JSON lines, or CSV")
      ->required();
  command
      ->add_option("--organisation", rehearse.organisation,
                   "sites and leaders: text format, JSON, a table (.csv), "
                   "or a folder with sites.csv and leaders.csv")
      ->required();
  command->add_option("--subscriptions", rehearse.subscriptions,
                      "text format; default: a daily top five for each leader");
  command
      ->add_option("--from", rehearse.from,
                   "digests from here on: a day, or RFC 3339")
      ->required();
  command->add_option("--to", rehearse.to, "and up to here")->required();
  command
      ->add_option("--out", rehearse.out,
                   "folder for digests/, alerts.jsonl, assignments.jsonl")
      ->required();
  command
      ->add_option("--also", rehearse.also,
                   "each digest as text or html as well; repeat for both")
      ->check(CLI::IsMember({"text", "html"}));
  command->callback([&] {
    action = [&](const Settings&) {
      return Outcome{RunRehearse(options.rehearse), absl::OkStatus()};
    };
  });
}

}  // namespace

int RunCommand(int argc, char** argv) {
  CLI::App app(
      "Tells leaders what the front line sees, and takes their answers back.");
  Options options;
  app.require_subcommand(1);
  app.fallthrough();
  app.set_version_flag("--version", EARSHOT_VERSION);
  app.add_option("--config", options.config, "configuration file");
  app.add_option("--data-dir", options.data_dir, "where the feed's state is");
  app.footer(
      "Examples:\n"
      "  earshot-feed run\n"
      "  earshot-feed digest --for leader\n"
      "  earshot-feed answer 412 \"New scanners come on Tuesday.\" --as "
      "leader");
  Action action;
  DefineDaemon(app, options, action);
  DefineLeader(app, options, action);
  DefineRehearse(app, options, action);
  const DeliveryCommands deliveries(app, [&](DeliveryCommands::Action run) {
    action = [run](const Settings& s) { return Failed(run(s)); };
  });
  const auto choose =
      [&](const std::function<absl::Status(const Settings&)>& run) {
        action = [run](const Settings& s) {
          const absl::Status status = run(s);
          return absl::IsInvalidArgument(status) ? Misused(status)
                                                 : Failed(status);
        };
      };
  const LeaderCommands leaders(app, choose);
  const DecideCommands decisions(app, choose);
  const AskCommands asking(app, choose);
  const SubscriptionCommands subscriptions(app, choose);
  const DeputyCommands deputies(app, choose);
  const SignInCommands sign_in(app, choose);
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    return app.exit(error) == 0 ? kDone : kUsage;
  }
  const auto settings = LoadSettings(options.config, options.data_dir);
  const Outcome outcome =
      settings.ok() ? action(*settings) : Misused(settings.status());
  if (!outcome.status.ok()) {
    fmt::print(stderr, "earshot-feed: {}\n", os::StatusText(outcome.status));
  }
  return outcome.code;
}

}  // namespace earshot::feed
