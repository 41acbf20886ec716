#include "dashboard_feed/commands_deputies.h"

#include <fmt/format.h>

#include <nlohmann/json.hpp>
#include <string>
#include <utility>

#include "dashboard_feed/commands_leader.h"
#include "dashboard_feed/render/subscription_json.h"

namespace earshot::feed {
namespace {

using Json = nlohmann::ordered_json;

absl::Status Change(Client& client, const std::string& leader,
                    const v1::Deputies& deputies) {
  v1::LeaderChange change;
  *change.mutable_deputies() = deputies;
  const auto done = client.ChangeOwn(leader, change);
  if (done.ok()) fmt::print("{}\n", *done);
  return done.status();
}

void Print(const v1::SubscriptionList& list, bool json) {
  const Json out = DeputiesAsJson(list);
  if (json) {
    fmt::print("{}\n", out.dump(2, ' ', false, Json::error_handler_t::replace));
    return;
  }
  if (out.empty()) {
    fmt::print("nobody stands in; 'earshot-feed deputy name' says who does\n");
  }
  for (const Json& one : out) {
    const std::string from = one["from"];
    const std::string until = one["until"];
    fmt::print("{:<20} {:<10} to {:<10} {}\n", one["deputy"].get<std::string>(),
               from.empty() ? "now" : from, until.empty() ? "further" : until,
               one["own"].get<bool>() ? "" : "(by the operator's file)");
  }
}

}  // namespace

struct DeputyCommands::Options {
  LeaderDoor door;
  bool json = false;
  std::string leader;
  v1::Deputy named;
};

DeputyCommands::DeputyCommands(CLI::App& app,
                               std::function<void(Action)> choose)
    : choose_(std::move(choose)), options_(std::make_unique<Options>()) {
  Options& options = *options_;
  CLI::App* group =
      app.add_subcommand("deputy", "Who stands in for a leader who is away.");
  group->footer(
      "Examples:\n"
      "  earshot-feed deputy list --as dana\n"
      "  earshot-feed deputy name eve --from 2026-12-21 --until 2027-01-06 "
      "--as dana\n"
      "  earshot-feed deputy end --as dana");
  group->require_subcommand(1);

  CLI::App* list = group->add_subcommand(
      "list", "Those whom the leader named, and those of the operator's file.");
  list->add_flag("--json", options.json);
  Define(*list, [](Client& client, const Options& given) {
    const auto found = client.Subscriptions(given.leader);
    if (found.ok()) Print(*found, given.json);
    return found.status();
  });

  CLI::App* name = group->add_subcommand(
      "name", "In the place of whom the leader named before.");
  name->add_option("deputy", *options.named.mutable_leader(),
                   "the other leader's id")
      ->required();
  name->add_option("--from", *options.named.mutable_from(),
                   "2026-12-21, the first day; default: at once");
  name->add_option("--until", *options.named.mutable_until(),
                   "2027-01-06, the last day")
      ->required();
  Define(*name, [](Client& client, const Options& given) {
    v1::Deputies deputies;
    *deputies.add_deputies() = given.named;
    return Change(client, given.leader, deputies);
  });

  CLI::App* end = group->add_subcommand(
      "end", "Nobody whom the leader named; who is in the file stays.");
  Define(*end, [](Client& client, const Options& given) {
    return Change(client, given.leader, {});
  });
}

DeputyCommands::~DeputyCommands() = default;

void DeputyCommands::Define(CLI::App& command, Run run) {
  Options& options = *options_;
  command.add_option("--as", options.leader, "the leader's id")->required();
  AddDoorOptions(command, options.door);
  command.callback([this, &options, run = std::move(run)] {
    choose_([&options, run](const Settings& settings) {
      const auto client =
          OpenClient(options.door, settings.SocketFile(), settings.KeyFile());
      return client.ok() ? run(**client, options) : client.status();
    });
  });
}

}  // namespace earshot::feed
