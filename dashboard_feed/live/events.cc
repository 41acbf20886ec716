#include "dashboard_feed/live/events.h"

#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "dashboard_feed/digest/item.h"
#include "proto/contract/names.h"
#include "proto/contract/times.h"

namespace earshot::feed {
namespace {

using Json = nlohmann::ordered_json;

std::string Event(const Position& position, const char* name,
                  const Json& data) {
  return fmt::format("id: {}\nevent: {}\ndata: {}\n\n", PositionText(position),
                     name,
                     data.dump(-1, ' ', false, Json::error_handler_t::replace));
}

}  // namespace

std::string MarkText(const Position& position) {
  return fmt::format("id: {}\n\n", PositionText(position));
}

std::string InsightText(const Position& position, const Seen& seen,
                        const GroupRules& rules, absl::TimeZone zone) {
  const auto count = [&](uint64_t value) {
    return seen.hidden ? Json(fmt::format("<{}", rules.numbers)) : Json(value);
  };
  const v1::Insight& insight = seen.insight;
  absl::Time last = contract::ToTime(insight.last_seen());
  if (!seen.open) {
    last = absl::FromCivil(absl::ToCivilDay(last, zone), zone);
  }
  Json data{{"insight", insight.id()},
            {"state", contract::StateName(insight.state())},
            {"observations", count(seen.observations)},
            {"reporters", count(seen.reporters)},
            {"sites", count(seen.sites)},
            {"severity", seen.severity_max}};
  if (!seen.hidden && !seen.partial) {
    data["priority"] = static_cast<double>(insight.priority_milli()) / 1000;
  }
  data["last_seen"] = absl::FormatTime(absl::RFC3339_sec, last, zone);
  return Event(position, "insight", data);
}

std::string GoneText(const Position& position, uint64_t insight) {
  return Event(position, "gone", {{"insight", insight}});
}

std::string ReloadText(const Position& position) {
  return Event(position, "reload", Json::object());
}

}  // namespace earshot::feed
