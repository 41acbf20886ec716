#include "dashboard_feed/action_links/seal.h"

#include "absl/strings/escaping.h"
#include "base/os/bytes.h"
#include "proto/contract/times.h"

namespace earshot::feed {
namespace {

constexpr size_t kSealBytes = 16;
constexpr std::string_view kPurpose = "earshot action link 1";

std::string SealOf(const os::HmacKey& key, std::string_view bytes) {
  return key.Sign(kPurpose, bytes).substr(0, kSealBytes);
}

}  // namespace

std::string Seal(const os::HmacKey& key, const v1::ActionLink& link) {
  const std::string bytes = link.SerializeAsString();
  return absl::WebSafeBase64Escape(bytes + SealOf(key, bytes));
}

absl::StatusOr<v1::ActionLink> Unseal(const os::HmacKey& key,
                                      std::string_view token, absl::Time now) {
  const absl::Status wrong = absl::PermissionDeniedError(
      "this link is not one of ours, or it was changed on its way");
  std::string sealed;
  if (token.size() > kLongestToken ||
      !absl::WebSafeBase64Unescape({token.data(), token.size()}, &sealed) ||
      sealed.size() <= kSealBytes) {
    return wrong;
  }
  const std::string bytes = sealed.substr(0, sealed.size() - kSealBytes);
  if (!os::SameSecret(SealOf(key, bytes), sealed.substr(bytes.size()))) {
    return wrong;
  }
  v1::ActionLink link;
  if (!link.ParseFromString(bytes)) return wrong;
  if (contract::ToTime(link.expires()) <= now) {
    return absl::DeadlineExceededError("this link has expired");
  }
  return link;
}

}  // namespace earshot::feed
