#include "base/http/cookies.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstring>
#include <utility>

namespace earshot::http {
namespace {

char Lower(char c) {
  return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
}

std::string_view Trimmed(std::string_view text) {
  while (!text.empty() && text.front() == ' ') text.remove_prefix(1);
  while (!text.empty() && text.back() == ' ') text.remove_suffix(1);
  return text;
}

// Where the path of a URL begins.
size_t EndOfOrigin(std::string_view url) {
  const size_t scheme = url.find("://");
  const size_t from = scheme == std::string_view::npos ? 0 : scheme + 3;
  return std::min(url.find('/', from), url.size());
}

}  // namespace

std::string CookieIn(std::string_view header, std::string_view name) {
  while (!header.empty()) {
    const size_t end = std::min(header.find(';'), header.size());
    const std::string_view one = Trimmed(header.substr(0, end));
    header.remove_prefix(std::min(header.size(), end + 1));
    const size_t equals = one.find('=');
    if (equals != std::string_view::npos && one.substr(0, equals) == name) {
      return std::string(one.substr(equals + 1));
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
  if (authorization.size() <= kScheme.size()) return {};
  for (size_t i = 0; i < kScheme.size(); ++i) {
    if (Lower(authorization[i]) != kScheme[i]) return {};
  }
  return std::string(Trimmed(authorization.substr(kScheme.size())));
}

std::string OriginOf(std::string_view url) {
  std::string origin(url.substr(0, EndOfOrigin(url)));
  std::transform(origin.begin(), origin.end(), origin.begin(), Lower);
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
