// With the processor's own instructions where it has them. The one-shot and EVP
// calls of libcrypto look their algorithm up each time, which costs more than
// hashing a short text; these calls do not, and OpenSSL 3 keeps them.
#define OPENSSL_SUPPRESS_DEPRECATED

#include "base/os/sha256.h"

#include <openssl/sha.h>

#include <array>
#include <cstring>
#include <new>

namespace earshot::os {
namespace {

constexpr size_t kBlockBytes = SHA256_CBLOCK;

RawHash Final(SHA256_CTX& state) {
  RawHash out;
  SHA256_Final(reinterpret_cast<unsigned char*>(out.data()), &state);
  return out;
}

std::string AsString(const RawHash& hash) { return {hash.data(), hash.size()}; }

void Begin(SHA256_CTX& state, const std::array<unsigned char, kBlockBytes>& key,
           unsigned char pad) {
  std::array<unsigned char, kBlockBytes> block = key;
  for (unsigned char& byte : block) byte ^= pad;
  SHA256_Init(&state);
  SHA256_Update(&state, block.data(), block.size());
}

}  // namespace

struct HmacKey::State {
  SHA256_CTX inner;
  SHA256_CTX outer;
};

HmacKey::HmacKey(std::string_view key) {
  static_assert(sizeof(State) <= kStateBytes);
  auto* const state = new (&state_) State;
  std::array<unsigned char, kBlockBytes> padded{};
  if (key.size() > kBlockBytes) {
    const std::string hash = Sha256(key);
    std::memcpy(padded.data(), hash.data(), hash.size());
  } else if (!key.empty()) {
    std::memcpy(padded.data(), key.data(), key.size());
  }
  Begin(state->inner, padded, 0x36);
  Begin(state->outer, padded, 0x5c);
}

RawHash HmacKey::RawSign(std::string_view first,
                         std::string_view second) const {
  const auto* const state =
      std::launder(reinterpret_cast<const State*>(&state_));
  SHA256_CTX inner = state->inner;
  SHA256_Update(&inner, first.data(), first.size());
  SHA256_Update(&inner, second.data(), second.size());
  const RawHash hash = Final(inner);
  SHA256_CTX outer = state->outer;
  SHA256_Update(&outer, hash.data(), hash.size());
  return Final(outer);
}

std::string HmacKey::Sign(std::string_view first,
                          std::string_view second) const {
  return AsString(RawSign(first, second));
}

RawHash RawSha256(std::string_view first, std::string_view second) {
  SHA256_CTX state;
  SHA256_Init(&state);
  SHA256_Update(&state, first.data(), first.size());
  SHA256_Update(&state, second.data(), second.size());
  return Final(state);
}

std::string Sha256(std::string_view first, std::string_view second) {
  return AsString(RawSha256(first, second));
}

RawHash RawHmacSha256(std::string_view key, std::string_view bytes) {
  return HmacKey(key).RawSign(bytes);
}

std::string HmacSha256(std::string_view key, std::string_view bytes) {
  return AsString(RawHmacSha256(key, bytes));
}

}  // namespace earshot::os
