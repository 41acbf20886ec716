#include "router/text/why.h"

#include <algorithm>

namespace earshot::router {
namespace {

constexpr size_t kMostNamed = 5;
constexpr size_t kMostTried = 64;
constexpr double kLeastWeight = 0.02;

TokenisedText Without(const TokenisedText& whole, size_t left_out) {
  TokenisedText rest;
  for (size_t i = 0; i < whole.tokens.size(); ++i) {
    if (i == left_out) continue;
    Token token = whole.tokens[i];
    const std::string_view word = whole.View(token);
    if (!rest.text.empty()) rest.text.push_back(' ');
    token.begin = static_cast<uint32_t>(rest.text.size());
    rest.text += word;
    rest.tokens.push_back(token);
  }
  return rest;
}

}  // namespace

std::vector<WeightyWord> WeightyWords(Understanding& understanding, Head head,
                                      std::string_view label) {
  // A copy: every score reads again.
  const TokenisedText whole = understanding.tokens();
  const double score = understanding.ScoreOf(head, label, whole);
  std::vector<WeightyWord> words;
  for (size_t i = 0; i < whole.tokens.size() && i < kMostTried; ++i) {
    const double weight =
        score - understanding.ScoreOf(head, label, Without(whole, i));
    if (weight < kLeastWeight) continue;
    words.push_back(
        {.word = std::string(whole.View(whole.tokens[i])), .weight = weight});
  }
  std::stable_sort(words.begin(), words.end(),
                   [](const WeightyWord& a, const WeightyWord& b) {
                     return a.weight > b.weight;
                   });
  if (words.size() > kMostNamed) words.resize(kMostNamed);
  return words;
}

}  // namespace earshot::router
