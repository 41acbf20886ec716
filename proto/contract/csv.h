#ifndef EARSHOT_PROTO_CONTRACT_CSV_H_
#define EARSHOT_PROTO_CONTRACT_CSV_H_

#include <cstddef>
#include <cstdint>
#include <istream>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"

namespace earshot::contract {

// CSV (RFC 4180) with a header that names the columns; a byte order mark is
// passed over. One thread; memory: one record of at most kMostRecordBytes.
class CsvReader {
 public:
  static constexpr size_t kMostRecordBytes = 256 << 10;

  // `in` outlives it.
  explicit CsvReader(std::istream& in) : in_(in) {}

  // The next record, one cell for each column. InvalidArgument for a bad one
  // (reading can go on); OutOfRange at the end. Blank lines are passed over.
  absl::StatusOr<std::vector<std::string>> Next();
  // The header; empty before Next.
  const std::vector<std::string>& columns() const { return columns_; }
  // The bytes of the last record.
  const std::string& bytes() const { return record_; }
  // Number of the line on which the last record began, from 1.
  uint64_t line() const { return line_; }
  uint64_t bytes_read() const { return bytes_read_; }

 private:
  absl::StatusOr<std::vector<std::string>> ReadRecord();

  std::istream& in_;
  std::vector<std::string> columns_;
  std::string record_;
  uint64_t line_ = 0;
  uint64_t lines_read_ = 0;
  uint64_t bytes_read_ = 0;
};

// Names in one cell, a ';' between them, without the blanks around each. An
// empty name stands for nothing between two.
std::vector<std::string> SplitCell(std::string_view cell);

}  // namespace earshot::contract

#endif  // EARSHOT_PROTO_CONTRACT_CSV_H_
