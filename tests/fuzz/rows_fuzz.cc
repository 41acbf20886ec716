#include <cstdint>
#include <map>
#include <optional>
#include <sstream>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "agents/capture/capture.h"
#include "agents/capture/shifts.h"
#include "agents/importing/importer.h"
#include "proto/contract/redact.h"
#include "proto/contract/rows.h"
#include "proto/contract/validate.h"
#include "tests/fuzz/input.h"
#include "tests/testing/fake_clock.h"

// A file of rows, read, imported and captured.
// Input: one byte (bit 0: CSV, else JSON lines), then the file.
namespace earshot::fuzz {
namespace {

// What a Timestamp may hold: the years 1 to 9999.
constexpr int64_t kFirstSecond = -62135596800;
constexpr int64_t kLastSecond = 253402300799;

bool IsMoment(const google::protobuf::Timestamp& stamp) {
  return stamp.seconds() >= kFirstSecond && stamp.seconds() <= kLastSecond &&
         stamp.nanos() >= 0 && stamp.nanos() < 1'000'000'000;
}

void CheckRow(const contract::Row& row) {
  const v1::Observation& seen = row.observation;
  Require(!seen.text().empty(), "a row has a text");
  Require(seen.severity() <= 5, "a severity is 1 to 5 or left out");
  Require(!seen.has_observed_at() || IsMoment(seen.observed_at()),
          "observed_at is a moment");
  Require(!row.received_at || (*row.received_at > absl::InfinitePast() &&
                               *row.received_at < absl::InfiniteFuture()),
          "received_at is a moment");
  for (const std::string& tag : seen.tags()) {
    Require(!tag.empty(), "a tag is not empty");
  }
  Require(!row.bytes.empty(), "a row keeps its bytes");
}

uint64_t CheckReader(const std::string& file, contract::RowFormat format) {
  std::istringstream in(file);
  contract::RowReader reader(in, format);
  uint64_t rows = 0;
  uint64_t line = 0;
  while (true) {
    const auto row = reader.Next();
    Require(reader.bytes_read() <= file.size(), "no byte is read twice");
    if (absl::IsOutOfRange(row.status())) return rows;
    Require(row.ok() || absl::IsInvalidArgument(row.status()),
            "a bad row is an invalid argument");
    Require(reader.line() > line, "the numbers of lines rise");
    line = reader.line();
    ++rows;
    if (row.ok()) CheckRow(*row);
  }
}

std::vector<agents::ImportRow> Import(const std::string& file,
                                      contract::RowFormat format,
                                      uint64_t rows) {
  std::istringstream in(file);
  agents::Importer importer(in, format, "rows");
  std::vector<agents::ImportRow> all;
  uint64_t line = 0;
  while (!importer.ended()) {
    for (agents::ImportRow& row : importer.Next(3)) {
      Require(row.line > line, "imported rows keep their order");
      line = row.line;
      Require(row.id.bytes.size() == contract::kIdBytes, "each row has an id");
      all.push_back(std::move(row));
    }
  }
  const agents::ImportTally& tally = importer.tally();
  Require(tally.read == rows, "the importer sees each row");
  Require(all.size() + tally.refused == rows, "a row goes in or is refused");
  return all;
}

void CheckCapture(const agents::ImportRow& row) {
  static const auto* const redactor = new contract::Redactor();
  static const auto* const shifts =
      new agents::ShiftTable(absl::FixedTimeZone(5 * 3600 + 1800));
  const auto captured =
      agents::Capture({*redactor, *shifts, "store-014", "store"}, row.draft,
                      testing::At("2026-11-02T10:00:00Z"));
  if (!captured.ok()) {
    Require(absl::IsInvalidArgument(captured.status()),
            "a row that cannot be captured is an invalid argument");
    return;
  }
  v1::Observation seen = captured->observation;
  Require(!contract::Validate(seen), "what was captured is valid");
  Require(IsMoment(seen.observed_at()), "what was captured has its moment");
  Require(contract::RedactObservation(*redactor, seen) == 0,
          "what was captured has nothing left to redact");
  Require(seen.SpaceUsedLong() < (1U << 20), "what was captured is small");
}

}  // namespace
}  // namespace earshot::fuzz

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace earshot::fuzz;  // NOLINT(google-build-using-namespace)
  Input input(data, size);
  const auto format = input.Bool() ? earshot::contract::RowFormat::kCsv
                                   : earshot::contract::RowFormat::kJsonLines;
  const std::string file(input.Rest());
  const uint64_t rows = CheckReader(file, format);
  const auto imported = Import(file, format, rows);
  const auto again = Import(file, format, rows);
  Require(imported.size() == again.size(), "a file gives the same rows again");
  for (size_t i = 0; i < imported.size(); ++i) {
    Require(imported[i].id == again[i].id, "a row keeps its id");
    CheckCapture(imported[i]);
  }
  return 0;
}
