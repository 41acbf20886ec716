#include "dashboard_feed/render/subscription_json.h"

#include <string>

#include "proto/contract/subscription.h"

namespace earshot::feed {

nlohmann::ordered_json SubscriptionAsJson(
    const v1::SubscriptionList::Entry& entry) {
  const v1::Subscription& s = entry.subscription();
  using Json = nlohmann::ordered_json;
  using Names = google::protobuf::RepeatedPtrField<std::string>;
  const auto list = [](const Names& names) {
    Json out = Json::array();
    for (const std::string& name : names) out.push_back(name);
    return out;
  };
  Json out{{"id", s.id()},
           {"from", entry.changed() ? "leader" : "file"},
           {"in_file", entry.in_file()},
           {"paused", s.paused()},
           {"cadence", contract::CadenceName(s.cadence())},
           {"at", s.at()},
           {"weekdays", list(s.weekdays())},
           {"minutes", s.minutes()},
           {"minutes_before", s.minutes_before()},
           {"time_zone", s.time_zone()},
           {"quiet_from", s.quiet_from()},
           {"quiet_to", s.quiet_to()},
           {"top", s.top()},
           {"minimum_priority_milli", s.minimum_priority_milli()},
           {"kinds", list(s.kinds())},
           {"channels", list(s.channels())},
           {"format", contract::FormatName(s.format())},
           {"language", s.language()},
           {"escalations", contract::TellsEscalations(s)}};
  if (!s.weekday().empty()) out["weekdays"].push_back(s.weekday());
  out["scope"] = {{"regions", list(s.scope().regions())},
                  {"sites", list(s.scope().sites())},
                  {"topics", list(s.scope().topics())},
                  {"channels", list(s.scope().channels())},
                  {"shifts", list(s.scope().shifts())}};
  return out;
}

nlohmann::ordered_json DeputiesAsJson(const v1::SubscriptionList& list) {
  auto out = nlohmann::ordered_json::array();
  for (const v1::Deputy& deputy : list.deputies()) {
    out.push_back({{"deputy", deputy.leader()},
                   {"from", deputy.from()},
                   {"until", deputy.until()},
                   {"own", out.size() < list.own_deputies()}});
  }
  return out;
}

}  // namespace earshot::feed
