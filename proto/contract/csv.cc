#include "proto/contract/csv.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

namespace earshot::contract {
namespace {

bool IsBlankCell(const std::string& cell) {
  return cell.find_first_not_of(" \t\r") == std::string::npos;
}

}  // namespace

absl::StatusOr<std::vector<std::string>> CsvReader::ReadRecord() {
  std::vector<std::string> cells(1);
  record_.clear();
  bool quoted = false;
  bool any = false;
  bool too_long = false;
  line_ = lines_read_ + 1;
  for (int c = in_.get(); c != EOF; c = in_.get()) {
    ++bytes_read_;
    any = true;
    too_long = too_long || record_.size() > kMostRecordBytes;
    if (!too_long) record_.push_back(static_cast<char>(c));
    if (c == '\n') ++lines_read_;
    if (quoted) {
      if (c != '"') {
        if (!too_long) cells.back().push_back(static_cast<char>(c));
      } else if (in_.peek() == '"') {
        in_.get();
        ++bytes_read_;
        if (!too_long) cells.back().push_back('"');
      } else {
        quoted = false;
      }
    } else if (c == '"' && cells.back().empty()) {
      quoted = true;
    } else if (c == ',') {
      if (!too_long) cells.emplace_back();
    } else if (c == '\n') {
      break;
    } else if (c != '\r' && !too_long) {
      cells.back().push_back(static_cast<char>(c));
    }
  }
  if (!any) return absl::OutOfRangeError("end");
  if (too_long) {
    return absl::InvalidArgumentError(
        fmt::format("the row is longer than {} bytes", kMostRecordBytes));
  }
  return cells;
}

absl::StatusOr<std::vector<std::string>> CsvReader::Next() {
  if (columns_.empty()) {
    auto header = ReadRecord();
    if (!header.ok()) return header.status();
    columns_ = *std::move(header);
    // A byte order mark, as spreadsheets write it.
    if (columns_[0].rfind("\xEF\xBB\xBF", 0) == 0) columns_[0].erase(0, 3);
  }
  while (true) {
    auto cells = ReadRecord();
    if (!cells.ok()) return cells.status();
    if (cells->size() == 1 && IsBlankCell((*cells)[0])) continue;
    if (cells->size() != columns_.size()) {
      return absl::InvalidArgumentError(
          fmt::format("the row has {} columns, the header {}", cells->size(),
                      columns_.size()));
    }
    return cells;
  }
}

std::vector<std::string> SplitCell(std::string_view cell) {
  std::vector<std::string> names;
  size_t start = 0;
  while (start <= cell.size()) {
    const size_t end = std::min(cell.find(';', start), cell.size());
    size_t from = start;
    size_t to = end;
    while (from < to && cell[from] == ' ') ++from;
    while (to > from && cell[to - 1] == ' ') --to;
    names.emplace_back(cell.substr(from, to - from));
    start = end + 1;
  }
  return names;
}

}  // namespace earshot::contract
