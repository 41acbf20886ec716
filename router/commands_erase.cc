#include "router/commands_erase.h"

#include <fmt/format.h>

#include <cstdio>
#include <string>
#include <utility>
#include <vector>

#include "base/os/bytes.h"
#include "base/os/clock.h"
#include "base/os/files.h"
#include "base/os/poll.h"
#include "base/os/random.h"
#include "base/os/sha256.h"
#include "base/telemetry/progress.h"
#include "proto/contract/ids.h"
#include "router/command_output.h"
#include "router/erasure/find_erasures.h"
#include "router/intake/record_reader.h"
#include "router/log/log.h"
#include "router/views/views.h"

namespace earshot::router {

struct EraseCommand::Options {
  std::vector<std::string> observations;
  std::string reporter;
  bool preview = false;
};

namespace {

constexpr absl::Duration kWait = absl::Seconds(15);

absl::StatusOr<std::string> IdOf(Views& views, const std::string& router_key,
                                 const std::string& given) {
  auto found = views.FindObservationByPrefix(given);
  if (!found.ok()) return found.status();
  if (*found) return (*found)->observation;
  const auto record = os::FromHex(given);
  if (record.ok() && record->size() == contract::kIdBytes) {
    return contract::MakeObservationId(router_key, {*record}).bytes;
  }
  return absl::NotFoundError(fmt::format(
      "no observation has the id '{}'; give an agent's record id, as in "
      "'earshot-agent status', or the first digits of the router's own",
      given));
}

// The router takes it within a second, if it runs.
absl::Status WaitUntilTaken(Log& log) {
  const os::SystemClock clock;
  const absl::Duration until = clock.Monotonic() + kWait;
  while (clock.Monotonic() < until) {
    const auto asked = log.ErasuresAsked(1);
    if (!asked.ok()) return asked.status();
    if (asked->empty()) {
      fmt::print(
          "Erased here; feeds and agents erase theirs as soon as they are "
          "connected.\nWhat went out by mail or webhook is with those who got "
          "it.\n");
      return absl::OkStatus();
    }
    os::WaitReadable({}, absl::Milliseconds(100));
  }
  fmt::print(
      "Asked for. The router does not run: it erases when it starts, before "
      "anybody is served.\n");
  return absl::OkStatus();
}

absl::Status Run(const Settings& settings,
                 const std::vector<std::string>& observations,
                 const std::string& reporter, bool preview) {
  if (observations.empty() == reporter.empty()) {
    return absl::InvalidArgumentError(
        "say what is to be erased: --observation or --reporter");
  }
  auto log = Log::OpenForReading(settings.LogFile());
  if (!log.ok()) return NoRouterHere(settings, log.status());
  auto views = Views::OpenForReading(settings.ViewsFile());
  if (!views.ok()) return NoRouterHere(settings, views.status());
  const auto secret = os::ReadFile(settings.InData("hmac.key"), 64);
  if (!secret.ok()) return secret.status();
  ErasureWanted wanted;
  for (const std::string& given : observations) {
    auto id = IdOf(**views, *secret, given);
    if (!id.ok()) return id.status();
    wanted.observations.insert(*std::move(id));
  }
  if (!reporter.empty()) {
    wanted.reporter = reporter;
    wanted.reporter_key =
        RecordReader::KeyOfName(os::HmacKey(*secret), reporter);
  }
  const auto end = (*log)->End();
  if (!end.ok()) return end.status();
  const os::SystemClock clock;
  os::SystemRandom random;
  telemetry::Progress progress(clock, *end);
  const auto found =
      FindErasures(**log, wanted, *secret, random,
                   [&](uint64_t read) { progress.Show(read, "records read"); });
  progress.Clear();
  if (!found.ok()) return found.status();
  fmt::print("{:<14} {}\n{:<14} {}\n{:<14} {}\n", "reports", found->texts,
             "verdicts", found->words, "dead letters", found->letters.size());
  if (found->records.empty() && found->letters.empty()) {
    return absl::NotFoundError(
        "there is nothing of it here, or it was erased before");
  }
  if (preview) {
    fmt::print("Nothing was erased.\n");
    return absl::OkStatus();
  }
  absl::Status status =
      Log::AskErasures(settings.LogFile(), found->records, found->letters);
  return status.ok() ? WaitUntilTaken(**log) : status;
}

}  // namespace

EraseCommand::EraseCommand(CLI::App& app, std::function<void(Action)> choose)
    : options_(std::make_unique<Options>()) {
  Options& options = *options_;
  CLI::App* erase = app.add_subcommand(
      "erase",
      "Remove what somebody wrote, for good: from the router, its feeds and "
      "its agents. Counts stay, and a record that something was erased.");
  erase->footer(
      "Examples:\n"
      "  earshot-router erase --reporter \"Maria Lopez\" --preview\n"
      "  earshot-router erase --reporter \"Maria Lopez\"\n"
      "  earshot-router erase --observation 4f2a9c01");
  CLI::Option* ids = erase->add_option(
      "--observation", options.observations,
      "an agent's record id, or the first digits of the router's own; more "
      "than one may follow");
  erase
      ->add_option("--reporter", options.reporter,
                   "all reports that this name was given with, spelled so")
      ->excludes(ids);
  erase->add_flag("--preview", options.preview,
                  "count what would be erased, and erase nothing");
  erase->callback([choose, &options] {
    choose([&options](const Settings& settings) {
      return Run(settings, options.observations, options.reporter,
                 options.preview);
    });
  });
}

EraseCommand::~EraseCommand() = default;

}  // namespace earshot::router
