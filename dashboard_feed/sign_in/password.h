#ifndef EARSHOT_DASHBOARD_FEED_SIGN_IN_PASSWORD_H_
#define EARSHOT_DASHBOARD_FEED_SIGN_IN_PASSWORD_H_

#include <cstddef>
#include <string>
#include <string_view>

#include "absl/status/status.h"
#include "absl/status/statusor.h"

// Passwords as they are kept: Argon2id (RFC 9106), by libsodium, which salts
// them. Any thread; one at a time needs kPasswordMemory, and some ten
// milliseconds of an old PC.
namespace earshot::feed {

inline constexpr size_t kShortestPassword = 12;  // bytes
inline constexpr size_t kLongestPassword = 256;
inline constexpr size_t kPasswordMemory = size_t{19} << 20U;
inline constexpr unsigned kPasswordPasses = 2;

// InvalidArgument says what to choose instead.
absl::Status CheckNewPassword(std::string_view password);

// ResourceExhausted: there is no memory for it.
absl::StatusOr<std::string> HashPassword(std::string_view password);

// Made by HashPassword, with the costs of this release.
bool IsPasswordHash(const std::string& hash);

// `hash` empty: false, after as much work.
bool PasswordFits(const std::string& hash, std::string_view password);

// Overwrites it.
void Wipe(std::string& secret);

}  // namespace earshot::feed

#endif  // EARSHOT_DASHBOARD_FEED_SIGN_IN_PASSWORD_H_
