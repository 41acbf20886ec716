#include "dashboard_feed/rehearse/command.h"

#include <fmt/format.h>

#include <cstdio>
#include <optional>
#include <tuple>

#include "base/os/clock.h"
#include "base/os/status_text.h"
#include "base/telemetry/progress.h"
#include "dashboard_feed/rehearse/rehearse.h"

namespace earshot::feed {
namespace {

constexpr int kDone = 0;
constexpr int kFailed = 1;
constexpr int kUsage = 2;

// A day means its beginning, UTC.
absl::StatusOr<absl::Time> ParseMoment(const std::string& name,
                                       const std::string& text) {
  absl::Time time;
  std::string ignored;
  if (absl::ParseTime(absl::RFC3339_full, text, &time, &ignored) ||
      absl::ParseTime("%Y-%m-%d", text, absl::UTCTimeZone(), &time, &ignored)) {
    return time;
  }
  return absl::InvalidArgumentError(
      fmt::format("--{} '{}' is not a time; write 2026-11-02 or "
                  "2026-11-02T08:00:00Z",
                  name, text));
}

}  // namespace

int RunRehearse(const RehearseOptions& options) {
  Rehearsal rehearsal;
  rehearsal.observations = options.observations;
  rehearsal.organisation = options.organisation;
  rehearsal.subscriptions = options.subscriptions;
  rehearsal.out = options.out;
  for (const std::string& form : options.also) {
    rehearsal.text = rehearsal.text || form == "text";
    rehearsal.html = rehearsal.html || form == "html";
  }
  for (auto& [name, text, time] :
       {std::tuple{"from", &options.from, &rehearsal.from},
        std::tuple{"to", &options.to, &rehearsal.to}}) {
    const auto parsed = ParseMoment(name, *text);
    if (!parsed.ok()) {
      fmt::print(stderr, "earshot-feed: {}\n", os::StatusText(parsed.status()));
      return kUsage;
    }
    *time = *parsed;
  }
  if (rehearsal.to < rehearsal.from) {
    fmt::print(stderr, "earshot-feed: --to is before --from\n");
    return kUsage;
  }
  const os::SystemClock clock;
  std::optional<telemetry::Progress> progress;
  rehearsal.progress = [&](uint64_t done, uint64_t all) {
    if (!progress) progress.emplace(clock, all);
    progress->Show(done, fmt::format("{} of {} rows", done, all));
  };
  const auto rehearsed = Rehearse(rehearsal);
  progress.reset();
  if (!rehearsed.ok()) {
    fmt::print(stderr, "earshot-feed: {}\n",
               os::StatusText(rehearsed.status()));
    return absl::IsInvalidArgument(rehearsed.status()) ||
                   absl::IsNotFound(rehearsed.status())
               ? kUsage
               : kFailed;
  }
  for (const std::string& note : rehearsed->notes) {
    fmt::print(stderr, "{}\n", note);
  }
  for (const BadLine& bad : rehearsed->bad) {
    fmt::print(stderr, "{}:{}: {}\n", options.observations, bad.line,
               bad.reason);
  }
  if (rehearsed->refused > rehearsed->bad.size()) {
    fmt::print(stderr, "and {} rows more\n",
               rehearsed->refused - rehearsed->bad.size());
  }
  fmt::print("{} rows, {} refused; {} insights, {} digests, {} alerts in {}\n",
             rehearsed->rows, rehearsed->refused, rehearsed->insights,
             rehearsed->digests, rehearsed->alerts, options.out);
  return kDone;
}

}  // namespace earshot::feed
