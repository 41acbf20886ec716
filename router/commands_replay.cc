#include "router/commands_replay.h"

#include <fmt/format.h>

#include <cstdio>
#include <filesystem>
#include <nlohmann/json.hpp>
#include <string>
#include <utility>

#include "base/os/clock.h"
#include "base/os/files.h"
#include "base/telemetry/log.h"
#include "base/telemetry/progress.h"
#include "router/command_output.h"
#include "router/organisation/organisation.h"
#include "router/replay/replay.h"

namespace earshot::router {

struct ReplayCommand::Options {
  std::string from;
  std::string rules;
  std::string model;
  bool diff = false;
  bool json = false;
};

namespace {

// Gone when the command ends; what a killed one left goes with the next, and
// when the router starts.
class ScratchFolder {
 public:
  explicit ScratchFolder(std::string path) : path_(std::move(path)) {
    Remove();
  }
  ~ScratchFolder() { Remove(); }
  ScratchFolder(const ScratchFolder&) = delete;
  ScratchFolder& operator=(const ScratchFolder&) = delete;

  absl::StatusOr<std::string> Make(const std::string& name) {
    const std::string folder = path_ + "/" + name;
    absl::Status status = os::MakeFolder(path_, 0700);
    if (status.ok()) status = os::MakeFolder(folder, 0700);
    if (!status.ok()) return status;
    return folder;
  }

 private:
  void Remove() {
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
  }
  const std::string path_;
};

absl::StatusOr<absl::Time> Since(const std::string& text) {
  if (text.empty()) return absl::InfinitePast();
  absl::Time time;
  std::string ignored;
  if (absl::ParseTime(absl::RFC3339_full, text, &time, &ignored) ||
      absl::ParseTime("%Y-%m-%d", text, absl::LocalTimeZone(), &time,
                      &ignored)) {
    return time;
  }
  return absl::InvalidArgumentError(
      fmt::format("'{}' is not a day such as 2026-11-01", text));
}

void PrintJson(const ReplayDiff& diff) {
  nlohmann::ordered_json out;
  out["observations"] = diff.observations;
  out["topics"] = diff.topics;
  out["kinds"] = diff.kinds;
  out["moves"] = nlohmann::ordered_json::array();
  for (const auto& [move, count] : diff.moves) {
    out["moves"].push_back({{"topics", move}, {"observations", count}});
  }
  out["insights_before"] = diff.insights_before;
  out["insights_after"] = diff.insights_after;
  out["joined_elsewhere"] = diff.joined_elsewhere;
  out["fall_apart"] = diff.fall_apart;
  out["flow_together"] = diff.flow_together;
  out["first"] = nlohmann::ordered_json::array();
  for (const ReplayDiff::Ranked& one : diff.first) {
    out["first"].push_back({{"topic", one.topic},
                            {"priority_milli", one.priority_milli},
                            {"rank_before", one.rank_before}});
  }
  fmt::print("{}\n", out.dump(2));
}

void PrintText(const ReplayDiff& diff) {
  fmt::print("{} observations compared\n", diff.observations);
  fmt::print("topic     {} would have another\n", diff.topics);
  for (const auto& [move, count] : diff.moves) {
    fmt::print("  {:>8}  {}\n", count, move);
  }
  fmt::print("kind      {} would be another\n", diff.kinds);
  fmt::print(
      "insights  {} now, {} then: {} would fall apart, {} would flow into "
      "another, {} observations would be elsewhere\n",
      diff.insights_before, diff.insights_after, diff.fall_apart,
      diff.flow_together, diff.joined_elsewhere);
  fmt::print("first then\n");
  size_t rank = 0;
  for (const ReplayDiff::Ranked& one : diff.first) {
    ++rank;
    const std::string was = one.rank_before == 0 ? "not among the first now"
                            : one.rank_before == rank
                                ? "as now"
                                : fmt::format("now {}", one.rank_before);
    fmt::print("  {:>2}. {:<40} {:>7.3f}  {}\n", rank, one.topic,
               static_cast<double>(one.priority_milli) / 1000, was);
  }
  fmt::print("Nothing was changed.\n");
}

absl::Status Run(const Settings& settings, const std::string& from,
                 const std::string& rules, const std::string& model,
                 bool json) {
  const auto since = Since(from);
  if (!since.ok()) return since.status();
  auto log = Log::OpenForReading(settings.LogFile());
  if (!log.ok()) return NoRouterHere(settings, log.status());
  const auto secret = os::ReadFile(settings.InData("hmac.key"), 64);
  if (!secret.ok()) return secret.status();
  const auto loaded = LoadFiles(settings);
  if (!loaded.ok()) return loaded.status();
  const ReplayRules now{loaded->taxonomy, loaded->model};
  ReplayRules then = now;
  if (!rules.empty()) {
    auto taxonomy = LoadTaxonomy(rules);
    if (!taxonomy.ok()) return taxonomy.status();
    then.taxonomy = *std::move(taxonomy);
  }
  if (!model.empty()) {
    auto other = LoadModel(model);
    if (!other.ok()) return other.status();
    then.model = *std::move(other);
  }
  const FoldOptions options{*secret, settings.config.remembered_texts(),
                            settings.config.near_texts(),
                            settings.config.compared_issues()};
  ScratchFolder scratch(settings.InData("replay"));
  const os::SystemClock clock;
  telemetry::Log quiet("replay", telemetry::Level::kError,
                       telemetry::LogFormat::kText);
  telemetry::Progress progress(clock, 0);
  const auto replay = [&](const char* name, const ReplayRules& with)
      -> absl::StatusOr<std::unique_ptr<Replayed>> {
    const auto folder = scratch.Make(name);
    if (!folder.ok()) return folder.status();
    return Replayed::Make(**log, *folder, options, with, loaded->organisation,
                          clock, quiet, [&](uint64_t done) {
                            progress.Show(done,
                                          fmt::format("texts read, {}", name));
                          });
  };
  auto before = replay("now", now);
  if (!before.ok()) return before.status();
  auto after = replay("then", then);
  if (!after.ok()) return after.status();
  const auto diff = Compare(**before, **after, *since);
  progress.Clear();
  if (!diff.ok()) return diff.status();
  if (json) {
    PrintJson(*diff);
  } else {
    PrintText(*diff);
  }
  return absl::OkStatus();
}

}  // namespace

ReplayCommand::ReplayCommand(CLI::App& app, std::function<void(Action)> choose)
    : options_(std::make_unique<Options>()) {
  Options& options = *options_;
  CLI::App* replay = app.add_subcommand(
      "replay",
      "Read every text of the log again with other rules, and say what would "
      "be classified, joined and ranked differently. Changes nothing: to "
      "accept "
      "it, name the file in the configuration and reload.");
  replay->footer(
      "Examples:\n"
      "  earshot-router replay --rules taxonomy.new --diff\n"
      "  earshot-router replay --from 2026-11-01 --model new.model --diff "
      "--json");
  replay->add_option("--from", options.from,
                     "compare what came in since; default: all");
  replay->add_option("--rules", options.rules,
                     "a taxonomy file; default: the one in force");
  replay->add_option("--model", options.model,
                     "a model of understanding; default: the one in force");
  replay->add_flag("--diff", options.diff, "say what would be otherwise")
      ->required();
  replay->add_flag("--json", options.json, "for scripts");
  replay->callback([choose, &options] {
    choose([&options](const Settings& settings) {
      return Run(settings, options.from, options.rules, options.model,
                 options.json);
    });
  });
}

ReplayCommand::~ReplayCommand() = default;

}  // namespace earshot::router
