#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "dashboard_feed/render/item_json.h"
#include "dashboard_feed/render/render.h"
#include "dashboard_feed/render/words.h"
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

std::string Hex(const std::string& bytes) {
  std::string text;
  for (const char c : bytes) {
    text += fmt::format("{:02x}", static_cast<unsigned char>(c));
  }
  return text;
}

Json CostOf(const v1::CostEstimate& cost) {
  return {{"currency", cost.currency()},
          {"typical", cost.typical()},
          {"low", cost.low()},
          {"high", cost.high()},
          {"observations", cost.observations()}};
}

Json WhereOf(const v1::WhereAndWhen& where) {
  Json out{{"cells", Json::array()}};
  for (const v1::GridCell& cell : where.cells()) {
    out["cells"].push_back(
        {{"site", cell.site()},
         {"region", cell.region()},
         {"shift", cell.shift()},
         {"observations", CountAsJson(cell.observations())}});
  }
  out["hidden_cells"] = where.hidden_cells();
  out["more_cells"] = where.more_cells();
  out["shift_gap"] = where.shift_gap();
  out["visit"] = where.visit();
  return out;
}

Json HealthOf(const v1::LoopHealth& health) {
  Json out{{"steps", Json::array()},
           {"answered", health.answered()},
           {"opened", health.opened()},
           {"closed", health.closed()},
           {"confirmed", health.confirmed()},
           {"reopened", health.reopened()},
           {"settled", health.settled()},
           {"overdue", health.overdue()},
           {"heard_back_percent", health.heard_back_percent()},
           {"reporters", CountAsJson(health.reporters())}};
  for (const v1::LoopStep& step : health.steps()) {
    out["steps"].push_back({{"name", step.name()},
                            {"median_seconds", step.median_seconds()},
                            {"insights", step.insights()}});
  }
  return out;
}

Json LoopOf(const v1::LoopHealth& health) {
  Json out = HealthOf(health);
  out["silent_sites"] = health.silent_sites();
  const auto slices = [](const auto& parts) {
    Json list = Json::array();
    for (const v1::LoopSlice& slice : parts) {
      Json one{{"name", slice.name()}};
      one.update(HealthOf(slice.health()));
      list.push_back(std::move(one));
    }
    return list;
  };
  out["by_region"] = slices(health.by_region());
  out["by_topic"] = slices(health.by_topic());
  return out;
}

const char* StandingName(v1::GoalLine::Standing standing) {
  switch (standing) {
    case v1::GoalLine::MET:
      return "met";
    case v1::GoalLine::ON_THE_WAY:
      return "on_the_way";
    default:
      return "missed";
  }
}

Json GoalOf(const v1::GoalLine& line) {
  Json out{{"goal", line.goal()},
           {"title", line.title()},
           {"standing", StandingName(line.standing())},
           {"over", line.over()},
           {"observations", CountAsJson(line.observations())},
           {"at_most", line.at_most()},
           {"per_days", line.per_days()},
           {"until", line.until()},
           {"trend", line.trend()},
           {"some_hidden", line.some_hidden()}};
  if (line.compared()) out["before"] = CountAsJson(line.before());
  return out;
}

// What is no list of insights; left out where there is nothing to tell.
void AddBlocks(const v1::Digest& digest, Json& out) {
  out["numbers"] = Json::array();
  for (const v1::DigestNumber& number : digest.numbers()) {
    Json one{{"name", number.name()},
             {"title", number.title()},
             {"value", number.value()}};
    if (number.compared()) one["before"] = number.before();
    out["numbers"].push_back(std::move(one));
  }
  for (const v1::NotAppliedLine& line : digest.not_applied()) {
    out["not_applied"].push_back({{"insight", line.insight()},
                                  {"title", line.title()},
                                  {"text", line.text()}});
  }
  if (digest.more_not_applied() > 0) {
    out["more_not_applied"] = digest.more_not_applied();
  }
  if (digest.has_where()) out["where"] = WhereOf(digest.where());
  if (digest.has_story()) {
    out["story"] = {{"insight", digest.story().insight()},
                    {"title", digest.story().title()},
                    {"text", digest.story().verbatim().text()}};
  }
  out["promises"] = Json::array();
  for (const v1::PromiseLine& line : digest.promises()) {
    out["promises"].push_back({{"promise", line.promise()},
                               {"text", line.text()},
                               {"broken", CountAsJson(line.broken())},
                               {"kept", CountAsJson(line.kept())},
                               {"sites", line.sites()},
                               {"insights", line.insights()}});
  }
  for (const v1::GoalLine& line : digest.goals()) {
    out["goals"].push_back(GoalOf(line));
  }
  if (digest.has_cost()) {
    Json cost{{"open", Json::array()}, {"saved", Json::array()}};
    for (const auto& one : digest.cost().open()) {
      cost["open"].push_back(CostOf(one));
    }
    for (const auto& one : digest.cost().saved()) {
      cost["saved"].push_back(CostOf(one));
    }
    out["cost"] = std::move(cost);
  }
  for (const v1::Empowerment& line : digest.empowerment()) {
    Json one{{"topic", line.topic()},
             {"on_the_spot", line.on_the_spot()},
             {"lacked_authority", line.lacked_authority()},
             {"spent", Json::array()}};
    for (const v1::Money& money : line.spent()) {
      one["spent"].push_back(
          {{"cents", money.cents()}, {"currency", money.currency()}});
    }
    out["empowerment"].push_back(std::move(one));
  }
  for (const v1::QuestionLine& line : digest.questions()) {
    out["questions"].push_back({{"text", line.text()},
                                {"insight", line.insight()},
                                {"asked", CountAsJson(line.asked())},
                                {"answered", CountAsJson(line.answered())},
                                {"lines", line.lines()}});
  }
  if (digest.has_loop()) out["loop"] = LoopOf(digest.loop());
  out["quality"] = {{"untriaged_percent", digest.quality().untriaged_percent()},
                    {"late", CountAsJson(digest.quality().late())},
                    {"muted", digest.quality().muted()}};
}

}  // namespace

