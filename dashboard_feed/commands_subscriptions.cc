#include "dashboard_feed/commands_subscriptions.h"

#include <fmt/format.h>

#include <nlohmann/json.hpp>
#include <string>
#include <utility>
#include <vector>

#include "base/config/text_config.h"
#include "dashboard_feed/commands_leader.h"
#include "dashboard_feed/render/subscription_json.h"
#include "proto/contract/subscription.h"

namespace earshot::feed {
namespace {

using Json = nlohmann::ordered_json;
using Names = google::protobuf::RepeatedPtrField<std::string>;

std::string Joined(const Names& names) {
  return fmt::format("{}", fmt::join(names, ","));
}

std::string WhenOf(const v1::Subscription& s) {
  std::string when = contract::CadenceName(s.cadence());
  const auto add = [&](const std::string& what) {
    if (!what.empty()) when += " " + what;
  };
  if (s.cadence() == v1::Subscription::EVERY_MINUTES) {
    add(fmt::format("{}", s.minutes()));
  }
  add(s.weekday());
  add(Joined(s.weekdays()));
  add(s.at());
  if (s.minutes_before() > 0) add(fmt::format("-{}min", s.minutes_before()));
  add(s.time_zone());
  if (!s.quiet_from().empty()) {
    add(fmt::format("quiet {}-{}", s.quiet_from(), s.quiet_to()));
  }
  return when;
}

void PrintList(const v1::SubscriptionList& list) {
  if (list.entries().empty()) {
    fmt::print("no subscriptions; 'earshot-feed subscription set' makes one\n");
    return;
  }
  fmt::print("{:<20} {:<7} {:<40} {}\n", "id", "from", "when", "channels");
  for (const v1::SubscriptionList::Entry& entry : list.entries()) {
    const v1::Subscription& s = entry.subscription();
    fmt::print("{:<20} {:<7} {:<40} {}{}\n", s.id(),
               entry.changed() ? "leader" : "file", WhenOf(s),
               s.channels().empty() ? "-" : Joined(s.channels()),
               s.paused() ? " (paused)" : "");
  }
}

CLI::App* Add(CLI::App& app, const std::string& name, const std::string& what,
              const std::string& examples) {
  CLI::App* command = app.add_subcommand(name, what);
  command->footer("Examples:\n" + examples);
  return command;
}

void Append(const std::vector<std::string>& from, Names& to) {
  for (const std::string& name : from) to.Add()->assign(name);
}

}  // namespace

struct SubscriptionCommands::Options {
  LeaderDoor door;
  bool json = false;
  std::string leader;
  std::string id;
  std::string file;
  std::string cadence = "daily";
  std::string at;
  std::string quiet;
  std::string time_zone;
  std::string format, language, escalations;
  uint32_t minutes = 0;
  uint32_t minutes_before = 0;
  uint32_t top = 0;
  int64_t minimum_priority = 0;
  bool paused = false;
  std::vector<std::string> weekdays, kinds, channels;
  std::vector<std::string> regions, sites, topics, places, shifts;

