#include "router/json_rows.h"

#include <fmt/format.h>

namespace earshot::router {

absl::StatusOr<std::string> Field(const Json& row, const std::string& name) {
  const auto found = row.find(name);
  if (found == row.end()) {
    return absl::InvalidArgumentError(fmt::format("no field {}", name));
  }
  if (found->is_string()) return found->get<std::string>();
  if (found->is_number()) return found->dump();
  return absl::InvalidArgumentError(
      fmt::format("{} is neither text nor a number", name));
}

absl::StatusOr<Json> ParseRow(const std::string& line) {
  if (line.size() > kMostRowBytes) {
    return absl::InvalidArgumentError(fmt::format(
        "the row has {} bytes, at most {}", line.size(), kMostRowBytes));
  }
  Json row = Json::parse(line, nullptr, false);
  if (!row.is_object()) {
    return absl::InvalidArgumentError("the row is no JSON object");
  }
  return row;
}

bool IsBlank(const std::string& line) {
  return line.find_first_not_of(" \t\r") == std::string::npos;
}

std::string AsLine(const Json& row) {
  return row.dump(-1, ' ', false, Json::error_handler_t::replace);
}

}  // namespace earshot::router
