#include "dashboard_feed/commands_ask.h"

#include <fmt/format.h>

#include <cstdio>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/numbers.h"
#include "base/os/clock.h"
#include "dashboard_feed/client.h"
#include "dashboard_feed/commands_leader.h"
#include "dashboard_feed/decisions/until.h"
#include "dashboard_feed/digest/results.h"
#include "proto/contract/ids.h"
#include "proto/contract/names.h"
#include "proto/contract/times.h"

namespace earshot::feed {

struct AskCommands::Options {
  std::string text;
  std::string insight;
  std::vector<std::string> options;
  std::string scale;
  std::vector<std::string> sites;
  std::vector<std::string> regions;
  std::vector<std::string> roles;
  std::vector<std::string> tags;
  std::string site;
  std::string kind;
  uint32_t severity = 3;
  std::string closes;
  std::string leader;
  LeaderDoor door;
};

namespace {

absl::StatusOr<std::unique_ptr<Client>> Reach(const LeaderDoor& door,
                                              const Settings& settings) {
  return OpenClient(door, settings.SocketFile(), settings.KeyFile());
}

// Sends it, and prints what the feed says.
template <typename Message>
absl::Status Send(absl::StatusOr<std::string> (Client::*how)(
                      const std::string& leader, const Message&),
                  const std::string& leader, const Message& message,
                  const LeaderDoor& door, const Settings& settings) {
  const auto client = Reach(door, settings);
  if (!client.ok()) return client.status();
  const auto text = ((**client).*how)(leader, message);
  if (text.ok()) fmt::print("{}\n", *text);
  return text.status();
}

// "1-5".
absl::Status ReadScale(const std::string& text, v1::Question::Scale& scale) {
  const size_t dash = text.find('-');
  uint32_t low = 0;
  uint32_t high = 0;
  if (dash == std::string::npos ||
      !absl::SimpleAtoi(text.substr(0, dash), &low) ||
      !absl::SimpleAtoi(text.substr(dash + 1), &high)) {
    return absl::InvalidArgumentError(
        fmt::format("'{}' is no scale; write 1-5", text));
  }
  scale.set_low(low);
  scale.set_high(high);
  return absl::OkStatus();
}

void SetScope(const std::vector<std::string>& sites,
              const std::vector<std::string>& regions, v1::Scope& scope) {
  scope.mutable_sites()->Assign(sites.begin(), sites.end());
  scope.mutable_regions()->Assign(regions.begin(), regions.end());
}

}  // namespace

AskCommands::AskCommands(CLI::App& app, std::function<void(Action)> choose)
    : choose_(std::move(choose)), options_(std::make_unique<Options>()) {
  DefineAsk(app);
  DefineGuide(app);
  DefineObserve(app);
  DefineResults(app);
}

AskCommands::~AskCommands() = default;

CLI::App& AskCommands::Define(CLI::App& app, const char* name,
                              const char* about, const char* examples) {
  CLI::App* command = app.add_subcommand(name, about);
  command->footer(fmt::format("Examples:\n{}", examples));
  command->add_option("--as", options_->leader, "the leader who does it")
      ->required();
  AddDoorOptions(*command, options_->door);
  return *command;
}

void AskCommands::DefineAsk(CLI::App& app) {
  Options& options = *options_;
  CLI::App& command = Define(
      app, "ask",
      "Ask one question of those who reported an insight, or of everybody in "
      "your scope. They answer in their inbox; you see how many said what.",
      "  earshot-feed ask \"Does it still happen at night?\" --insight 412 "
      "--choice yes --choice no --as dana\n"
      "  earshot-feed ask \"How was today's shift?\" --scale 1-5 --region "
      "north "
      "--as dana\n"
      "  earshot-feed ask \"What would help most?\" --insight 412 --as dana");
  command.add_option("question", options.text, "in your words")->required();
  command.add_option("--insight", options.insight,
                     "of its reporters; without: of your scope");
  CLI::Option* choice = command.add_option(
      "--choice", options.options, "an option; 2 to 10. Without: a text");
  command.add_option("--scale", options.scale, "as in 1-5")->excludes(choice);
  command.add_option("--site", options.sites, "only these of your scope");
  command.add_option("--region", options.regions, "likewise");
  command.add_option("--closes", options.closes,
                     "36h, 14d, 2w, a day or a time; default: a week");
  command.callback([this, &options] {
    choose_([&options](const Settings& settings) -> absl::Status {
      v1::Question question;
      question.set_text(options.text);
      if (!options.insight.empty()) {
        const auto insight = contract::ParseInsightNumber(options.insight);
        if (!insight.ok()) return insight.status();
        question.set_insight(*insight);
      }
      SetScope(options.sites, options.regions, *question.mutable_scope());
      if (!options.options.empty()) {
        question.mutable_choice()->mutable_options()->Assign(
            options.options.begin(), options.options.end());
      } else if (!options.scale.empty()) {
        absl::Status status =
            ReadScale(options.scale, *question.mutable_scale());
        if (!status.ok()) return status;
      } else {
        question.mutable_open_text();
      }
      if (!options.closes.empty()) {
        const auto closes = ParseUntil(options.closes, os::SystemClock().Wall(),
                                       absl::LocalTimeZone());
        if (!closes.ok()) return closes.status();
        *question.mutable_closes_at() = contract::ToStamp(*closes);
      }
      return Send(&Client::AskFrontLine, options.leader, question, options.door,
                  settings);
    });
  });
}

void AskCommands::DefineGuide(CLI::App& app) {
  Options& options = *options_;
  CLI::App& command = Define(
      app, "guide",
      "Tell people at the sites of your scope what to do from now on. It "
      "stands in their inbox; you see where it was opened.",
      "  earshot-feed guide \"Refund up to 50 without asking\" --role cashier "
      "--as dana\n"
      "  earshot-feed guide \"Use dock 3 until Friday\" --site depot-3 --as "
      "dana");
  command.add_option("guidance", options.text, "in your words")->required();
  command.add_option("--role", options.roles,
                     "whom it is for, as they are called there");
  command.add_option("--site", options.sites, "only these of your scope");
  command.add_option("--region", options.regions, "likewise");
  command.callback([this, &options] {
    choose_([&options](const Settings& settings) -> absl::Status {
      v1::Guidance guidance;
      guidance.set_text(options.text);
      guidance.mutable_roles()->Assign(options.roles.begin(),
                                       options.roles.end());
      SetScope(options.sites, options.regions, *guidance.mutable_scope());
      return Send(&Client::Guide, options.leader, guidance, options.door,
                  settings);
    });
  });
}

void AskCommands::DefineObserve(CLI::App& app) {
  Options& options = *options_;
  CLI::App& command = Define(
      app, "observe",
      "Record what you saw on a visit. It counts as what the front line "
      "reports, signed by you.",
      "  earshot-feed observe \"Two of three lanes closed at noon\" --site "
      "store-014 --as dana\n"
      "  earshot-feed observe \"The night crew had it spotless\" --site "
      "store-014 --kind praise --as dana");
  command.add_option("text", options.text, "in your words")->required();
  command.add_option("--site", options.site, "where; of your scope")
      ->required();
  command.add_option("--severity", options.severity, "1 lowest to 5 highest")
      ->check(CLI::Range(1, 5));
  command.add_option("--kind", options.kind,
                     "pain_point, praise, idea, preference_change, "
                     "process_gap, employee_experience, risk or noise");
  command.add_option("--tag", options.tags, "a word to find it by");
  command.callback([this, &options] {
    choose_([&options](const Settings& settings) -> absl::Status {
      v1::Observation observation;
      observation.set_text(options.text);
      observation.set_site(options.site);
      observation.set_severity(options.severity);
      observation.mutable_tags()->Assign(options.tags.begin(),
                                         options.tags.end());
      if (!options.kind.empty()) {
        const auto kind = contract::ParseKind(options.kind);
        if (!kind) {
          return absl::InvalidArgumentError(
              fmt::format("'{}' is no kind; see 'earshot-feed observe --help'",
                          options.kind));
        }
        observation.set_kind(*kind);
      }
      return Send(&Client::Observe, options.leader, observation, options.door,
                  settings);
    });
  });
}

void AskCommands::DefineResults(CLI::App& app) {
  Options& options = *options_;
  CLI::App& command =
      Define(app, "results",
             "What came of your questions and guidance, the latest first.",
             "  earshot-feed results --as dana");
  command.callback([this, &options] {
    choose_([&options](const Settings& settings) -> absl::Status {
      const auto client = Reach(options.door, settings);
      if (!client.ok()) return client.status();
      const auto results = (*client)->Results(options.leader);
      if (!results.ok()) return results.status();
      fmt::print("{}", ResultsAsText(*results, absl::LocalTimeZone()));
      return absl::OkStatus();
    });
  });
}

}  // namespace earshot::feed