nlohmann::ordered_json CountAsJson(const v1::Count& count) {
  if (count.hidden()) return CountText(count);
  return count.value();
}

nlohmann::ordered_json ItemAsJson(const v1::DigestItem& item,
                                  absl::TimeZone zone) {
  Json out;
  out["insight"] = item.insight();
  out["rank"] = item.rank();
  out["title"] = item.title();
  out["topic"] = item.topic();
  out["kind"] = contract::KindName(item.kind());
  out["state"] = contract::StateName(item.state());
  out["severity_max"] = item.severity_max();
  out["observations"] = CountAsJson(item.observations());
  out["reporters"] = CountAsJson(item.reporters());
  out["sites"] = CountAsJson(item.sites());
  out["new_observations"] = CountAsJson(item.new_observations());
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
    if (!verbatim.role().empty()) quote["role"] = verbatim.role();
    if (!verbatim.site().empty()) quote["site"] = verbatim.site();
    if (!verbatim.shift().empty()) quote["shift"] = verbatim.shift();
    if (verbatim.has_observed_at()) {
      quote["observed_at"] = TimeOf(verbatim.observed_at(), zone);
    }
    if (verbatim.late()) quote["late"] = true;
    out["verbatims"].push_back(std::move(quote));
  }
  if (item.thanked_size() > 0) {
    out["thanked"] = item.thanked();
    out["more_thanked"] = item.more_thanked();
  }
  if (!item.owner().empty()) out["owner"] = item.owner();
  if (item.has_due()) out["due"] = TimeOf(item.due(), zone);
  if (item.has_late()) out["late"] = CountAsJson(item.late());
  if (item.has_cost()) out["cost"] = CostOf(item.cost());
  if (!item.waiting().empty()) out["waiting"] = item.waiting();
  if (!item.verdict().empty()) out["verdict"] = item.verdict();
  if (!item.since_answer().empty()) out["since_answer"] = item.since_answer();
  if (!item.muted().empty()) out["muted"] = item.muted();
  if (item.has_answer()) {
    out["answer"] = {{"leader", item.answer().leader()},
                     {"text", item.answer().text()},
                     {"at", TimeOf(item.answer().at(), zone)}};
  }
  return out;
}

std::string DigestAsJson(const v1::Digest& digest) {
  const absl::TimeZone zone = Zone(digest);
  Json out;
  if (digest.alert()) out["alert"] = true;
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
  out["observations"] = CountAsJson(digest.observations());
  out["sites_reporting"] = digest.sites_reporting();
  out["sites_silent"] = digest.sites_silent();
  out["headline"] = digest.headline();
  out["sections"] = Json::array();
  for (const v1::DigestSection& section : digest.sections()) {
    Json part{{"name", section.name()}, {"title", section.title()}};
    part["items"] = Json::array();
    for (const v1::DigestItem& item : section.items()) {
      part["items"].push_back(ItemAsJson(item, zone));
    }
    part["more"] = section.more();
    out["sections"].push_back(std::move(part));
  }
  AddBlocks(digest, out);
  if (!digest.question().empty()) out["question"] = digest.question();
  out["untriaged"] = CountAsJson(digest.untriaged());
  out["hidden_by_small_groups"] = digest.hidden_by_small_groups();
  out["next_visible"] = TimeOf(digest.next_visible(), zone);
  out["how_ranked"] = digest.how_ranked();
  out["chain_head"] = Hex(digest.chain_head());
  if (digest.repeated_after_restore()) out["repeated_after_restore"] = true;
  return out.dump(-1, ' ', false, Json::error_handler_t::replace);
}

}  // namespace earshot::feed
