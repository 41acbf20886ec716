#ifndef EARSHOT_DASHBOARD_FEED_ACTION_LINKS_SEAL_H_
#define EARSHOT_DASHBOARD_FEED_ACTION_LINKS_SEAL_H_

#include <string>
#include <string_view>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "base/os/sha256.h"
#include "earshot/v1/digest.pb.h"

// Links that a leader can act by without signing in. Pure; any thread.
namespace earshot::feed {

inline constexpr size_t kActionKeyBytes = 32;
inline constexpr size_t kLongestToken = 1024;

// URL-safe base64 of the link and an HMAC-SHA256 of it (RFC 2104), cut to 16
// bytes.
std::string Seal(const os::HmacKey& key, const v1::ActionLink& link);

// PermissionDenied: not sealed with this key. DeadlineExceeded: too late.
absl::StatusOr<v1::ActionLink> Unseal(const os::HmacKey& key,
                                      std::string_view token, absl::Time now);

}  // namespace earshot::feed

#endif  // EARSHOT_DASHBOARD_FEED_ACTION_LINKS_SEAL_H_
