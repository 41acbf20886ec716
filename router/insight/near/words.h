#ifndef EARSHOT_ROUTER_INSIGHT_NEAR_WORDS_H_
#define EARSHOT_ROUTER_INSIGHT_NEAR_WORDS_H_

#include <array>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "router/text/tokens.h"

namespace earshot::router {

// One word of a text as near repeats are told by.
struct NearWord {
  enum class Weight : uint8_t { kCourtesy, kFunction, kContent };

  uint32_t begin = 0;  // letters into NearWords::letters
  uint16_t size = 0;   // in letters, at least 1
  bool number = false;
  bool negation = false;
  bool parted = false;  // a sign such as a comma or a dash follows
  Weight weight = Weight::kContent;
  uint64_t hash = 0;  // of a number word that of its digits
};

// The words of a text, told alike however they were typed: short forms and
// contractions as long ones (u -> you, isnt -> is not), "and" left out, each
// sign of a script without blanks a word, and the reference of a ticket left
// out (see IsReference). A letter is a code point, folded to 16 bits beyond the
// first plane.
struct NearWords {
  std::u16string letters;  // of all words, nothing between them
  std::vector<NearWord> words;
};

// What is longer is read up to here. Bounds memory and time of one text.
inline constexpr size_t kMostLetters = 16384;
inline constexpr size_t kMostLettersOfWord = 1024;

// A number of so many digits that it is a name: of a ticket, an order.
bool IsReference(const NearWords& words, const NearWord& word);

// Both keep the capacity of `out`. Linear in the length.
void ReadWords(const TokenisedText& text, NearWords& out);

// Six bits a letter for a to z, 0 to 9 and blanks, 24 for any other. Reading
// what was packed gives the same words.
void Pack(const NearWords& words, std::string& out);
// False, and `out` is of no use, when `packed` is nothing that Pack made.
bool Unpack(std::string_view packed, NearWords& out);

// Deterministic, the same on every machine; not for secrets.
constexpr uint64_t MixBits(uint64_t x) {
  x ^= x >> 32;
  x *= 0xD6E8FEB86659FD93ULL;
  x ^= x >> 32;
  x *= 0xD6E8FEB86659FD93ULL;
  return x ^ (x >> 32);
}

// Calls `each(hash)` for every run of four letters inside the word and a blank
// on both of its sides; once for a word of one or two letters. Runs do not
// cross words, so that their order makes no difference.
template <typename Each>
void ForEachGram(const NearWords& words, const NearWord& word, Each&& each) {
  constexpr uint64_t kBlank = 1;
  const char16_t* letter = words.letters.data() + word.begin;
  uint64_t gram = kBlank;
  for (uint32_t i = 0; i < word.size; ++i) {
    gram = (gram << 16) | letter[i];
    if (i >= 2) each(MixBits(gram));
  }
  each(MixBits((gram << 16) | kBlank));
}

}  // namespace earshot::router

#endif  // EARSHOT_ROUTER_INSIGHT_NEAR_WORDS_H_
