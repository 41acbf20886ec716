#ifndef EARSHOT_DASHBOARD_FEED_CHANNELS_SECRET_H_
#define EARSHOT_DASHBOARD_FEED_CHANNELS_SECRET_H_

#include <string>

#include "absl/status/statusor.h"

namespace earshot::feed {

// The content of a file that only its owner can read, without the newline at
// its end; at most 4 KiB. PermissionDenied when others could read it too, or
// when it is neither this user's nor root's. No error shows the content.
absl::StatusOr<std::string> ReadSecret(const std::string& path);

}  // namespace earshot::feed

#endif  // EARSHOT_DASHBOARD_FEED_CHANNELS_SECRET_H_
