#ifndef EARSHOT_ROUTER_INSIGHT_NEAR_SIGNATURE_H_
#define EARSHOT_ROUTER_INSIGHT_NEAR_SIGNATURE_H_

#include <array>
#include <cstdint>
#include <string>
#include <string_view>

#include "absl/status/statusor.h"
#include "router/insight/near/words.h"
#include "router/text/tokens.h"

namespace earshot::router {

// Under how many hashes the index finds a text. The first are made of one
// minimum of the grams of its content words, which short texts have in common
// sooner; then come those of two, which few texts have in common by chance; the
// last are of two of all its words, for texts with little content.
inline constexpr size_t kSingles = 10;
inline constexpr size_t kPairs = 6;
inline constexpr size_t kPairsOfAll = 8;
inline constexpr size_t kBands = kSingles + kPairs + kPairsOfAll;

// What near repeats know of one text. It holds the text's words, so it is as
// personal as the text and has to be erased with it. The same text gives the
// same signature on every machine. At most about 40 KiB; 100 bytes and 64 KiB
// of letters cost as their length.
struct Signature {
  // Of the letters and digits alone, digits that stand apart kept apart; zero
  // for a text without any. Hashes, not for secrets.
  std::array<uint64_t, 2> key{};
  std::string packed;                    // the words, see words.h
  std::array<uint32_t, kBands> bands{};  // of its grams

  // A text without a letter or digit is like no other.
  bool empty() const { return key[0] == 0 && key[1] == 0; }
};

// Makes signatures; keeps its buffers. One thread at a time.
class Signer {
 public:
  void Sign(const TokenisedText& text, Signature& out);

  // The compact form, versioned, and back. InvalidArgument for what Serialise
  // did not make.
  static std::string Serialise(const Signature& signature);
  absl::StatusOr<Signature> Parse(std::string_view bytes);

 private:
  NearWords words_;
  std::string repacked_;
};

// The bands of a text that was read.
void MakeBands(const NearWords& words, std::array<uint32_t, kBands>& out);

}  // namespace earshot::router

#endif  // EARSHOT_ROUTER_INSIGHT_NEAR_SIGNATURE_H_
