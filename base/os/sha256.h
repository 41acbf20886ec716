#ifndef EARSHOT_BASE_OS_SHA256_H_
#define EARSHOT_BASE_OS_SHA256_H_

#include <array>
#include <cstddef>
#include <string>
#include <string_view>

// SHA-256 (FIPS 180-4) and HMAC with it (RFC 2104). Pure; any thread.
namespace earshot::os {

using RawHash = std::array<char, 32>;

// 32 bytes: of `first`, and what follows it. Raw... allocates nothing.
std::string Sha256(std::string_view first, std::string_view second = {});
RawHash RawSha256(std::string_view first, std::string_view second = {});

// 32 bytes; `key` of any length.
std::string HmacSha256(std::string_view key, std::string_view bytes);
RawHash RawHmacSha256(std::string_view key, std::string_view bytes);

// A key made ready, for many signatures: half the work for short ones.
// Immutable; any thread. 224 bytes.
class HmacKey {
 public:
  explicit HmacKey(std::string_view key);
  // HmacSha256 of the two in a row.
  std::string Sign(std::string_view first, std::string_view second = {}) const;
  RawHash RawSign(std::string_view first, std::string_view second = {}) const;

 private:
  struct State;
  static constexpr size_t kStateBytes = 224;
  alignas(8) unsigned char state_[kStateBytes];
};

}  // namespace earshot::os

#endif  // EARSHOT_BASE_OS_SHA256_H_
