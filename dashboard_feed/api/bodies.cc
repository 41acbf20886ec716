#include "dashboard_feed/api/bodies.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <nlohmann/json.hpp>

#include "absl/strings/escaping.h"
#include "base/os/bytes.h"
#include "base/os/sha256.h"
#include "dashboard_feed/page/routes.h"
#include "dashboard_feed/render/item_json.h"
#include "dashboard_feed/render/subscription_json.h"
#include "proto/contract/names.h"
#include "proto/contract/times.h"

namespace earshot::feed {
namespace {

using Json = nlohmann::ordered_json;

constexpr size_t kTagBytes = 12;
constexpr size_t kLongestCursor = 64;
constexpr size_t kMostFields = 32;

std::string Dump(const Json& json) {
  return json.dump(-1, ' ', false, Json::error_handler_t::replace);
}

const char* TitleOf(unsigned status) {
  switch (status) {
    case 400:
      return "Bad Request";
    case 401:
      return "Unauthorized";
    case 403:
      return "Forbidden";
    case 404:
      return "Not Found";
    case 405:
      return "Method Not Allowed";
    case 409:
      return "Conflict";
    case 415:
      return "Unsupported Media Type";
    default:
      return "Service Unavailable";
  }
}

template <typename Number>
bool ParseWhole(std::string_view text, Number& number) {
  const char* const end = text.data() + text.size();
  const auto [at, error] = std::from_chars(text.data(), end, number);
  return error == std::errc() && at == end;
}

// Null: small groups hide it.
Json DailyAsJson(const std::optional<Daily>& daily) {
  if (!daily) return nullptr;
  return {{"first", absl::FormatCivilTime(daily->first)},
          {"observations", daily->observations}};
}

Json HeatAsJson(const Heat& heat) {
  Json out{{"shifts", heat.shifts}, {"rows", Json::array()}};
  for (const Heat::Row& row : heat.rows) {
    Json cells = Json::array();
    for (const auto& cell : row.observations) {
      cells.push_back(cell ? Json(*cell) : Json(nullptr));
    }
    out["rows"].push_back({{"site", row.site}, {"observations", cells}});
  }
  out["more_sites"] = heat.more_sites;
  return out;
}

}  // namespace

unsigned HttpStatusOf(const absl::Status& status) {
  switch (status.code()) {
    case absl::StatusCode::kOk:
      return 200;
    case absl::StatusCode::kInvalidArgument:
      return 400;
    case absl::StatusCode::kPermissionDenied:
      return 403;
    case absl::StatusCode::kNotFound:
      return 404;
    case absl::StatusCode::kFailedPrecondition:
      return 409;
    default:
      return 503;
  }
}

std::string Problem(unsigned status, std::string_view detail) {
  return Dump({{"type", "about:blank"},
               {"title", TitleOf(status)},
               {"status", status},
               {"detail", detail}});
}

std::string CursorText(uint64_t passed) {
  return absl::WebSafeBase64Escape(fmt::format("after {}", passed));
}

std::optional<uint64_t> ParseCursor(std::string_view text) {
  constexpr std::string_view kBefore = "after ";
  std::string plain;
  uint64_t passed = 0;
  if (text.size() > kLongestCursor ||
      !absl::WebSafeBase64Unescape({text.data(), text.size()}, &plain) ||
      plain.compare(0, kBefore.size(), kBefore) != 0 ||
      !ParseWhole(std::string_view(plain).substr(kBefore.size()), passed) ||
      passed > kMostPassed) {
    return std::nullopt;
  }
  return passed;
}

std::string MeBody(const Me& me) {
  Json out{
      {"leader", me.leader},
      {"name", me.name},
      {"organisation", me.organisation},
      {"time_zone", me.time_zone},
      {"small_groups",
       {{"numbers", me.small_group}, {"verbatims", me.small_group_verbatims}}}};
  if (!me.form_token.empty()) out["form"] = me.form_token;
  return Dump(out);
}

std::optional<size_t> ParseLimit(std::string_view text) {
  constexpr size_t kUsual = 50;
  if (text.empty()) return kUsual;
  size_t most = 0;
  if (!ParseWhole(text, most) || most == 0 || most > kMostListed) {
    return std::nullopt;
  }
  return most;
}

std::string InsightsBody(const List& list, const std::string& next,
                         absl::TimeZone zone) {
  Json out{{"items", Json::array()}};
  for (const Listed& listed : list.items) {
    Json item = ItemAsJson(listed.item, zone);
    item["daily"] = DailyAsJson(listed.daily);
    out["items"].push_back(std::move(item));
  }
  out["found"] = list.found;
  out["more_found"] = list.more_found;
  out["hidden"] = list.hidden;
  out["next"] = next.empty() ? Json(nullptr) : Json(next);
  return Dump(out);
}

std::string InsightBody(const v1::DigestItem& item, const InsightPage& page,
                        absl::TimeZone zone) {
  Json out = ItemAsJson(item, zone);
  out["opened_by"] = os::ToHex(item.opened_by());
  out["history"] = Json::array();
  for (const v1::InsightEvent& event : page.insight->history()) {
    Json one{{"at", absl::FormatTime(absl::RFC3339_sec,
                                     contract::ToTime(event.at()), zone)},
             {"leader", event.leader()},
             {"verb", event.verb()},
             {"state", contract::StateName(event.state())},
             {"detail", event.detail()}};
    if (!event.not_applied().empty()) one["not_applied"] = event.not_applied();
    out["history"].push_back(std::move(one));
  }
  out["verbs"] = Json::array();
  for (const DecisionForm& form : page.forms) {
    if (form.verb != kAskVerb) out["verbs"].push_back(form.verb);
  }
  out["daily"] = DailyAsJson(page.daily);
  out["heat"] = HeatAsJson(page.heat);
  out["looks_like"] = Json::array();
  for (const LooksLike& other : page.looks_like) {
    out["looks_like"].push_back({{"insight", other.insight},
                                 {"title", other.title},
                                 {"why", other.why}});
  }
  return Dump(out);
}

std::string SubscriptionsBody(const v1::SubscriptionList& list) {
  Json out{{"items", Json::array()}};
  for (const v1::SubscriptionList::Entry& entry : list.entries()) {
    out["items"].push_back(SubscriptionAsJson(entry));
  }
  return Dump(out);
}

std::string DeputiesBody(const v1::SubscriptionList& list) {
  return Dump({{"items", DeputiesAsJson(list)}});
}

std::string DeliveriesBody(const std::vector<Delivery>& deliveries) {
  Json out{{"items", Json::array()}};
  for (const Delivery& delivery : deliveries) {
    out["items"].push_back(
        {{"delivery", delivery.id},
         {"subscription", delivery.subscription},
         {"period", delivery.period},
         {"channel", delivery.channel},
         {"state", DeliveryStateName(delivery.state)},
         {"attempts", delivery.attempts},
         {"reason", delivery.reason},
         {"at", absl::FormatTime(absl::RFC3339_sec, delivery.changed_at,
                                 absl::UTCTimeZone())}});
  }
  return Dump(out);
}

std::string ResultsBody(const v1::ResultList& results, absl::TimeZone zone) {
  Json out{{"questions", Json::array()}, {"guidance", Json::array()}};
  for (const v1::QuestionLine& line : results.questions()) {
    Json one{{"text", line.text()},
             {"insight", line.insight()},
             {"asked", CountAsJson(line.asked())},
             {"answered", CountAsJson(line.answered())},
             {"lines", line.lines()}};
    if (line.has_closes_at()) {
      one["closes_at"] = absl::FormatTime(
          absl::RFC3339_sec, contract::ToTime(line.closes_at()), zone);
    }
    out["questions"].push_back(std::move(one));
  }
  for (const v1::GuidanceLine& line : results.guidance()) {
    out["guidance"].push_back({{"text", line.text()},
                               {"roles", line.roles()},
                               {"machines", line.machines()},
                               {"reached", line.reached()},
                               {"read", line.read()}});
  }
  return Dump(out);
}

std::string RoutesBody() {
  Json out{{"paths", Json::array()}};
  for (const Route& route : Routes()) {
    if (route.path.compare(0, kApiPath.size(), kApiPath) != 0) continue;
    Json methods = Json::array();
    if (route.reads) methods.push_back("get");
    if (route.writes) methods.push_back("post");
    out["paths"].push_back({{"path", route.path}, {"methods", methods}});
  }
  return Dump(out);
}

std::string SaidBody(const std::string& text) { return Dump({{"text", text}}); }

absl::StatusOr<std::map<std::string, std::string>> ParseFields(
    const std::string& body) {
  const Json json = Json::parse(body, nullptr, /*allow_exceptions=*/false);
  const absl::Status wrong = absl::InvalidArgumentError(
      "the body is one JSON object whose members are strings, such as "
      "{\"verb\": \"answer\", \"text\": \"...\"}");
  if (!json.is_object() || json.size() > kMostFields) return wrong;
  std::map<std::string, std::string> fields;
  for (const auto& [name, value] : json.items()) {
    if (!value.is_string()) return wrong;
    fields[name] = value.get<std::string>();
  }
  return fields;
}

std::string TagOf(const std::string& body) {
  Json json = Json::parse(body, nullptr, /*allow_exceptions=*/false);
  if (json.is_object()) {
    // What differs with every request.
    for (const char* moment : {"from", "to", "period", "form"}) {
      json.erase(moment);
    }
  }
  return fmt::format("W/\"{}\"",
                     os::ToHex(os::Sha256(Dump(json)).substr(0, kTagBytes)));
}

// Weakly compared (RFC 9110, 8.8.3.2).
bool MatchesTag(std::string_view if_none_match, std::string_view tag) {
  constexpr std::string_view kWeak = "W/";
  const std::string_view opaque = tag.substr(kWeak.size());
  return if_none_match == "*" ||
         if_none_match.find(opaque) != std::string_view::npos;
}

}  // namespace earshot::feed
