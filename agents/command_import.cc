#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <nlohmann/json.hpp>
#include <system_error>

#include "absl/time/clock.h"
#include "agents/command_options.h"
#include "agents/importing/importer.h"
#include "agents/local_agent.h"
#include "base/os/status_text.h"
#include "base/telemetry/progress.h"
#include "earshot/v1/session.pb.h"

namespace earshot::agents {
namespace {

// Rows a second, kept on average from the first row on.
class Pace {
 public:
  Pace(double rows_per_second, const os::Clock& clock)
      : rate_(rows_per_second), clock_(clock), start_(clock.Monotonic()) {}
  size_t BatchRows() const {
    if (rate_ <= 0) return kImportBatchRows;
    return std::clamp<size_t>(static_cast<size_t>(rate_ / 10), 1,
                              kImportBatchRows);
  }
  void Wait(uint64_t rows_so_far) const {
    if (rate_ <= 0) return;
    const absl::Duration due =
        absl::Seconds(static_cast<double>(rows_so_far) / rate_);
    absl::SleepFor(start_ + due - clock_.Monotonic());
  }

 private:
  const double rate_;
  const os::Clock& clock_;
  const absl::Duration start_;
};

v1::ControlRequest RequestOf(const std::vector<ImportRow>& rows) {
  v1::Batch batch;
  for (const ImportRow& row : rows) {
    v1::Record& record = *batch.add_records();
    record.set_kind(v1::RECORD_OBSERVATION);
    record.set_id(row.id.bytes);
    record.set_body(row.draft.SerializeAsString());
  }
  v1::ControlRequest request;
  request.set_command("import_batch");
  request.set_body(batch.SerializeAsString());
  return request;
}

absl::StatusOr<ImportOutcome> OutcomeOf(const std::string& body,
                                        const std::vector<ImportRow>& rows) {
  const auto json = nlohmann::json::parse(body, nullptr, false);
  if (!json.is_object()) {
    return absl::InternalError("the daemon's answer cannot be read");
  }
  ImportOutcome outcome;
  outcome.recorded = json.value("recorded", uint64_t{0});
  outcome.already_known = json.value("already_known", uint64_t{0});
  for (const auto& bad : json.value("refused", nlohmann::json::array())) {
    const auto index = bad[0].get<size_t>();
    if (index >= rows.size()) continue;
    outcome.refused.push_back({rows[index].line, bad[1].get<std::string>()});
  }
  return outcome;
}

// Rows that were refused since the last call, a line each.
void ReportBadRows(const Importer& importer, const contract::Redactor& redactor,
                   size_t& reported, telemetry::Progress& progress) {
  for (; reported < importer.bad_rows().size(); ++reported) {
    const BadRow& bad = importer.bad_rows()[reported];
    progress.Clear();
    // The reason may quote the row.
    fmt::print(stderr, "line {}: {}\n", bad.line,
               redactor.Redact(bad.reason).text);
  }
  if (reported == Importer::kKeptBadRows) {
    fmt::print(stderr, "further refused rows are counted, not listed\n");
    ++reported;
  }
}

absl::StatusOr<contract::RowFormat> FormatOf(const ImportOptions& options) {
  if (options.format == "csv") return contract::RowFormat::kCsv;
  if (options.format == "jsonl") return contract::RowFormat::kJsonLines;
  if (!options.format.empty()) {
    return absl::InvalidArgumentError("--format is jsonl or csv");
  }
  return contract::RowFormatOf(options.file);
}

absl::Status TakeIn(Importer& importer, LocalAgent& agent, const Pace& pace,
                    const contract::Redactor& redactor,
                    telemetry::Progress& progress) {
  size_t reported = 0;
  absl::Status status;
  while (status.ok() && !importer.ended()) {
    const std::vector<ImportRow> rows = importer.Next(pace.BatchRows());
    if (!rows.empty()) {
      const auto body = agent.Ask(RequestOf(rows));
      const auto outcome = body.ok() ? OutcomeOf(*body, rows) : body.status();
      status = outcome.status();
      if (status.ok()) importer.Note(*outcome);
    }
    ReportBadRows(importer, redactor, reported, progress);
    progress.Show(importer.bytes_read(),
                  fmt::format("{} rows", importer.tally().read));
    pace.Wait(importer.tally().read);
  }
  return status;
}

}  // namespace

int ImportCommand(const GlobalOptions& global, const ImportOptions& options) {
  auto settings = LoadSettings(global.source);
  if (!settings.ok()) return Fail(settings.status(), kUsage);
  const auto format = FormatOf(options);
  if (!format.ok()) return Fail(format.status(), kUsage);
  const bool standard_input = options.file == "-";
  const std::filesystem::path path(options.file);
  std::ifstream file;
  uint64_t size = 0;
  if (!standard_input) {
    std::error_code error;
    size = std::filesystem::file_size(path, error);
    file.open(path, std::ios::binary);
    if (error || !file) {
      return Fail(
          absl::NotFoundError(fmt::format(
              "{} cannot be read; check its name and its mode", options.file)),
          kUsage);
    }
  }
  std::string source = options.source;
  if (source.empty())
    source = standard_input ? "stdin" : path.filename().string();
  const os::SystemClock clock;
  os::SystemRandom random;
  contract::Redactor redactor = std::move(settings->redactor);
  auto again = LoadSettings(global.source);
  if (!again.ok()) return Fail(again.status(), kUsage);
  auto sockets = SocketCandidates(global.source, *again);
  LocalAgent agent(*std::move(again), std::move(sockets), clock, random);
  std::istream& in = standard_input ? std::cin : file;
  Importer importer(in, *format, source);
  absl::Status status;
  {
    telemetry::Progress progress(clock, size);
    status =
        TakeIn(importer, agent, Pace(options.pace, clock), redactor, progress);
  }
  const ImportTally& tally = importer.tally();
  fmt::print("read {}  recorded {}  already known {}  refused {}\n", tally.read,
             tally.recorded, tally.already_known, tally.refused);
  if (!status.ok()) {
    return Fail(absl::Status(
        status.code(),
        fmt::format("{}; then import the file again: what went in counts once",
                    os::StatusText(status))));
  }
  return tally.refused == 0 ? kDone : kFailed;
}

}  // namespace earshot::agents
