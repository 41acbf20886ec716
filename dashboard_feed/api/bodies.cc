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

std::string CursorText(const ListCursor& cursor) {
  return absl::WebSafeBase64Escape(
      fmt::format("{}.{}", cursor.priority_milli, cursor.insight));
}

std::optional<ListCursor> ParseCursor(std::string_view text) {
  std::string plain;
  if (text.size() > kLongestCursor ||
      !absl::WebSafeBase64Unescape({text.data(), text.size()}, &plain)) {
    return std::nullopt;
  }
  const std::string_view both = plain;
  const size_t point = both.find('.');
  ListCursor cursor;
  if (point == std::string_view::npos ||
      !ParseWhole(both.substr(0, point), cursor.priority_milli) ||
      !ParseWhole(both.substr(point + 1), cursor.insight)) {
    return std::nullopt;
  }
  return cursor;
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

std::string InsightsBody(const std::vector<v1::DigestItem>& items,
                         const std::string& next, absl::TimeZone zone) {
  Json out{{"items", Json::array()}};
  for (const v1::DigestItem& item : items) {
    out["items"].push_back(ItemAsJson(item, zone));
  }
  out["next"] = next.empty() ? Json(nullptr) : Json(next);
  return Dump(out);
}

std::string InsightBody(const v1::DigestItem& item, const v1::Insight& insight,
                        const std::vector<std::string>& verbs,
                        absl::TimeZone zone) {
  Json out = ItemAsJson(item, zone);
  out["opened_by"] = os::ToHex(item.opened_by());
  out["history"] = Json::array();
  for (const v1::InsightEvent& event : insight.history()) {
    Json one{{"at", absl::FormatTime(absl::RFC3339_sec,
                                     contract::ToTime(event.at()), zone)},
             {"leader", event.leader()},
             {"verb", event.verb()},
             {"state", contract::StateName(event.state())},
             {"detail", event.detail()}};
    if (!event.not_applied().empty()) one["not_applied"] = event.not_applied();
    out["history"].push_back(std::move(one));
  }
  out["verbs"] = verbs;
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
