#include "router/commands.h"

#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <cstdio>
#include <functional>
#include <iostream>
#include <string>
#include <utility>
#include <vector>

#include "base/os/clock.h"
#include "base/os/files.h"
#include "base/os/random.h"
#include "base/os/signals.h"
#include "base/os/status_text.h"
#include "base/telemetry/log.h"
#include "base/wire/keys.h"
#include "router/access/access.h"
#include "router/command_output.h"
#include "router/commands_audit.h"
#include "router/commands_erase.h"
#include "router/commands_learn.h"
#include "router/commands_organisation.h"
#include "router/commands_replay.h"
#include "router/commands_taxonomy.h"
#include "router/router.h"
#include "router/settings.h"

namespace earshot::router {
namespace {

constexpr int kDone = 0;
constexpr int kFailed = 1;
constexpr int kUsage = 2;
constexpr size_t kMostWindow = 4194304;
constexpr size_t kMostLabels = 10000000;

struct Options {
  std::string config;
  std::string data_dir;
  std::string log_format = "auto";
  std::string log_level = "info";
  bool json = false;
  std::string name;
  std::string key;
  std::string role = "agent";
  std::vector<std::string> sites;
  std::string id;
  uint64_t number = 0;
  std::string since;
  size_t most = 100000;
  ClusterOptions cluster;
  std::string level = "text";
  bool needs_settings = true;
};

int Report(const absl::Status& status) {
  if (status.ok()) return kDone;
  fmt::print(stderr, "earshot-router: {}\n", os::StatusText(status));
  return absl::IsInvalidArgument(status) ? kUsage : kFailed;
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

absl::Status Run(const Options& options, Settings settings) {
  os::Signals signals;  // before any thread starts
  const os::SystemClock clock;
  os::SystemRandom random;
  telemetry::Log log("earshot-router", LevelOf(options.log_level),
                     FormatOf(options.log_format));
  auto router = Router::Start(std::move(settings), clock, random, log);
  if (!router.ok()) return router.status();
  return (*router)->Run(signals);
}

absl::Status Keygen(const Settings& settings) {
  absl::Status status = os::MakeFolder(settings.config.data_dir(), 0755);
  if (!status.ok()) return status;
  const auto keys = wire::LoadOrMakeKeyPair(settings.KeyFile());
  if (!keys.ok()) return keys.status();
  fmt::print("{}\n", keys->public_key);
  return absl::OkStatus();
}

absl::Status Enrol(const Options& options, const Settings& settings) {
  absl::Status status = os::MakeFolder(settings.config.data_dir(), 0755);
  if (!status.ok()) return status;
  auto access = Access::Open(settings.AccessFile());
  if (!access.ok()) return access.status();
  const auto role = ParseRole(options.role);
  if (!role.ok()) return role.status();
  Enrolled peer;
  peer.name = options.name;
  peer.role = *role;
  peer.sites = options.sites;
  peer.enrolled_at = os::SystemClock().Wall();
  peer.public_key = options.key;
  if (os::FileExists(options.key)) {
    auto key = wire::LoadPublicKey(options.key);
    if (!key.ok()) return key.status();
    peer.public_key = *std::move(key);
  }
  const auto before = (*access)->Find(peer.name);
  status = (*access)->Enrol(peer);
  if (status.ok() && before && before->sites != peer.sites) {
    fmt::print("its sites were {} until now\n",
               before->sites.empty()
                   ? "any"
                   : fmt::format("{}", fmt::join(before->sites, ", ")));
  }
  if (status.ok()) {
    fmt::print("enrolled {} as {} for {}\n", peer.name, options.role,
               peer.sites.empty()
                   ? "any site"
                   : fmt::format("{}", fmt::join(peer.sites, ", ")));
  }
  return status;
}

absl::Status Revoke(const Options& options, const Settings& settings) {
  auto access = Access::Open(settings.AccessFile());
  if (!access.ok()) return access.status();
  absl::Status status = (*access)->Revoke(options.name);
  if (status.ok()) {
    fmt::print(
        "revoked {}; a running router ends its session within a second\n",
        options.name);
  }
  return status;
}

absl::Status CheckConfig(const Settings& settings) {
  const auto loaded = LoadFiles(settings);
  if (!loaded.ok())
    return absl::InvalidArgumentError(os::StatusText(loaded.status()));
  fmt::print("ok: {} sites, {} leaders, {} subscriptions, {} topics\n",
             loaded->organisation.sites_size(),
             loaded->organisation.leaders_size(),
             loaded->subscriptions.subscriptions_size(),
             loaded->taxonomy->topic_count());
  return absl::OkStatus();
}

// A subcommand, what it does, and examples in its help.
CLI::App* Add(CLI::App& app, const std::string& name, const std::string& what,
              const std::string& examples) {
  CLI::App* command = app.add_subcommand(name, what);
  command->footer("Examples:\n" + examples);
  return command;
}

using Action = std::function<absl::Status(const Settings&)>;

void Define(CLI::App& app, Options& options, Action& action) {
  const auto run = [&action](CLI::App* command, Action what) {
    command->callback([&action, what] { action = what; });
  };
  CLI::App* command = Add(app, "run", "Serve until SIGTERM; SIGHUP reloads.",
                          "  earshot-router run\n"
                          "  earshot-router run --config router.conf");
  command->add_option("--log-format", options.log_format, "auto, text or json")
      ->check(CLI::IsMember({"auto", "text", "json"}));
  command->add_option("--log-level", options.log_level)
      ->check(CLI::IsMember({"debug", "info", "warn", "error"}));
  run(command, [&](const Settings& s) { return Run(options, s); });

  run(Add(app, "keygen",
          "Make the router's key if there is none; print the "
          "public one.",
          "  earshot-router keygen > router.pub"),
      Keygen);

  command = Add(app, "enrol", "Let a peer's public key in.",
                "  earshot-router enrol store-014-pc1 agent.key.pub --site "
                "store-014\n"
                "  earshot-router enrol feed feed.key.pub --role feed");
  command->add_option("name", options.name, "what to call it")->required();
  command->add_option("key", options.key, "public key, or its file")
      ->required();
  command->add_option("--site", options.sites,
                      "a site it may report for; repeat; none: any");
  command->add_option("--role", options.role, "agent (default) or feed");
  run(command, [&](const Settings& s) { return Enrol(options, s); });

  CLI::App* agents = Add(app, "agents", "Who is enrolled.",
                         "  earshot-router agents list\n"
                         "  earshot-router agents revoke store-014-pc1");
  agents->require_subcommand(1);
  command = agents->add_subcommand("list", "Everybody, with last contact.");
  command->add_flag("--json", options.json);
  run(command, [&](const Settings& s) { return PrintAgents(s, options.json); });
  command = agents->add_subcommand("revoke", "Shut a peer out.");
  command->add_option("name", options.name)->required();
  run(command, [&](const Settings& s) { return Revoke(options, s); });

  command = Add(app, "status", "What the router holds.",
                "  earshot-router status --json");
  command->add_flag("--json", options.json);
  run(command, [&](const Settings& s) { return PrintStatus(s, options.json); });

  command = Add(app, "trace", "One observation's life, from the log.",
                "  earshot-router trace 5f3a09c1");
  command->add_option("id", options.id, "observation id, or how it begins")
      ->required();
  run(command, [&](const Settings& s) { return PrintTrace(s, options.id); });

  command = Add(
      app, "export-labels", "Leaders' topic corrections as rows to train on.",
      "  earshot-router export-labels > corrected.jsonl\n"
      "  earshot-router export-labels --since 2026-11-01 >> rows.jsonl\n"
      "  earshot-router train --train rows.jsonl --out topics.model");
  command->add_option("--since", options.since,
                      "corrections since then: a day, or RFC 3339");
  command->add_option("--most", options.most, "rows at most")
      ->check(CLI::Range(size_t{1}, kMostLabels));
  run(command, [&](const Settings& s) {
    return PrintLabels(s, options.since, options.most);
  });

  CLI::App* letters =
      Add(app, "dead-letters", "Records that were refused for good.",
          "  earshot-router dead-letters list\n"
          "  earshot-router dead-letters replay 17");
  letters->require_subcommand(1);
  command = letters->add_subcommand("list", "The newest first.");
  command->add_flag("--json", options.json);
  run(command,
      [&](const Settings& s) { return PrintDeadLetters(s, options.json); });
  command = letters->add_subcommand("show", "One, with its record.");
  command->add_option("id", options.number)->required();
  run(command,
      [&](const Settings& s) { return PrintDeadLetter(s, options.number); });
  command = letters->add_subcommand(
      "replay", "Try one again, after what was wrong has been mended.");
  command->add_option("id", options.number)->required();
  run(command, [&](const Settings& s) {
    absl::Status status = Log::RequestReplay(s.LogFile(), options.number);
    if (status.ok()) {
      fmt::print("asked for; the running router takes it within a second\n");
    }
    return status;
  });

  command = Add(app, "cluster",
                "Say of each row of JSON lines which earlier one it repeats.",
                "  earshot-router cluster < in.jsonl > out.jsonl\n"
                "  earshot-router cluster --window 1000000 < in.jsonl\n"
                "  earshot-router cluster --level issue < in.jsonl");
  command
      ->add_option("--window", options.cluster.window,
                   "how many of the last texts are remembered")
      ->check(CLI::Range(size_t{1}, kMostWindow))
      ->capture_default_str();
  command
      ->add_option("--level", options.level,
                   "text: what repeats a text; issue: also what may be the "
                   "same issue in other words")
      ->check(CLI::IsMember({"text", "issue"}))
      ->capture_default_str();
  command->add_option("--model", options.cluster.model,
                      "of topics, from `train`; with --level issue");
  command->callback([&] {
    options.needs_settings = false;
    options.cluster.issues = options.level == "issue";
    action = [&](const Settings&) {
      return Cluster(std::cin, std::cout, std::cerr, options.cluster);
    };
  });

  run(Add(app, "check-config",
          "Read every configuration file, list every "
          "mistake, change nothing.",
          "  earshot-router check-config --config router.conf"),
      CheckConfig);
}

}  // namespace

int RunCommand(int argc, char** argv) {
  CLI::App app(
      "Takes observations in, makes them durable, and gathers them "
      "into insights.");
  Options options;
  app.require_subcommand(1);
  app.fallthrough();
  app.set_version_flag("--version", EARSHOT_VERSION);
  app.add_option("--config", options.config, "configuration file");
  app.add_option("--data-dir", options.data_dir, "where the router's state is");
  Action action;
  std::function<absl::Status()> offline;  // needs no settings
  Define(app, options, action);
  DefineLearning(app, options.config, offline);
  DefineTaxonomy(app, options.config, offline);
  DefineOrganisation(app, offline);
  const AuditCommands audit(
      app, [&](AuditCommands::Action run) { action = std::move(run); });
  const ReplayCommand replay(
      app, [&](ReplayCommand::Action run) { action = std::move(run); });
  const EraseCommand erase(
      app, [&](EraseCommand::Action run) { action = std::move(run); });
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    return app.exit(error) == 0 ? kDone : kUsage;
  }
  if (offline) return Report(offline());
  const auto settings = options.needs_settings
                            ? LoadSettings(options.config, options.data_dir)
                            : Settings{};
  if (!settings.ok()) {
    Report(settings.status());
    return kUsage;
  }
  return Report(action(*settings));
}

}  // namespace earshot::router
