#include "dashboard_feed/channels/signature.h"

#include <fmt/format.h>

#include "absl/strings/escaping.h"
#include "base/os/sha256.h"

namespace earshot::feed {
namespace {

constexpr std::string_view kPrefix = "whsec_";

std::string Base64(const std::string& bytes) {
  std::string text;
  absl::Base64Escape(bytes, &text);
  return text;
}

}  // namespace

absl::StatusOr<std::vector<std::string>> ParseKeys(std::string_view file) {
  std::vector<std::string> keys;
  while (!file.empty()) {
    const size_t end = file.find('\n');
    std::string line(file.substr(0, end));
    file.remove_prefix(end == std::string_view::npos ? file.size() : end + 1);
    while (!line.empty() && (line.back() == '\r' || line.back() == ' ')) {
      line.pop_back();
    }
    if (line.empty()) continue;
    if (line.rfind(kPrefix, 0) == 0) {
      std::string decoded;
      if (!absl::Base64Unescape(line.substr(kPrefix.size()), &decoded)) {
        return absl::InvalidArgumentError(
            "what follows whsec_ is not base64; make a key with: "
            "echo \"whsec_$(head -c 32 /dev/urandom | base64)\"");
      }
      line = std::move(decoded);
    }
    if (line.size() < kShortestKeyBytes) {
      return absl::InvalidArgumentError(
          fmt::format("a key is shorter than {} bytes; make one with: "
                      "echo \"whsec_$(head -c 32 /dev/urandom | base64)\"",
                      kShortestKeyBytes));
    }
    keys.push_back(std::move(line));
  }
  if (keys.empty() || keys.size() > kMostKeys) {
    return absl::InvalidArgumentError(
        fmt::format("it has {} keys; it needs 1 to {}, one a line", keys.size(),
                    kMostKeys));
  }
  return keys;
}

std::vector<std::string> SignatureHeaders(const std::vector<std::string>& keys,
                                          const std::string& id, absl::Time now,
                                          std::string_view body) {
  const int64_t seconds = absl::ToUnixSeconds(now);
  std::vector<std::string> headers{
      fmt::format("webhook-id: {}", id),
      fmt::format("webhook-timestamp: {}", seconds)};
  std::string signatures;
  for (const std::string& key : keys) {
    const std::string mac =
        os::HmacSha256(key, fmt::format("{}.{}.{}", id, seconds, body));
    if (!signatures.empty()) signatures += ' ';
    signatures += "v1," + Base64(mac);
  }
  if (!signatures.empty()) {
    headers.push_back("webhook-signature: " + signatures);
  }
  return headers;
}

}  // namespace earshot::feed
