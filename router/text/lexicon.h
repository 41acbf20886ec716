#ifndef EARSHOT_ROUTER_TEXT_LEXICON_H_
#define EARSHOT_ROUTER_TEXT_LEXICON_H_

#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>
#include <vector>

#include "router/text/tokens.h"

namespace earshot::router {

// The words of the VADER lexicon (C.J. Hutto, MIT; lexicon/README.md), one a
// line: word, tab, mean valence from -4 to +4.
std::string_view ValenceLexiconText();

// Tells which words stand under a negation: those after it in its clause, at
// most kNegatedWords of them. Asked token by token.
inline constexpr int kNegatedWords = 4;
class NegationScope {
 public:
  // Whether this token stands under a negation before it.
  bool Next(const Token& token) {
    const bool under = left_ > 0 && !token.mark;
    if (under) --left_;
    if (token.negation) left_ = kNegatedWords;
    if (token.clause_end) left_ = 0;
    return under;
  }

 private:
  int left_ = 0;
};

// What the lexicon says of a text, in 1/256.
enum class LexiconSign : uint8_t {
  kBalance,    // sum / sqrt(sum * sum + 15)
  kPositive,   // sum of the positive words / 4
  kNegative,   // sum of the negative words / 4
  kHighest,    // most positive word / 4
  kLowest,     // most negative word / 4
  kNegations,  // ln(1 + how many), as the following
  kExclaims,
  kAsks,
  kLength,
  kCount,
};
using LexiconReading =
    std::array<int32_t, static_cast<size_t>(LexiconSign::kCount)>;

// Valences of words. Immutable; any thread.
class Lexicon {
 public:
  Lexicon();  // ValenceLexiconText(), those that are one word

  // In 1/256; 0 for other words. Takes HashWord() of the word.
  int32_t Valence(uint64_t word_hash) const;

  // `word_hashes` has HashWord() of every token of the text.
  LexiconReading Read(const TokenisedText& text,
                      const std::vector<uint64_t>& word_hashes) const;

 private:
  struct Entry {
    uint64_t word = 0;
    int32_t valence = 0;  // in 1/256; 0: a free place
  };
  size_t Place(uint64_t word) const;

  std::vector<Entry> entries_;  // open addressing, a power of two
};

}  // namespace earshot::router

#endif  // EARSHOT_ROUTER_TEXT_LEXICON_H_
