#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "dashboard_feed/render/render.h"
#include "proto/contract/names.h"
#include "proto/contract/times.h"

namespace earshot::feed {
namespace {

using Json = nlohmann::ordered_json;

absl::TimeZone Zone(const v1::Digest& digest) {
  absl::TimeZone zone = absl::UTCTimeZone();
  if (!digest.time_zone().empty()) {
    absl::LoadTimeZone(digest.time_zone(), &zone);
  }
  return zone;
}

Json TimeOf(const google::protobuf::Timestamp& stamp, absl::TimeZone zone) {
  if (stamp.seconds() == 0 && stamp.nanos() == 0) return nullptr;
  return absl::FormatTime(absl::RFC3339_sec, contract::ToTime(stamp), zone);
}

Json CountOf(const v1::Count& count) {
  if (count.hidden()) return fmt::format("<{}", count.below());
  return count.value();
}

std::string Hex(const std::string& bytes) {
  std::string text;
  for (const char c : bytes) {
    text += fmt::format("{:02x}", static_cast<unsigned char>(c));
  }
  return text;
}

Json ItemOf(const v1::DigestItem& item, absl::TimeZone zone) {
  Json out;
  out["insight"] = item.insight();
  out["rank"] = item.rank();
  out["title"] = item.title();
  out["topic"] = item.topic();
  out["kind"] = contract::KindName(item.kind());
  out["state"] = contract::StateName(item.state());
  out["severity_max"] = item.severity_max();
  out["observations"] = CountOf(item.observations());
  out["reporters"] = CountOf(item.reporters());
  out["sites"] = CountOf(item.sites());
  out["new_observations"] = CountOf(item.new_observations());
  out["site_names"] = item.site_names();
  out["first_seen"] = TimeOf(item.first_seen(), zone);
  out["last_seen"] = TimeOf(item.last_seen(), zone);
  out["times_exact"] = item.moment();
  out["why"] = item.why();
  if (item.priority_milli() != 0) {
    out["priority_milli"] = item.priority_milli();
  }
  out["priority_parts"] = Json::array();
  for (const v1::PriorityPart& part : item.parts()) {
    out["priority_parts"].push_back({{"name", part.name()},
                                     {"milli", part.milli()},
                                     {"because", part.because()}});
  }
  out["verbatims"] = Json::array();
  for (const v1::Verbatim& verbatim : item.verbatims()) {
    Json quote{{"text", verbatim.text()}};
    if (!verbatim.site().empty()) quote["site"] = verbatim.site();
    if (!verbatim.shift().empty()) quote["shift"] = verbatim.shift();
    if (verbatim.has_observed_at()) {
      quote["observed_at"] = TimeOf(verbatim.observed_at(), zone);
    }
    if (verbatim.late()) quote["late"] = true;
    out["verbatims"].push_back(std::move(quote));
  }
  if (item.has_answer()) {
    out["answer"] = {{"leader", item.answer().leader()},
                     {"text", item.answer().text()},
                     {"at", TimeOf(item.answer().at(), zone)}};
  }
  return out;
}

}  // namespace

std::string DigestAsJson(const v1::Digest& digest) {
  const absl::TimeZone zone = Zone(digest);
  Json out;
  out["organisation"] = digest.organisation();
  out["leader"] = digest.leader();
  out["leader_name"] = digest.leader_name();
  out["subscription"] = digest.subscription();
  out["period"] = digest.period();
  out["time_zone"] = digest.time_zone();
  out["from"] = TimeOf(digest.from(), zone);
  out["to"] = TimeOf(digest.to(), zone);
  out["data_as_of"] = TimeOf(digest.data_as_of(), zone);
  out["first"] = digest.first();
  out["observations"] = CountOf(digest.observations());
  out["sites_reporting"] = digest.sites_reporting();
  out["sites_silent"] = digest.sites_silent();
  out["headline"] = digest.headline();
  out["sections"] = Json::array();
  for (const v1::DigestSection& section : digest.sections()) {
    Json part{{"name", section.name()}, {"title", section.title()}};
    part["items"] = Json::array();
    for (const v1::DigestItem& item : section.items()) {
      part["items"].push_back(ItemOf(item, zone));
    }
    part["more"] = section.more();
    out["sections"].push_back(std::move(part));
  }
  out["untriaged"] = CountOf(digest.untriaged());
  out["hidden_by_small_groups"] = digest.hidden_by_small_groups();
  out["next_visible"] = TimeOf(digest.next_visible(), zone);
  out["how_ranked"] = digest.how_ranked();
  out["chain_head"] = Hex(digest.chain_head());
  if (digest.repeated_after_restore()) out["repeated_after_restore"] = true;
  return out.dump(-1, ' ', false, Json::error_handler_t::replace);
}

}  // namespace earshot::feed
