#include "base/http/cookies.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstring>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_split.h"
#include "absl/strings/string_view.h"

namespace earshot::http {
namespace {

std::string Trimmed(std::string_view text) {
  return std::string(
      absl::StripAsciiWhitespace(absl::string_view(text.data(), text.size())));
}

// Where the path of a URL begins.
size_t EndOfOrigin(std::string_view url) {
  const size_t scheme = url.find("://");
  const size_t from = scheme == std::string_view::npos ? 0 : scheme + 3;
  return std::min(url.find('/', from), url.size());
}

}  // namespace

std::string CookieIn(std::string_view header, std::string_view name) {
  for (const absl::string_view part :
       absl::StrSplit(absl::string_view(header.data(), header.size()), ';')) {
    const std::string one = Trimmed({part.data(), part.size()});
    const size_t equals = one.find('=');
    if (equals != std::string::npos && one.compare(0, equals, name) == 0) {
      return one.substr(equals + 1);
    }
  }
  return {};
}

std::string CookieFor(std::string_view name, std::string_view value,
                      bool secure, absl::Duration kept) {
  std::string age;
  if (value.empty()) {
    age = "; Max-Age=0";
  } else if (kept > absl::ZeroDuration()) {
    age = fmt::format("; Max-Age={}", absl::ToInt64Seconds(kept));
  }
  return fmt::format("{}={}; Path=/; HttpOnly; SameSite=Strict{}{}", name,
                     value, secure ? "; Secure" : "", age);
}

std::string BearerIn(std::string_view authorization) {
  constexpr std::string_view kScheme = "bearer ";
  if (!absl::StartsWithIgnoreCase({authorization.data(), authorization.size()},
                                  {kScheme.data(), kScheme.size()})) {
    return {};
  }
  return Trimmed(authorization.substr(kScheme.size()));
}

std::string OriginOf(std::string_view url) {
  std::string origin(url.substr(0, EndOfOrigin(url)));
  absl::AsciiStrToLower(&origin);
  for (const auto& [scheme, port] :
       {std::pair("https://", ":443"), std::pair("http://", ":80")}) {
    const size_t at =
        origin.size() - std::min(origin.size(), std::strlen(port));
    if (origin.rfind(scheme, 0) == 0 && origin.substr(at) == port) {
      origin.resize(at);
    }
  }
  return origin;
}

std::string PathOf(std::string_view url) {
  std::string_view path = url.substr(EndOfOrigin(url));
  while (!path.empty() && path.back() == '/') path.remove_suffix(1);
  return std::string(path);
}

}  // namespace earshot::http
