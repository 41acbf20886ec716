#ifndef EARSHOT_ROUTER_TEXT_HASHES_H_
#define EARSHOT_ROUTER_TEXT_HASHES_H_

#include <cstdint>
#include <string_view>

// Hashes that stand in model files: the same on every machine, for ever. Not
// for what an enemy may choose. Pure; any thread.
namespace earshot::router {

inline constexpr uint64_t kWordSeed = 0x2545F4914F6CDD1DULL;

// One more byte of a running hash.
constexpr uint64_t HashByte(uint64_t hash, char byte) {
  hash ^= static_cast<unsigned char>(byte);
  hash *= 0x9FB21C651E98DF25ULL;
  return hash ^ (hash >> 28U);
}

constexpr uint64_t HashWord(std::string_view word) {
  uint64_t hash = kWordSeed;
  for (const char byte : word) hash = HashByte(hash, byte);
  return hash;
}

// Spreads a running hash over the 32 bits that name a feature.
constexpr uint32_t FinishHash(uint64_t hash) {
  hash ^= hash >> 32U;
  hash *= 0xFF51AFD7ED558CCDULL;
  return static_cast<uint32_t>(hash >> 32U);
}

}  // namespace earshot::router

#endif  // EARSHOT_ROUTER_TEXT_HASHES_H_
