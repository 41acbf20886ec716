#ifndef EARSHOT_DASHBOARD_FEED_CHANNELS_SIGNATURE_H_
#define EARSHOT_DASHBOARD_FEED_CHANNELS_SIGNATURE_H_

#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/time.h"

// How a webhook's receiver knows that a body comes from here: the headers of
// Standard Webhooks, so that its libraries check them. Pure.
namespace earshot::feed {

inline constexpr size_t kMostKeys = 4;
inline constexpr size_t kShortestKeyBytes = 16;

// The keys of a key file, one a line; `whsec_` and base64, or the bytes
// themselves. InvalidArgument: none, too many or too short ones.
absl::StatusOr<std::vector<std::string>> ParseKeys(std::string_view file);

// webhook-id, webhook-timestamp and, with keys, webhook-signature: for each
// key "v1," and base64 of HMAC-SHA-256 over "id.timestamp.body". With several
// keys the receiver may change from one to the next at any time.
std::vector<std::string> SignatureHeaders(const std::vector<std::string>& keys,
                                          const std::string& id, absl::Time now,
                                          std::string_view body);

}  // namespace earshot::feed

#endif  // EARSHOT_DASHBOARD_FEED_CHANNELS_SIGNATURE_H_
