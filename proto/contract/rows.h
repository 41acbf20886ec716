#ifndef EARSHOT_PROTO_CONTRACT_ROWS_H_
#define EARSHOT_PROTO_CONTRACT_ROWS_H_

#include <cstdint>
#include <istream>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "earshot/v1/observation.pb.h"
#include "proto/contract/csv.h"

// Rows of observations from files: JSON lines, or CSV (RFC 4180) with a
// header. `text` is required; `site` may be defaulted by the reader. Optional:
// id, observed_at (RFC 3339) or ts (seconds, fractions allowed), received_at,
// tags (CSV: split at ';'), severity, channel, shift, reporter, kind, subject,
// source (another word than the contract's: import), quote (true/false;
// left out: true where the row has a reporter).
// Unknown keys are ignored.
namespace earshot::contract {

struct Row {
  v1::Observation observation;  // reporter not set; observed_at if given
  std::optional<std::string> id;
  std::optional<std::string> reporter;  // an opaque key
  std::optional<absl::Time> received_at;
  std::string bytes;  // of the row itself
};

enum class RowFormat { kJsonLines, kCsv };

// .csv: CSV; anything else: JSON lines.
RowFormat RowFormatOf(std::string_view file_name);

// One thread; memory: one row of at most 256 KiB.
class RowReader {
 public:
  RowReader(std::istream& in, RowFormat format);

  // The next row; InvalidArgument for a bad one (reading can go on);
  // OutOfRange at the end. Blank lines are passed over.
  absl::StatusOr<Row> Next();
  // Number of the line on which the last row began, from 1.
  uint64_t line() const {
    return format_ == RowFormat::kCsv ? csv_.line() : line_;
  }
  uint64_t bytes_read() const { return bytes_ + csv_.bytes_read(); }

 private:
  absl::StatusOr<Row> NextJson();
  absl::StatusOr<Row> NextCsv();
  // Without its end; false at the end of the file. Of a line longer than a row
  // only about the bytes of one are kept.
  bool ReadLine(std::string& line);

  std::istream& in_;
  const RowFormat format_;
  CsvReader csv_;
  uint64_t line_ = 0;  // of JSON lines, as are the bytes
  uint64_t bytes_ = 0;
};

}  // namespace earshot::contract

#endif  // EARSHOT_PROTO_CONTRACT_ROWS_H_