  // By the options, or of the file.
  absl::StatusOr<v1::Subscription> Wanted() const;
};

absl::StatusOr<v1::Subscription> SubscriptionCommands::Options::Wanted() const {
  v1::Subscription s;
  if (!file.empty()) {
    absl::Status status = config::LoadFile(file, s);
    if (!status.ok()) return status;
    s.set_id(id);
    return s;
  }
  s.set_id(id);
  if (const auto known = contract::ParseCadence(cadence)) {
    s.set_cadence(*known);
  }
  for (int value = v1::Subscription::Format_MIN;
       value <= v1::Subscription::Format_MAX; ++value) {
    const auto one = static_cast<v1::Subscription::Format>(value);
    if (contract::FormatName(one) == format) s.set_format(one);
  }
  s.set_language(language);
  if (!escalations.empty()) {
    s.set_escalations(escalations == "on" ? v1::Subscription::ON
                                          : v1::Subscription::OFF);
  }
  s.set_at(at);
  s.set_time_zone(time_zone);
  if (!quiet.empty()) {
    const size_t dash = quiet.find('-');
    s.set_quiet_from(quiet.substr(0, dash));
    if (dash != std::string::npos) s.set_quiet_to(quiet.substr(dash + 1));
  }
  s.set_minutes(minutes);
  s.set_minutes_before(minutes_before);
  s.set_top(top);
  s.set_minimum_priority_milli(minimum_priority);
  s.set_paused(paused);
  Append(weekdays, *s.mutable_weekdays());
  Append(kinds, *s.mutable_kinds());
  Append(channels, *s.mutable_channels());
  const bool narrows = !(regions.empty() && sites.empty() && topics.empty() &&
                         places.empty() && shifts.empty());
  if (!narrows) return s;
  Append(regions, *s.mutable_scope()->mutable_regions());
  Append(sites, *s.mutable_scope()->mutable_sites());
  Append(topics, *s.mutable_scope()->mutable_topics());
  Append(places, *s.mutable_scope()->mutable_channels());
  Append(shifts, *s.mutable_scope()->mutable_shifts());
  return s;
}

SubscriptionCommands::SubscriptionCommands(CLI::App& app,
                                           std::function<void(Action)> choose)
    : choose_(std::move(choose)), options_(std::make_unique<Options>()) {
  CLI::App* group =
      Add(app, "subscription", "Which digests a leader gets, and when.",
          "  earshot-feed subscription list --as dana\n"
          "  earshot-feed subscription set dana-brief --as dana --cadence "
          "meeting --weekday monday --at 09:30");
  group->require_subcommand(1);
  DefineList(*group);
  DefineSet(*group);
  DefineRemove(*group);
}

SubscriptionCommands::~SubscriptionCommands() = default;

void SubscriptionCommands::DefineList(CLI::App& group) {
  Options& options = *options_;
  CLI::App* command =
      Add(group, "list", "Those in force, the operator's and the leader's own.",
          "  earshot-feed subscription list --as dana --json");
  command->add_option("--as", options.leader, "the leader's id")->required();
  command->add_flag("--json", options.json);
  AddDoorOptions(*command, options.door);
  command->callback([this, &options] {
    choose_([&options](const Settings& settings) {
      const auto client =
          OpenClient(options.door, settings.SocketFile(), settings.KeyFile());
      if (!client.ok()) return client.status();
      const auto list = (*client)->Subscriptions(options.leader);
      if (!list.ok()) return list.status();
      if (!options.json) {
        PrintList(*list);
        return absl::OkStatus();
      }
      Json out = Json::array();
      for (const auto& entry : list->entries())
        out.push_back(SubscriptionAsJson(entry));
      fmt::print("{}\n",
                 out.dump(2, ' ', false, Json::error_handler_t::replace));
      return absl::OkStatus();
    });
  });
}

void SubscriptionCommands::DefineSet(CLI::App& group) {
  Options& options = *options_;
  CLI::App* command = Add(
      group, "set", "Make one, or put it in the place of the one with this id.",
      "  earshot-feed subscription set dana-daily --as dana --at 07:30 "
      "--channel mail --quiet 20:00-07:00\n"
      "  earshot-feed subscription set dana-brief --as dana --cadence meeting "
      "--weekday monday --weekday thursday --at 09:30 --minutes-before 45\n"
      "  earshot-feed subscription set dana-alerts --as dana --cadence "
      "immediate --channel mail\n"
      "  earshot-feed subscription set dana-daily --as dana --file daily.conf");
  command->add_option("id", options.id, "its name")->required();
  command->add_option("--as", options.leader, "the leader's id")->required();
  command
      ->add_option("--file", options.file,
                   "a Subscription in text format, instead of what follows")
      ->check(CLI::ExistingFile);
  command->add_option("--cadence", options.cadence, "default daily")
      ->check(CLI::IsMember({"immediate", "every_minutes", "hourly", "daily",
                             "shift_end", "weekly", "meeting"}));
  command->add_option("--at", options.at, "08:00; when the meeting begins");
  command->add_option("--weekday", options.weekdays,
                      "for daily, weekly, meeting; may be given again");
  command->add_option("--minutes", options.minutes, "for every_minutes");
  command->add_option("--minutes-before", options.minutes_before,
                      "before the meeting; default 30");
  command->add_option("--time-zone", options.time_zone,
                      "Europe/Madrid; default the leader's");
  command->add_option("--quiet", options.quiet,
                      "22:00-07:00: nothing goes out meanwhile");
  command->add_option("--top", options.top, "default 5");
  command->add_option("--minimum-priority", options.minimum_priority,
                      "in thousandths");
  command->add_option("--kind", options.kinds, "pain_point, idea, ...");
  command->add_option("--channel", options.channels,
                      "of the feed's configuration");
  command->add_option("--format", options.format, "text, json or html")
      ->check(CLI::IsMember({"text", "json", "html"}));
  command->add_option("--language", options.language,
                      "es or pt-BR: of templates that the operator has");
  command
      ->add_option("--escalations", options.escalations,
                   "on or off: what waits too long goes over the channels at "
                   "once; default on for immediate")
      ->check(CLI::IsMember({"on", "off"}));
  command->add_flag("--paused", options.paused, "nothing is sent");
  command->add_option("--region", options.regions, "narrows the scope");
  command->add_option("--site", options.sites, "likewise");
  command->add_option("--topic", options.topics, "likewise");
  command->add_option("--site-channel", options.places,
                      "likewise: store, delivery, ...");
  command->add_option("--shift", options.shifts, "likewise");
  AddDoorOptions(*command, options.door);
  command->callback([this, &options] {
    choose_([&options](const Settings& settings) {
      auto wanted = options.Wanted();
      if (!wanted.ok()) return wanted.status();
      const auto client =
          OpenClient(options.door, settings.SocketFile(), settings.KeyFile());
      if (!client.ok()) return client.status();
      v1::LeaderChange change;
      *change.mutable_set() = *std::move(wanted);
      const auto done = (*client)->ChangeOwn(options.leader, change);
      if (done.ok()) fmt::print("{}\n", *done);
      return done.status();
    });
  });
}

void SubscriptionCommands::DefineRemove(CLI::App& group) {
  Options& options = *options_;
  CLI::App* command = Add(
      group, "remove",
      "Take a change back; what the operator's file says is in force again.",
      "  earshot-feed subscription remove dana-brief --as dana");
  command->add_option("id", options.id, "its name")->required();
  command->add_option("--as", options.leader, "the leader's id")->required();
  AddDoorOptions(*command, options.door);
  command->callback([this, &options] {
    choose_([&options](const Settings& settings) {
      const auto client =
          OpenClient(options.door, settings.SocketFile(), settings.KeyFile());
      if (!client.ok()) return client.status();
      v1::LeaderChange change;
      change.set_remove(options.id);
      const auto done = (*client)->ChangeOwn(options.leader, change);
      if (done.ok()) fmt::print("{}\n", *done);
      return done.status();
    });
  });
}

}  // namespace earshot::feed
