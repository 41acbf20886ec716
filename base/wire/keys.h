#ifndef EARSHOT_BASE_WIRE_KEYS_H_
#define EARSHOT_BASE_WIRE_KEYS_H_

#include <string>
#include <string_view>

#include "absl/status/status.h"
#include "absl/status/statusor.h"

namespace earshot::wire {

// CURVE keys as text (Z85, ZeroMQ RFC 32): 40 printable characters each.
struct KeyPair {
  std::string public_key;
  std::string secret_key;
};

KeyPair GenerateKeyPair();

// A public key is 40 Z85 characters; InvalidArgument says so otherwise.
absl::Status CheckPublicKey(std::string_view z85);

// The 32 bytes that stand for it; `z85` must have passed CheckPublicKey.
std::string KeyBytes(std::string_view z85);
std::string KeyText(std::string_view bytes32);

// Writes `path` (0600, both keys) and `path`.pub (0644, the public one).
absl::Status SaveKeyPair(const std::string& path, const KeyPair& keys);
// PermissionDenied when others may read the secret.
absl::StatusOr<KeyPair> LoadKeyPair(const std::string& path);
// Loads, or makes and saves a new one.
absl::StatusOr<KeyPair> LoadOrMakeKeyPair(const std::string& path);
absl::StatusOr<std::string> LoadPublicKey(const std::string& path);

}  // namespace earshot::wire

#endif  // EARSHOT_BASE_WIRE_KEYS_H_
