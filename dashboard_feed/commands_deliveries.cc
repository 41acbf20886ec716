#include "dashboard_feed/commands_deliveries.h"

#include <fmt/format.h>

#include <nlohmann/json.hpp>
#include <string>
#include <utility>

#include "base/os/clock.h"
#include "base/os/poll.h"
#include "base/os/status_text.h"
#include "dashboard_feed/channels/carriers.h"
#include "dashboard_feed/channels/packing.h"
#include "dashboard_feed/client.h"
#include "dashboard_feed/templates/sample.h"

namespace earshot::feed {
namespace {

using Json = nlohmann::ordered_json;

std::string Text(const Json& row, const char* key) {
  const auto found = row.find(key);
  if (found == row.end()) return "";
  return found->is_string() ? found->get<std::string>() : found->dump();
}

void PrintRows(const Json& rows) {
  if (rows.empty()) {
    fmt::print("no deliveries; a subscription names the channels it uses\n");
    return;
  }
  fmt::print("{:>6}  {:<9} {:<16} {:<16} {:<24} {:>8}  {}\n", "id", "state",
             "channel", "leader", "subscription, period", "attempts", "reason");
  for (const Json& row : rows) {
    fmt::print("{:>6}  {:<9} {:<16} {:<16} {:<24} {:>8}  {}\n", Text(row, "id"),
               Text(row, "state"), Text(row, "channel"), Text(row, "leader"),
               Text(row, "subscription") + " " + Text(row, "period"),
               Text(row, "attempts"), Text(row, "reason"));
  }
}

// One real attempt, by the channel as it is configured now.
absl::Status SendTest(const Settings& settings, const std::string& name,
                      const std::string& leader) {
  const auto channels = Channels::Load(settings.config);
  if (!channels.ok()) return channels.status();
  const ConfiguredChannel* channel = channels->Find(name);
  if (channel == nullptr) {
    return absl::NotFoundError(
        fmt::format("there is no channel '{}'; the configuration has: {}", name,
                    channels->Names()));
  }
  const auto templates = Catalogue::Load(settings.config.templates_dir());
  if (!templates.ok()) return templates.status();
  const os::SystemClock clock;
  const absl::Time now = clock.Wall();
  std::string to = leader;
  if (to.empty() && channel->config.has_smtp()) {
    to = channel->config.smtp().recipients(0).leader();
  }
  const v1::Digest digest = TestDigest(to.empty() ? "leader" : to, now);
  const Sending sending{
      name, fmt::format("test:{}:{}", absl::ToUnixMillis(now), name), true};
  auto parcel = Pack(*channel, *templates, digest, sending, 0, now);
  if (!parcel.ok()) return parcel.status();
  auto carriers = Carriers::Make(*channels);
  if (!carriers.ok()) return carriers.status();
  (*carriers)->Carry(*std::move(parcel));
  while (true) {
    os::WaitReadable({(*carriers)->fd()}, absl::Seconds(1));
    const auto carried = (*carriers)->Take();
    if (!carried) continue;
    const Attempt& attempt = carried->attempt;
    if (attempt.result == Attempt::Result::kDelivered) {
      // Standard output may be the channel itself.
      fmt::print(stderr, "delivered over {}\n", name);
      return absl::OkStatus();
    }
    std::string next = "parked at once";
    if (attempt.result == Attempt::Result::kTryAgain) {
      next = "tried again until its time is up, then parked";
      if (attempt.wait) {
        next += fmt::format("; not before {} s, as the receiver asks",
                            absl::ToInt64Seconds(*attempt.wait));
      }
    }
    return absl::UnavailableError(
        fmt::format("{}: {}{}{}. A digest would be {}", name, attempt.reason,
                    attempt.detail.empty() ? "" : ": ", attempt.detail, next));
  }
}

absl::Status CheckTemplates(const Settings& settings) {
  const auto templates = Catalogue::Load(settings.config.templates_dir());
  if (!templates.ok()) return templates.status();
  std::string mistakes;
  for (const std::string& name : templates->names()) {
    size_t largest = 0;
    bool fine = true;
    for (const SampleDigest& sample : SampleDigests()) {
      const Sending sending{"sample", "sample:2027-01-15:sample", false};
      const auto text = templates->Render(name, sample.digest, sending);
      if (text.ok()) {
        largest = std::max(largest, text->size());
        continue;
      }
      fine = false;
      mistakes +=
          fmt::format("{}{} (the {} sample)", mistakes.empty() ? "" : "\n",
                      os::StatusText(text.status()), sample.name);
    }
    fmt::print("{:<20} {:<9} {}\n", name,
               templates->Replaced(name) ? "yours" : "built in",
               fine ? fmt::format("ok, up to {} bytes", largest) : "wrong");
  }
  return mistakes.empty() ? absl::OkStatus()
                          : absl::InvalidArgumentError(mistakes);
}

absl::Status ShowTemplate(const std::string& name) {
  const auto text = BuiltInTemplate(name);
  if (!text) {
    return absl::NotFoundError(fmt::format("there is no template '{}', only {}",
                                           name,
                                           fmt::join(BuiltInNames(), ", ")));
  }
  fmt::print("{}", *text);
  return absl::OkStatus();
}

CLI::App* Add(CLI::App& app, const std::string& name, const std::string& what,
              const std::string& examples) {
  CLI::App* command = app.add_subcommand(name, what);
  command->footer("Examples:\n" + examples);
  return command;
}

}  // namespace

struct DeliveryCommands::Options {
  bool json = false;
  std::string state;
  std::string channel;
  std::string leader;
  std::string id;
  std::string insight;
  std::string name;
};

DeliveryCommands::DeliveryCommands(CLI::App& app,
                                   std::function<void(Action)> choose)
    : choose_(std::move(choose)), options_(std::make_unique<Options>()) {
  DefineDeliveries(app);
  DefineTest(app);
  DefineWhy(app);
  DefineTemplates(app);
}

DeliveryCommands::~DeliveryCommands() = default;

void DeliveryCommands::DefineDeliveries(CLI::App& app) {
  Options& options = *options_;
  CLI::App* group = Add(app, "deliveries", "What went out over channels.",
                        "  earshot-feed deliveries list --state parked\n"
                        "  earshot-feed deliveries retry 42");
  group->require_subcommand(1);
  CLI::App* list = Add(*group, "list", "The latest 1000, the newest first.",
                       "  earshot-feed deliveries list\n"
                       "  earshot-feed deliveries list --state parked --json");
  list->add_option("--state", options.state,
                   "queued, sending, delivered or parked");
  list->add_option("--channel", options.channel);
  list->add_option("--leader", options.leader);
  list->add_flag("--json", options.json);
  list->callback([this, &options] {
    choose_([&options](const Settings& settings) {
      const auto text =
          LocalFeedClient(settings.SocketFile())
              .Tell("deliveries",
                    {"list", options.state, options.channel, options.leader});
      if (!text.ok()) return text.status();
      if (options.json) {
        fmt::print("{}\n", *text);
      } else {
        PrintRows(Json::parse(*text, nullptr, false));
      }
      return absl::OkStatus();
    });
  });
  const auto one = [&](const char* name, const char* what) {
    CLI::App* command =
        Add(*group, name, what,
            fmt::format("  earshot-feed deliveries {} 42", name));
    command->add_option("id", options.id, "its number in the list")->required();
    command->callback([this, &options, verb = std::string(name)] {
      choose_([&options, verb](const Settings& settings) {
        const auto text = LocalFeedClient(settings.SocketFile())
                              .Tell("deliveries", {verb, options.id});
        if (!text.ok()) return text.status();
        const auto json = Json::parse(*text, nullptr, false);
        if (!json.is_object()) {
          fmt::print("{}\n", *text);
          return absl::OkStatus();
        }
        for (const auto& [key, value] : json.items()) {
          fmt::print("{:<16} {}\n", key, Text(json, key.c_str()));
        }
        return absl::OkStatus();
      });
    });
  };
  one("show", "All that is known of one, with the receiver's words.");
  one("retry", "Send a parked one again, now.");
}

void DeliveryCommands::DefineTest(CLI::App& app) {
  Options& options = *options_;
  CLI::App* command =
      Add(app, "test-channel",
          "Send a made-up digest over a channel, once and for real.",
          "  earshot-feed test-channel ops-hook\n"
          "  earshot-feed test-channel mail --for dana");
  command->add_option("name", options.name, "the channel's")->required();
  command->add_option("--for", options.leader,
                      "the leader whose address a mail goes to");
  command->callback([this, &options] {
    choose_([&options](const Settings& settings) {
      return SendTest(settings, options.name, options.leader);
    });
  });
}

void DeliveryCommands::DefineWhy(CLI::App& app) {
  Options& options = *options_;
  CLI::App* command = Add(
      app, "why", "Why a leader was, or was not, told of an insight, and when.",
      "  earshot-feed why dana 412");
  command->add_option("leader", options.leader, "the leader's id")->required();
  command->add_option("insight", options.insight, "its number, as in #412")
      ->required();
  command->callback([this, &options] {
    choose_([&options](const Settings& settings) {
      const auto text = LocalFeedClient(settings.SocketFile())
                            .Tell("why", {options.leader, options.insight});
      if (text.ok()) fmt::print("{}", *text);
      return text.status();
    });
  });
}

void DeliveryCommands::DefineTemplates(CLI::App& app) {
  Options& options = *options_;
  CLI::App* group = Add(app, "templates", "How mails, pages and bodies look.",
                        "  earshot-feed templates check\n"
                        "  earshot-feed templates show mail.html");
  group->require_subcommand(1);
  Add(*group, "check",
      "Render every template on sample digests and list every mistake.",
      "  earshot-feed templates check --config feed.conf")
      ->callback([this] { choose_(CheckTemplates); });
  CLI::App* show =
      Add(*group, "show", "Print a template that the program carries.",
          "  earshot-feed templates show slack.json > "
          "/etc/earshot/templates/slack.json");
  show->add_option("name", options.name, "such as mail.html")->required();
  show->callback([this, &options] {
    choose_([&options](const Settings&) { return ShowTemplate(options.name); });
  });
}

}  // namespace earshot::feed
