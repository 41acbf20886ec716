#include "router/replay/replay.h"

#include <fmt/format.h>

#include "base/os/random.h"
#include "router/organisation/organisation.h"

namespace earshot::router {
namespace {

constexpr size_t kPage = 1000;
constexpr size_t kSaltBytes = 16;

// What was understood, and what an operator did with it, is made again or not
// needed; their places stay, so that positions mean the same.
LogEntry CopyOf(const LogRow& row) {
  LogEntry entry;
  switch (row.kind) {
    case v1::LOG_READING:
    case v1::LOG_CONFIGURATION:
    case v1::LOG_ERASURE:
    case v1::LOG_ERASE_DONE:
      entry.kind = v1::LOG_LOST;
      return entry;
    default:
      break;
  }
  entry.kind = row.kind;
  entry.body = row.body;
  entry.personal = row.personal;
  if (!entry.personal.empty()) entry.salt = std::string(kSaltBytes, '\0');
  if (!row.token.agent.empty()) entry.token = row.token;
  return entry;
}

absl::Status CopyLog(Log& from, LogWriter& to) {
  uint64_t after = 0;
  while (true) {
    const auto rows = from.ReadAfter(after, kPage);
    if (!rows.ok()) return rows.status();
    if (rows->empty()) return absl::OkStatus();
    LogAppend append;
    for (const LogRow& row : *rows) {
      if (row.position != after + 1) {
        return absl::DataLossError("the log has a hole");
      }
      after = row.position;
      append.entries.push_back(CopyOf(row));
    }
    const auto first = to.AppendAndWait(std::move(append));
    if (!first.ok()) return first.status();
  }
}

}  // namespace

absl::StatusOr<std::unique_ptr<Replayed>> Replayed::Make(
    Log& log, const std::string& folder, const FoldOptions& options,
    const ReplayRules& rules, const v1::Organisation& organisation,
    const os::Clock& clock, telemetry::Log& ops, const Progress& progress) {
  std::unique_ptr<Replayed> replayed(new Replayed());
  os::SystemRandom random;
  auto copy = Log::Open(folder + "/log.db", random);
  if (!copy.ok()) return copy.status();
  replayed->writer_ = std::make_unique<LogWriter>(*std::move(copy));
  absl::Status status = CopyLog(log, *replayed->writer_);
  if (!status.ok()) return status;
  auto reader = Log::OpenForReading(folder + "/log.db");
  if (!reader.ok()) return reader.status();
  replayed->reader_ = *std::move(reader);
  auto views = Views::Open(folder + "/views.db");
  if (!views.ok()) return views.status();
  replayed->views_ = *std::move(views);
  Fold fold(options, *replayed->reader_, *replayed->writer_, *replayed->views_,
            clock, random, ops);
  fold.UseTaxonomy(rules.taxonomy);
  fold.UseModel(rules.model);
  fold.UseOrganisation(organisation, DefaultSubscriptions(organisation));
  status = fold.Recover();
  if (!status.ok()) return status;
  while (true) {
    const auto more = fold.Step();
    if (!more.ok()) return more.status();
    progress(fold.counters().read.value());
    if (!*more && fold.Behind() == 0) return replayed;
  }
}

}  // namespace earshot::router
