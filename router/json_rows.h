#ifndef EARSHOT_ROUTER_JSON_ROWS_H_
#define EARSHOT_ROUTER_JSON_ROWS_H_

#include <nlohmann/json.hpp>
#include <string>

#include "absl/status/statusor.h"

// Rows of JSON lines, as the commands that learn and classify take them. Pure.
namespace earshot::router {

using Json = nlohmann::ordered_json;

inline constexpr size_t kMostRowBytes = size_t{1} << 20U;

// The field of a row as text; numbers as they are written.
absl::StatusOr<std::string> Field(const Json& row, const std::string& name);

// InvalidArgument for a row that is too long or no object.
absl::StatusOr<Json> ParseRow(const std::string& line);

bool IsBlank(const std::string& line);

// One line; bytes that are not UTF-8 are replaced.
std::string AsLine(const Json& row);

}  // namespace earshot::router

#endif  // EARSHOT_ROUTER_JSON_ROWS_H_
