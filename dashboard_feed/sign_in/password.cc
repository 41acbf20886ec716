#include "dashboard_feed/sign_in/password.h"

#include <fmt/format.h>
#include <sodium.h>

namespace earshot::feed {

absl::Status CheckNewPassword(std::string_view password) {
  if (password.size() < kShortestPassword) {
    return absl::InvalidArgumentError(
        fmt::format("a password has at least {} characters; a few words in a "
                    "row are easy to remember",
                    kShortestPassword));
  }
  if (password.size() > kLongestPassword) {
    return absl::InvalidArgumentError(
        fmt::format("a password has at most {} bytes; choose a shorter one",
                    kLongestPassword));
  }
  if (password.find('\0') != std::string_view::npos ||
      password.find('\n') != std::string_view::npos) {
    return absl::InvalidArgumentError("a password is one line of text");
  }
  return absl::OkStatus();
}

absl::StatusOr<std::string> HashPassword(std::string_view password) {
  char hash[crypto_pwhash_STRBYTES];
  if (sodium_init() < 0 ||
      crypto_pwhash_str_alg(hash, password.data(), password.size(),
                            kPasswordPasses, kPasswordMemory,
                            crypto_pwhash_ALG_ARGON2ID13) != 0) {
    return absl::ResourceExhaustedError(
        fmt::format("there is no memory to hash a password; {} MiB must be "
                    "free",
                    kPasswordMemory >> 20U));
  }
  return std::string(hash);
}

bool IsPasswordHash(const std::string& hash) {
  return hash.rfind(crypto_pwhash_argon2id_STRPREFIX, 0) == 0 &&
         hash.size() < crypto_pwhash_STRBYTES && sodium_init() >= 0 &&
         crypto_pwhash_str_needs_rehash(hash.c_str(), kPasswordPasses,
                                        kPasswordMemory) == 0;
}

bool PasswordFits(const std::string& hash, std::string_view password) {
  if (hash.empty()) {
    static_cast<void>(HashPassword(password));
    return false;
  }
  return sodium_init() >= 0 && hash.size() < crypto_pwhash_STRBYTES &&
         crypto_pwhash_str_verify(hash.c_str(), password.data(),
                                  password.size()) == 0;
}

void Wipe(std::string& secret) {
  sodium_memzero(secret.data(), secret.size());
  secret.clear();
}

}  // namespace earshot::feed
