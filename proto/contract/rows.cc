#include "proto/contract/rows.h"

#include <fmt/format.h>

#include <array>
#include <cmath>
#include <cstdlib>
#include <nlohmann/json.hpp>
#include <utility>

#include "proto/contract/names.h"
#include "proto/contract/times.h"

namespace earshot::contract {
namespace {

constexpr size_t kMaxRowBytes = CsvReader::kMostRecordBytes;

using Fields = std::map<std::string, std::string>;

// What a Timestamp can hold: the years 1 to 9999.
bool IsInCalendar(absl::Time time) {
  constexpr int64_t kYear1 = -62135596800;
  constexpr int64_t kYear10000 = 253402300800;
  return time >= absl::FromUnixSeconds(kYear1) &&
         time < absl::FromUnixSeconds(kYear10000);
}

absl::StatusOr<absl::Time> ParseTime(const std::string& text) {
  absl::Time time;
  std::string error;
  if (!absl::ParseTime(absl::RFC3339_full, text, &time, &error) ||
      !IsInCalendar(time)) {
    return absl::InvalidArgumentError(
        fmt::format("'{}' is not a time such as 2026-11-02T08:15:00Z", text));
  }
  return time;
}

absl::Status SetObservedAt(const Fields& fields, v1::Observation& out) {
  const auto at = fields.find("observed_at");
  if (at != fields.end() && !at->second.empty()) {
    const auto time = ParseTime(at->second);
    if (!time.ok()) return time.status();
    *out.mutable_observed_at() = ToStamp(*time);
    return absl::OkStatus();
  }
  const auto ts = fields.find("ts");
  if (ts == fields.end() || ts->second.empty()) return absl::OkStatus();
  char* end = nullptr;
  const double seconds = std::strtod(ts->second.c_str(), &end);
  if (*end != '\0' || !std::isfinite(seconds) || std::fabs(seconds) > 1e11 ||
      !IsInCalendar(absl::UnixEpoch() + absl::Seconds(seconds))) {
    return absl::InvalidArgumentError(
        fmt::format("ts '{}' is not a number of seconds", ts->second));
  }
  *out.mutable_observed_at() =
      ToStamp(absl::UnixEpoch() + absl::Seconds(seconds));
  return absl::OkStatus();
}

absl::Status SetWords(const Fields& fields, v1::Observation& out) {
  const auto get = [&](const char* key) -> std::string {
    const auto found = fields.find(key);
    return found == fields.end() ? std::string() : found->second;
  };
  if (const std::string text = get("severity"); !text.empty()) {
    if (text.size() != 1 || text[0] < '1' || text[0] > '5') {
      return absl::InvalidArgumentError(
          fmt::format("severity '{}' is not 1 to 5", text));
    }
    out.set_severity(static_cast<uint32_t>(text[0] - '0'));
  }
  if (const std::string text = get("kind"); !text.empty()) {
    const auto kind = ParseKind(text);
    if (!kind) {
      return absl::InvalidArgumentError(fmt::format(
          "kind '{}' is none of pain_point, praise, idea, preference_change, "
          "process_gap, employee_experience, risk, noise",
          text));
    }
    out.set_kind(*kind);
  }
  if (const std::string text = get("subject"); !text.empty()) {
    const auto subject = ParseSubject(text);
    if (!subject) {
      return absl::InvalidArgumentError(fmt::format(
          "subject '{}' is none of customer, employee, partner", text));
    }
    out.set_subject(*subject);
  }
  if (const std::string text = get("source"); !text.empty()) {
    out.set_source(ParseSource(text).value_or(v1::SOURCE_IMPORT));
  }
  const std::string quote = get("quote");
  if (!quote.empty() && quote != "true" && quote != "false") {
    return absl::InvalidArgumentError(
        fmt::format("quote '{}' is neither true nor false", quote));
  }
  out.set_quote(quote == "true" || (quote.empty() && !get("reporter").empty()));
  return absl::OkStatus();
}

absl::StatusOr<Row> FromFields(const Fields& fields,
                               std::vector<std::string> tags) {
  Row row;
  const auto text = fields.find("text");
  if (text == fields.end() || text->second.empty()) {
    return absl::InvalidArgumentError("the row has no text");
  }
  row.observation.set_text(text->second);
  const auto copy = [&](const char* key, auto&& set) {
    const auto found = fields.find(key);
    if (found != fields.end() && !found->second.empty()) set(found->second);
  };
  copy("site", [&](const std::string& v) { row.observation.set_site(v); });
  copy("channel",
       [&](const std::string& v) { row.observation.set_channel(v); });
  copy("shift", [&](const std::string& v) { row.observation.set_shift(v); });
  copy("id", [&](const std::string& v) { row.id = v; });
  copy("reporter", [&](const std::string& v) { row.reporter = v; });
  for (std::string& tag : tags) {
    if (!tag.empty()) *row.observation.add_tags() = std::move(tag);
  }
  absl::Status status = SetObservedAt(fields, row.observation);
  if (status.ok()) status = SetWords(fields, row.observation);
  if (!status.ok()) return status;
  const auto received = fields.find("received_at");
  if (received != fields.end() && !received->second.empty()) {
    const auto time = ParseTime(received->second);
    if (!time.ok()) return time.status();
    row.received_at = *time;
  }
  return row;
}

bool IsBlank(const std::string& line) {
  return line.find_first_not_of(" \t\r") == std::string::npos;
}

}  // namespace

RowFormat RowFormatOf(std::string_view file_name) {
  const std::string_view ending =
      file_name.size() >= 4 ? file_name.substr(file_name.size() - 4) : "";
  return ending == ".csv" || ending == ".CSV" ? RowFormat::kCsv
                                              : RowFormat::kJsonLines;
}

RowReader::RowReader(std::istream& in, RowFormat format)
    : in_(in), format_(format), csv_(in) {}

absl::StatusOr<Row> RowReader::Next() {
  return format_ == RowFormat::kCsv ? NextCsv() : NextJson();
}

bool RowReader::ReadLine(std::string& line) {
  std::array<char, 4096> piece;
  line.clear();
  bool any = false;
  while (true) {
    in_.getline(piece.data(), static_cast<std::streamsize>(piece.size()));
    auto count = static_cast<size_t>(in_.gcount());
    if (count == 0) return any;
    any = true;
    bytes_ += count;
    // It fails when the piece was too small for the line.
    const bool goes_on = in_.fail() && !in_.eof();
    if (!goes_on && !in_.eof()) --count;
    if (line.size() <= kMaxRowBytes) line.append(piece.data(), count);
    if (!goes_on) return true;
    in_.clear();
  }
}

absl::StatusOr<Row> RowReader::NextJson() {
  std::string line;
  do {
    if (!ReadLine(line)) return absl::OutOfRangeError("end");
    ++line_;
  } while (IsBlank(line));
  if (line.size() > kMaxRowBytes) {
    return absl::InvalidArgumentError(
        fmt::format("the row is longer than {} bytes", kMaxRowBytes));
  }
  const auto json = nlohmann::json::parse(line, nullptr, false);
  if (!json.is_object()) {
    return absl::InvalidArgumentError("the line is not a JSON object");
  }
  Fields fields;
  std::vector<std::string> tags;
  for (const auto& [key, value] : json.items()) {
    if (key == "tags" && value.is_array()) {
      for (const auto& tag : value) {
        if (tag.is_string()) tags.push_back(tag.get<std::string>());
      }
    } else if (key == "tags" && value.is_string()) {
      tags = SplitCell(value.get<std::string>());
    } else if (value.is_string()) {
      fields[key] = value.get<std::string>();
    } else if (value.is_number() || value.is_boolean()) {
      fields[key] = value.dump();
    }
  }
  auto row = FromFields(fields, std::move(tags));
  if (row.ok()) row->bytes = std::move(line);
  return row;
}

absl::StatusOr<Row> RowReader::NextCsv() {
  const auto cells = csv_.Next();
  if (!cells.ok()) return cells.status();
  Fields fields;
  for (size_t i = 0; i < cells->size(); ++i) {
    fields[csv_.columns()[i]] = (*cells)[i];
  }
  auto row = FromFields(fields, SplitCell(fields["tags"]));
  if (row.ok()) row->bytes = csv_.bytes();
  return row;
}

}  // namespace earshot::contract
