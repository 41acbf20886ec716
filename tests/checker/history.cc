#include "tests/checker/history.h"

#include <array>
#include <istream>
#include <nlohmann/json.hpp>
#include <ostream>
#include <utility>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"

namespace earshot::checker {
namespace {

// Keeps the order of the fields, so that a file can be compared and read.
using Json = nlohmann::ordered_json;

constexpr std::array<std::string_view, 18> kWhatNames = {
    "report", "answer",  "resolve", "merge", "split",  "verdict",
    "erase",  "shown",   "digest",  "alarm", "stored", "counted",
    "total",  "decided", "heard",   "state", "found",  "expect_alarm"};
constexpr std::array<std::string_view, 5> kOutcomeNames = {
    "none", "invoked", "ok", "refused", "unknown"};

template <typename Enum, size_t kSize>
std::string_view NameOf(const std::array<std::string_view, kSize>& names,
                        Enum value) {
  const auto index = static_cast<size_t>(value);
  return index < names.size() ? names[index] : "?";
}

template <typename Enum, size_t kSize>
bool FromName(const std::array<std::string_view, kSize>& names,
              const Json& value, Enum& to) {
  if (!value.is_string()) return false;
  for (size_t index = 0; index < names.size(); ++index) {
    if (names[index] == value.get_ref<const std::string&>()) {
      to = static_cast<Enum>(index);
      return true;
    }
  }
  return false;
}

bool Take(const Json& value, std::string& to) {
  if (!value.is_string()) return false;
  to = value.get_ref<const std::string&>();
  return true;
}

bool Take(const Json& value, bool& to) {
  if (!value.is_boolean()) return false;
  to = value.get<bool>();
  return true;
}

bool Take(const Json& value, uint64_t& to) {
  if (!value.is_number_unsigned()) return false;
  to = value.get<uint64_t>();
  return true;
}

bool Take(const Json& value, uint32_t& to) {
  uint64_t wide = 0;
  if (!Take(value, wide) || wide > UINT32_MAX) return false;
  to = static_cast<uint32_t>(wide);
  return true;
}

bool Take(const Json& value, std::vector<uint64_t>& to) {
  if (!value.is_array()) return false;
  for (const Json& each : value) {
    if (!Take(each, to.emplace_back())) return false;
  }
  return true;
}

// False: there is no such field, or it cannot have this value.
bool TakeField(const std::string& name, const Json& value, Event& event) {
  if (name == "what") return FromName(kWhatNames, value, event.what);
  if (name == "outcome") return FromName(kOutcomeNames, value, event.outcome);
  if (name == "who") return Take(value, event.who);
  if (name == "id") return Take(value, event.id);
  if (name == "lane") return Take(value, event.lane);
  if (name == "insight") return Take(value, event.insight);
  if (name == "position") return Take(value, event.position);
  if (name == "count") return Take(value, event.count);
  if (name == "answer") return Take(value, event.answer);
  if (name == "period") return Take(value, event.period);
  if (name == "said") return Take(value, event.said);
  if (name == "akin") return Take(value, event.akin);
  if (name == "repeat") return Take(value, event.repeat);
  return false;
}

}  // namespace

std::string ToJsonLine(const Event& event) {
  const Event left_out;
  Json json;
  json["what"] = NameOf(kWhatNames, event.what);
  if (event.outcome != left_out.outcome) {
    json["outcome"] = NameOf(kOutcomeNames, event.outcome);
  }
  if (event.who != left_out.who) json["who"] = event.who;
  if (event.id != left_out.id) json["id"] = event.id;
  if (event.lane != left_out.lane) json["lane"] = event.lane;
  if (event.insight != left_out.insight) json["insight"] = event.insight;
  if (event.position != left_out.position) json["position"] = event.position;
  if (event.count != left_out.count) json["count"] = event.count;
  if (event.answer != left_out.answer) json["answer"] = event.answer;
  if (event.period != left_out.period) json["period"] = event.period;
  if (event.said != left_out.said) json["said"] = event.said;
  if (event.akin != left_out.akin) json["akin"] = event.akin;
  if (event.repeat != left_out.repeat) json["repeat"] = event.repeat;
  return json.dump(-1, ' ', false, Json::error_handler_t::replace);
}

absl::StatusOr<Event> FromJsonLine(std::string_view line) {
  const Json json = Json::parse(line, nullptr, /*allow_exceptions=*/false);
  if (!json.is_object()) {
    return absl::InvalidArgumentError("is not a JSON object");
  }
  if (!json.contains("what")) {
    return absl::InvalidArgumentError("does not say \"what\"");
  }
  Event event;
  for (const auto& [name, value] : json.items()) {
    if (!TakeField(name, value, event)) {
      return absl::InvalidArgumentError(absl::StrCat(
          "has an unknown field or value: \"", name,
          "\": ", value.dump(-1, ' ', true, Json::error_handler_t::replace)));
    }
  }
  return event;
}

absl::StatusOr<History> ReadHistory(std::istream& in) {
  History history;
  std::string line;
  for (size_t number = 1; std::getline(in, line); ++number) {
    auto event = FromJsonLine(line);
    if (!event.ok()) {
      return absl::InvalidArgumentError(
          absl::StrCat("line ", number, " ", event.status().message()));
    }
    history.push_back(*std::move(event));
  }
  if (in.bad()) return absl::DataLossError("the file cannot be read");
  return history;
}

void WriteHistory(const History& history, std::ostream& out) {
  for (const Event& event : history) out << ToJsonLine(event) << '\n';
}

}  // namespace earshot::checker
