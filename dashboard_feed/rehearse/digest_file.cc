#include "dashboard_feed/rehearse/digest_file.h"

#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "dashboard_feed/render/item_json.h"
#include "proto/contract/names.h"
#include "proto/contract/times.h"

namespace earshot::feed {
namespace {

using Json = nlohmann::ordered_json;

Json TimeOf(const google::protobuf::Timestamp& stamp) {
  return absl::FormatTime(absl::RFC3339_sec, contract::ToTime(stamp),
                          absl::UTCTimeZone());
}

Json PriorityOf(const v1::DigestItem& item) {
  Json parts = Json::object();
  for (const v1::PriorityPart& part : item.parts()) {
    parts[part.name()] = static_cast<double>(part.milli()) / 1000;
  }
  return {{"total", static_cast<double>(item.priority_milli()) / 1000},
          {"parts", std::move(parts)}};
}

}  // namespace

std::string RehearsedDigestAsJson(
    const v1::Digest& digest,
    const std::function<std::vector<std::string>(const v1::DigestItem&)>&
        samples) {
  Json out{{"leader", digest.leader()},
           {"subscription", digest.subscription()},
           {"period", digest.period()},
           {"time_zone", digest.time_zone()},
           {"from", TimeOf(digest.from())},
           {"to", TimeOf(digest.to())},
           {"headline", digest.headline()},
           {"observations", CountAsJson(digest.observations())},
           {"steady", digest.steady()}};
  out["items"] = Json::array();
  uint32_t rank = 0;
  for (const v1::DigestSection& section : digest.sections()) {
    for (const v1::DigestItem& item : section.items()) {
      Json row{{"insight", item.insight()},
               {"rank", ++rank},
               {"section", section.name()},
               {"title", item.title()},
               {"topic", item.topic()},
               {"kind", contract::KindName(item.kind())},
               {"state", contract::StateName(item.state())},
               {"priority", PriorityOf(item)},
               {"observations", CountAsJson(item.observations())},
               {"new_observations", CountAsJson(item.new_observations())},
               {"reporters", CountAsJson(item.reporters())},
               {"sites", CountAsJson(item.sites())},
               {"severity_max", item.severity_max()},
               {"akin", item.akin()}};
      row["sample_ids"] = samples(item);
      row["why"] = item.why();
      if (item.has_late()) row["late"] = CountAsJson(item.late());
      out["items"].push_back(std::move(row));
    }
  }
  return out.dump(1, ' ', false, Json::error_handler_t::replace) + "\n";
}

}  // namespace earshot::feed
