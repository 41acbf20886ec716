#include "dashboard_feed/commands_leader.h"

#include <fmt/format.h>
#include <unistd.h>

#include <cstdio>
#include <string>
#include <utility>

#include "base/os/clock.h"
#include "base/os/files.h"
#include "dashboard_feed/brief/brief.h"
#include "dashboard_feed/decisions/until.h"
#include "dashboard_feed/printing/browser.h"
#include "dashboard_feed/render/render.h"
#include "dashboard_feed/templates/catalogue.h"
#include "proto/contract/ids.h"
#include "proto/contract/times.h"

namespace earshot::feed {

struct LeaderCommands::Options {
  std::string leader;
  LeaderDoor door;
  std::string format = "text";
  std::string paper = "A4";
  std::string out;
  std::string browser;
  std::string insight;
  std::string reason;
  std::string until;
  bool preview = false;
};

namespace {

absl::Status Print(const std::string& text) {
  fmt::print("{}", text);
  if (std::fflush(stdout) == 0) return absl::OkStatus();
  return absl::UnavailableError("standard output takes nothing more");
}

absl::StatusOr<std::string> AsPdf(const std::string& named,
                                  const std::string& html) {
  std::string browser = named;
  if (browser.empty()) {
    auto found = FindBrowser();
    if (!found.ok()) return found.status();
    browser = *std::move(found);
  }
  return PrintToPdf(browser, html, os::SystemClock());
}

absl::StatusOr<std::unique_ptr<Client>> Reach(const LeaderDoor& door,
                                              const Settings& settings) {
  return OpenClient(door, settings.SocketFile(), settings.KeyFile());
}

}  // namespace

void AddDoorOptions(CLI::App& command, LeaderDoor& door) {
  command.add_option("--key", door.key,
                     "the leader's key file; without it: as the local user, "
                     "over the feed's socket");
  command.add_option("--endpoint", door.endpoint,
                     "with --key: where the feed listens for leaders");
  command.add_option("--feed-key", door.feed_key,
                     "with --key: the feed's public key, or its file");
}

LeaderCommands::LeaderCommands(CLI::App& app,
                               std::function<void(Action)> choose)
    : choose_(std::move(choose)), options_(std::make_unique<Options>()) {
  DefineBrief(app);
  DefineMute(app);
}

LeaderCommands::~LeaderCommands() = default;

void LeaderCommands::DefineBrief(CLI::App& app) {
  Options& options = *options_;
  CLI::App* command =
      app.add_subcommand("brief", "One page to sit down with, as of now.");
  command->footer(
      "Examples:\n"
      "  earshot-feed brief --for dana\n"
      "  earshot-feed brief --for dana --format html --out brief.html\n"
      "  earshot-feed brief --for dana --format pdf --paper letter --out "
      "brief.pdf");
  command->add_option("--for", options.leader, "the leader's id")->required();
  command
      ->add_option("--format", options.format,
                   "text (default); html: prints to one page; pdf: by way of "
                   "an installed Chromium")
      ->check(CLI::IsMember({"text", "html", "pdf"}));
  command->add_option("--paper", options.paper, "A4 (default) or letter")
      ->check(CLI::IsMember({"A4", "letter"}));
  command->add_option("--out", options.out,
                      "where it goes; default: standard output; pdf needs it");
  command->add_option("--browser", options.browser,
                      "that prints the pdf; default: the first Chromium or "
                      "Chrome of PATH");
  AddDoorOptions(*command, options.door);
  command->callback([this, &options] {
    choose_([&options](const Settings& settings) -> absl::Status {
      if (options.format == "pdf" && options.out.empty()) {
        return absl::InvalidArgumentError(
            "a pdf needs a file; name one with --out");
      }
      const auto client = Reach(options.door, settings);
      if (!client.ok()) return client.status();
      const auto digest = (*client)->DigestNow(options.leader, {});
      if (!digest.ok()) return digest.status();
      std::string text;
      if (options.format == "text") {
        text = DigestAsText(MakeBrief(*digest),
                            options.out.empty() && ::isatty(STDOUT_FILENO));
      } else {
        const auto templates = Catalogue::Load(settings.config.templates_dir());
        if (!templates.ok()) return templates.status();
        Sending sending;
        sending.paper = options.paper;
        auto page = templates->Render(kBriefTemplate, *digest, sending);
        if (page.ok() && options.format == "pdf") {
          page = AsPdf(options.browser, *page);
        }
        if (!page.ok()) return page.status();
        text = *std::move(page);
      }
      if (options.out.empty()) return Print(text);
      return os::WriteFileAtomically(options.out, text, 0600);
    });
  });
}

void LeaderCommands::DefineMute(CLI::App& app) {
  Options& options = *options_;
  CLI::App* command = app.add_subcommand(
      "mute", "Hide an insight from digests until a time, with a reason.");
  command->footer(
      "Examples:\n"
      "  earshot-feed mute 412 --reason \"The refit ends in March\" --until "
      "2w --as dana\n"
      "  earshot-feed mute 412 --reason \"Known\" --until 2026-12-01 --as dana "
      "--preview\n"
      "  earshot-feed mute 412 --until now --as dana");
  command->add_option("insight", options.insight, "its number, as in #412")
      ->required();
  command->add_option("--reason", options.reason,
                      "listed with it when it shows again; obligatory, but "
                      "with --until now");
  command
      ->add_option("--until", options.until,
                   "36h, 14d, 2w, a day or a time, at most 90 days; now: show "
                   "it again")
      ->required();
  command->add_option("--as", options.leader, "the leader who decides")
      ->required();
  command->add_flag("--preview", options.preview,
                    "say what it would hide, and send nothing");
  AddDoorOptions(*command, options.door);
  command->callback([this, &options] {
    choose_([&options](const Settings& settings) -> absl::Status {
      const auto insight = contract::ParseInsightNumber(options.insight);
      if (!insight.ok()) return insight.status();
      const absl::Time now = os::SystemClock().Wall();
      auto until = ParseUntil(options.until, now, absl::LocalTimeZone());
      if (!until.ok()) return until.status();
      // The feed's clock may be behind this one.
      if (*until == now) until = absl::UnixEpoch();
      v1::Decision decision;
      decision.set_insight(*insight);
      decision.mutable_mute()->set_reason(options.reason);
      *decision.mutable_mute()->mutable_until() = contract::ToStamp(*until);
      const auto client = Reach(options.door, settings);
      if (!client.ok()) return client.status();
      const auto text = options.preview
                            ? (*client)->Preview(options.leader, decision)
                            : (*client)->Decide(options.leader, decision);
      if (!text.ok()) return text.status();
      return Print(*text + "\n");
    });
  });
}

}  // namespace earshot::feed
