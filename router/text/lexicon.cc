#include "router/text/lexicon.h"

#include <algorithm>
#include <charconv>
#include <cmath>

#include "router/text/hashes.h"

namespace earshot::router {
namespace {

constexpr size_t kPlaces = 16384;  // twice the words and a bit
constexpr double kUnit = 256;

// A valence under a negation counts the other way and for less.
constexpr double kNegatedFactor = -0.74;

int32_t InUnits(double value) {
  return static_cast<int32_t>(std::lround(value * kUnit));
}

}  // namespace

Lexicon::Lexicon() : entries_(kPlaces) {
  std::string_view text = ValenceLexiconText();
  TokenisedText read;
  while (!text.empty()) {
    const std::string_view line = text.substr(0, text.find('\n'));
    text.remove_prefix(std::min(text.size(), line.size() + 1));
    const size_t tab = line.find('\t');
    if (tab == std::string_view::npos) continue;
    double valence = 0;
    const std::string_view number = line.substr(tab + 1);
    std::from_chars(number.data(), number.data() + number.size(), valence);
    Tokenise(line.substr(0, tab), read);
    if (read.tokens.size() != 1 || read.tokens[0].mark) continue;
    const uint64_t word = HashWord(read.text);
    entries_[Place(word)] = {.word = word, .valence = InUnits(valence)};
  }
}

size_t Lexicon::Place(uint64_t word) const {
  size_t i = word & (kPlaces - 1);
  while (entries_[i].valence != 0 && entries_[i].word != word) {
    i = (i + 1) & (kPlaces - 1);
  }
  return i;
}

int32_t Lexicon::Valence(uint64_t word_hash) const {
  return entries_[Place(word_hash)].valence;
}

LexiconReading Lexicon::Read(const TokenisedText& text,
                             const std::vector<uint64_t>& word_hashes) const {
  double positive = 0;
  double negative = 0;
  double highest = 0;
  double lowest = 0;
  double negations = 0;
  double exclaims = 0;
  double asks = 0;
  NegationScope scope;
  for (size_t i = 0; i < text.tokens.size(); ++i) {
    const Token& token = text.tokens[i];
    const bool negated = scope.Next(token);
    if (token.mark) {
      (text.View(token) == "!" ? exclaims : asks) += 1;
      continue;
    }
    if (token.negation) negations += 1;
    double valence = Valence(word_hashes[i]) / kUnit;
    if (negated) valence *= kNegatedFactor;
    (valence > 0 ? positive : negative) += valence;
    highest = std::max(highest, valence);
    lowest = std::min(lowest, valence);
  }
  const double sum = positive + negative;
  const double length = static_cast<double>(text.tokens.size());
  return {InUnits(sum / std::sqrt(sum * sum + 15)),
          InUnits(std::min(positive, 64.0) / 4),
          InUnits(std::max(negative, -64.0) / 4),
          InUnits(highest / 4),
          InUnits(lowest / 4),
          InUnits(std::log1p(negations) / 2),
          InUnits(std::log1p(exclaims) / 2),
          InUnits(std::log1p(asks) / 2),
          InUnits(std::log1p(length) / 4)};
}

}  // namespace earshot::router
