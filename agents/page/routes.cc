#include "agents/page/routes.h"

#include <fmt/format.h>

#include "absl/strings/match.h"
#include "absl/strings/string_view.h"
#include "agents/page/page.h"
#include "base/http/http_server.h"
#include "base/os/bytes.h"
#include "base/os/sha256.h"

namespace earshot::agents {
namespace {

std::string Named(std::string_view content, const char* ending) {
  constexpr size_t kDigits = 12;
  return fmt::format("/page-{}.{}",
                     os::ToHex(os::Sha256(content)).substr(0, kDigits), ending);
}

}  // namespace

const std::string& StylePath() {
  static const std::string kPath = Named(StyleSheet(), "css");
  return kPath;
}

const std::string& ScriptPath() {
  static const std::string kPath = Named(Script(), "js");
  return kPath;
}

const std::vector<Route>& Routes() {
  static const std::vector<Route> kRoutes{
      {Served::kStyle, StylePath(), true, false},
      {Served::kScript, ScriptPath(), true, false},
      {Served::kReport, "/", true, true},
      {Served::kMeToo, "/me-too", false, true},
      {Served::kPreview, "/preview", false, true},
      {Served::kStatus, "/status", true, false},
      {Served::kDone, "/done/", true, false},
      {Served::kForget, "/forget", false, true},
      {Served::kRemember, "/remember", false, true},
      {Served::kForgetMine, "/forget-mine", false, true},
      {Served::kInbox, "/inbox", true, false},
      {Served::kOpen, "/open", false, true},
      {Served::kMine, "/mine/", true, false},
      {Served::kVerdict, "/verdict", false, true},
      {Served::kReply, "/reply", false, true},
      {Served::kCorrect, "/correct", false, true},
      {Served::kWithdraw, "/withdraw", false, true},
      {Served::kLanguage, "/language", true, false},
      {Served::kPhone, "/phone", true, false},
      {Served::kPhoneShow, "/phone/show", false, true},
      {Served::kPhoneHide, "/phone/hide", false, true},
      {Served::kPhoneUnpair, "/phone/unpair", false, true},
      {Served::kPair, "/pair/", true, true}};
  return kRoutes;
}

Found FindRoute(std::string_view path) {
  for (const Route& route : Routes()) {
    const std::string& known = route.path;
    if (path == known) return {route, ""};
    if (known.size() > 1 && known.back() == '/' &&
        path.substr(0, known.size()) == known) {
      return {route, std::string(path.substr(known.size()))};
    }
  }
  return {};
}

bool IsOurHost(std::string_view host, int port) {
  for (const char* name : {"127.0.0.1", "localhost"}) {
    if (host == fmt::format("{}:{}", name, port)) return true;
    if (port == 80 && host == name) return true;
  }
  // Another number of this machine's own.
  const std::string ending = fmt::format(":{}", port);
  return host.substr(0, 4) == "127." && host.size() > ending.size() &&
         host.substr(host.size() - ending.size()) == ending &&
         host.substr(0, host.size() - ending.size())
                 .find_first_not_of("0123456789.") == std::string_view::npos;
}

bool IsPhonesHost(std::string_view host, std::string_view origin, int port) {
  const size_t scheme = origin.find("://");
  if (scheme != std::string_view::npos && !host.empty() &&
      absl::EqualsIgnoreCase(absl::string_view(host.data(), host.size()),
                             absl::string_view(origin.data() + scheme + 3,
                                               origin.size() - scheme - 3))) {
    return true;
  }
  const size_t colon = host.rfind(':');
  if (colon == std::string_view::npos) {
    return port == 443 && http::AddressIn(std::string(host)).has_value();
  }
  return host.substr(colon) == fmt::format(":{}", port) &&
         http::AddressIn(std::string(host.substr(0, colon))).has_value();
}

bool IsOurOrigin(std::string_view origin, std::string_view scheme,
                 std::string_view host) {
  return origin.empty() || origin == fmt::format("{}{}", scheme, host);
}

}  // namespace earshot::agents
