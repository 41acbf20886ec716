#include "dashboard_feed/page/routes.h"

#include <algorithm>
#include <optional>

#include "base/os/bytes.h"
#include "base/os/sha256.h"
#include "dashboard_feed/page/page.h"

namespace earshot::feed {
namespace {

constexpr std::string_view kNumber = "{number}";

// Of a number as pages write it: no sign, no zero before it.
std::optional<uint64_t> NumberOf(std::string_view text) {
  constexpr size_t kDigits = 19;  // that fit for certain
  if (text.empty() || text.size() > kDigits || text[0] == '0') {
    return std::nullopt;
  }
  uint64_t number = 0;
  for (const char c : text) {
    if (c < '0' || c > '9') return std::nullopt;
    number = 10 * number + static_cast<uint64_t>(c - '0');
  }
  return number;
}

bool Matches(std::string_view pattern, std::string_view path,
             uint64_t& insight) {
  const size_t at = pattern.find(kNumber);
  if (at == std::string_view::npos) return pattern == path;
  const std::string_view before = pattern.substr(0, at);
  const std::string_view after = pattern.substr(at + kNumber.size());
  if (path.size() <= before.size() + after.size() ||
      path.substr(0, at) != before ||
      path.substr(path.size() - after.size()) != after) {
    return false;
  }
  const auto number =
      NumberOf(path.substr(at, path.size() - before.size() - after.size()));
  insight = number.value_or(0);
  return number.has_value();
}

}  // namespace

const std::string& StylePath() {
  static const std::string kPath =
      "/page-" + os::ToHex(os::Sha256(StyleSheet())).substr(0, 12) + ".css";
  return kPath;
}

const std::string& ScriptPath() {
  static const std::string kPath =
      PageScript().empty()
          ? ""
          : "/page-" + os::ToHex(os::Sha256(PageScript())).substr(0, 12) +
                ".js";
  return kPath;
}

const std::vector<Route>& Routes() {
  static const std::vector<Route> kRoutes = [] {
    std::vector<Route> routes{
        {Served::kStyle, StylePath(), true, false},
        {Served::kSignIn, "/sign-in", true, true},
        {Served::kSignOut, "/sign-out", false, true},
        {Served::kDigest, "/", true, false},
        {Served::kMorning, "/morning", true, false},
        {Served::kInsights, "/insights", true, false},
        {Served::kInsight, "/insights/{number}", true, true},
        {Served::kLoop, "/loop", true, false},
        {Served::kSubscriptions, "/subscriptions", true, true},
        {Served::kDeliveries, "/deliveries", true, false},
        {Served::kRetry, "/deliveries/{number}", false, true},
        {Served::kApi, "/api/v1", true, false},
        {Served::kApiMe, "/api/v1/me", true, false},
        {Served::kApiDigest, "/api/v1/digest", true, false},
        {Served::kApiEvents, "/api/v1/events", true, false},
        {Served::kApiInsights, "/api/v1/insights", true, false},
        {Served::kApiInsight, "/api/v1/insights/{number}", true, false},
        {Served::kApiDecisions, "/api/v1/insights/{number}/decisions", false,
         true},
        {Served::kApiQuestions, "/api/v1/insights/{number}/questions", false,
         true},
        {Served::kApiResults, "/api/v1/results", true, false},
        {Served::kApiSubscriptions, "/api/v1/subscriptions", true, true},
        {Served::kApiDeputies, "/api/v1/deputies", true, true},
        {Served::kApiDeliveries, "/api/v1/deliveries", true, false},
        {Served::kApiRetry, "/api/v1/deliveries/{number}/retry", false, true}};
    if (!ScriptPath().empty()) {
      routes.push_back({Served::kScript, ScriptPath(), true, false});
    }
    return routes;
  }();
  return kRoutes;
}

Found FindRoute(std::string_view path) {
  if (path.substr(0, kLinkPath.size()) == kLinkPath) {
    return {{Served::kLink, std::string(kLinkPath), true, true}, 0};
  }
  uint64_t insight = 0;
  for (const Route& route : Routes()) {
    if (Matches(route.path, path, insight)) return {route, insight};
  }
  return {};
}

}  // namespace earshot::feed
