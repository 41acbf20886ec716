#include "base/wire/keys.h"

#include <fmt/format.h>
#include <sys/stat.h>
#include <zmq.h>

#include <array>

#include "base/os/files.h"
#include "base/os/status_text.h"

namespace earshot::wire {
namespace {

constexpr size_t kTextLength = 40;
constexpr std::string_view kPublicPrefix = "public ";
constexpr std::string_view kSecretPrefix = "secret ";

std::string LineAfter(std::string_view text, std::string_view prefix) {
  size_t start = 0;
  while (start < text.size()) {
    const size_t end = std::min(text.find('\n', start), text.size());
    const std::string_view line = text.substr(start, end - start);
    if (line.substr(0, prefix.size()) == prefix) {
      return std::string(line.substr(prefix.size()));
    }
    start = end + 1;
  }
  return {};
}

}  // namespace

KeyPair GenerateKeyPair() {
  std::array<char, kTextLength + 1> public_key{};
  std::array<char, kTextLength + 1> secret_key{};
  // One that begins like an option could not be named on a command line.
  do {
    zmq_curve_keypair(public_key.data(), secret_key.data());
  } while (public_key[0] == '-');
  return {public_key.data(), secret_key.data()};
}

absl::Status CheckPublicKey(std::string_view z85) {
  std::array<unsigned char, 32> bytes{};
  const std::string text(z85);
  if (text.size() != kTextLength ||
      zmq_z85_decode(bytes.data(), text.c_str()) == nullptr) {
    return absl::InvalidArgumentError(fmt::format(
        "'{}' is not a public key: it has 40 characters, as the file ending "
        "in .pub holds it",
        z85));
  }
  return absl::OkStatus();
}

std::string KeyBytes(std::string_view z85) {
  std::array<unsigned char, 32> bytes{};
  zmq_z85_decode(bytes.data(), std::string(z85).c_str());
  return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

std::string KeyText(std::string_view bytes32) {
  std::array<char, kTextLength + 1> text{};
  if (bytes32.size() != 32) return {};
  zmq_z85_encode(text.data(),
                 reinterpret_cast<const unsigned char*>(bytes32.data()),
                 bytes32.size());
  return text.data();
}

absl::Status SaveKeyPair(const std::string& path, const KeyPair& keys) {
  absl::Status status = os::WriteFileAtomically(
      path,
      fmt::format("{}{}\n{}{}\n", kPublicPrefix, keys.public_key, kSecretPrefix,
                  keys.secret_key),
      0600);
  if (!status.ok()) return status;
  return os::WriteFileAtomically(path + ".pub", keys.public_key + "\n", 0644);
}

absl::StatusOr<KeyPair> LoadKeyPair(const std::string& path) {
  const auto text = os::ReadFile(path, 4096);
  if (!text.ok()) return text.status();
  struct stat info {};
  if (::stat(path.c_str(), &info) == 0 && (info.st_mode & 077) != 0) {
    return absl::PermissionDeniedError(fmt::format(
        "others may read the secret key {}: chmod 600 it, and make a new one "
        "if they did",
        path));
  }
  KeyPair keys{LineAfter(*text, kPublicPrefix),
               LineAfter(*text, kSecretPrefix)};
  if (!CheckPublicKey(keys.public_key).ok() ||
      !CheckPublicKey(keys.secret_key).ok()) {
    return absl::InvalidArgumentError(
        fmt::format("{} is not a key file; make one with keygen", path));
  }
  return keys;
}

absl::StatusOr<KeyPair> LoadOrMakeKeyPair(const std::string& path) {
  auto keys = LoadKeyPair(path);
  if (!absl::IsNotFound(keys.status())) return keys;
  const KeyPair fresh = GenerateKeyPair();
  absl::Status status = SaveKeyPair(path, fresh);
  if (!status.ok()) return status;
  return fresh;
}

absl::StatusOr<std::string> LoadPublicKey(const std::string& path) {
  auto text = os::ReadFile(path, 4096);
  if (!text.ok()) return text.status();
  while (!text->empty() && (text->back() == '\n' || text->back() == '\r')) {
    text->pop_back();
  }
  absl::Status status = CheckPublicKey(*text);
  if (!status.ok()) {
    return absl::InvalidArgumentError(
        fmt::format("{}: {}", path, os::StatusText(status)));
  }
  return text;
}

}  // namespace earshot::wire
