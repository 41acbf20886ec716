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

// How many places of the index a text is found under, and of how many minima
// each is made.
inline constexpr size_t kBands = 24;
inline constexpr size_t kRows = 2;

// What near repeats know of one text. It holds the text's words, so it is as
// personal as the text and has to be erased with it. The same text gives the
// same signature on every machine. At most about 40 KiB; 100 bytes and 64 KiB
// of letters cost as their length.
struct Signature {
  // Of the letters and digits alone, digits that stand apart kept apart; zero
  // for a text without any. Hashes, not for secrets.
  std::array<uint64_t, 2> key{};
  std::string packed;                    // the words, see words.h
  std::array<uint32_t, kBands> bands{};  // each of kRows minima of its grams

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
