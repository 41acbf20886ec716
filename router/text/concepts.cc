#include "router/text/concepts.h"

#include <algorithm>
#include <bit>
#include <map>
#include <string>

#include "router/text/hashes.h"
#include "router/text/tokens.h"

namespace earshot::router {
namespace {

constexpr size_t kShortestStem = 3;
constexpr size_t kShortestElided = 5;
constexpr size_t kFilterShift = 49;  // the filter is asked with 15 bits
constexpr uint64_t kConceptSeed = 0x7C9E4D2B1A6F8053ULL;

// Calls back with each word and whether it is a stem.
template <typename Took>
void ReadLine(std::string_view words, const Took& took) {
  TokenisedText read;
  while (!words.empty()) {
    const std::string_view word = words.substr(0, words.find(' '));
    words.remove_prefix(std::min(words.size(), word.size() + 1));
    const bool stem = word.ends_with('*');
    Tokenise(stem ? word.substr(0, word.size() - 1) : word, read);
    if (read.tokens.size() == 1) took(HashWord(read.text), stem);
  }
}

bool IsVowel(char letter) {
  return std::string_view("aeiouh").find(letter) != std::string_view::npos;
}

}  // namespace

Concepts::Concepts() {
  std::map<uint64_t, std::vector<uint32_t>> of_word;
  std::map<uint64_t, std::vector<uint32_t>> of_stem;
  std::string_view text = ConceptLexiconText();
  while (!text.empty()) {
    std::string_view line = text.substr(0, text.find('\n'));
    text.remove_prefix(std::min(text.size(), line.size() + 1));
    const size_t colon = line.find(':');
    if (line.starts_with('#') || colon == std::string_view::npos) continue;
    const uint32_t name =
        FinishHash(HashWord(line.substr(0, colon)) ^ kConceptSeed);
    ReadLine(line.substr(colon + 1), [&](uint64_t word, bool stem) {
      std::vector<uint32_t>& names = (stem ? of_stem : of_word)[word];
      if (std::find(names.begin(), names.end(), name) == names.end()) {
        names.push_back(name);
      }
    });
  }
  const auto fill = [&](const auto& from, Table& table) {
    table.resize(std::bit_ceil(2 * from.size() + 1));
    for (const auto& [word, names] : from) {
      size_t i = word & (table.size() - 1);
      while (table[i].word != 0) i = (i + 1) & (table.size() - 1);
      const auto begin = static_cast<uint32_t>(concepts_.size());
      concepts_.insert(concepts_.end(), names.begin(), names.end());
      table[i] = {.word = word,
                  .begin = begin,
                  .end = static_cast<uint32_t>(concepts_.size())};
    }
  };
  fill(of_word, words_);
  fill(of_stem, stems_);
  for (const auto& [stem, names] : of_stem) {
    stems_filter_.set(stem >> kFilterShift);
  }
}

void Concepts::Append(const Table& table, uint64_t hash,
                      std::vector<uint32_t>& found) const {
  const size_t mask = table.size() - 1;
  for (size_t i = hash & mask; table[i].word != 0; i = (i + 1) & mask) {
    if (table[i].word != hash) continue;
    for (uint32_t k = table[i].begin; k < table[i].end; ++k) {
      if (std::find(found.begin(), found.end(), concepts_[k]) == found.end()) {
        found.push_back(concepts_[k]);
      }
    }
    return;
  }
}

void Concepts::FindWhole(std::string_view word,
                         std::vector<uint32_t>& found) const {
  uint64_t hash = kWordSeed;
  for (size_t i = 0; i < word.size(); ++i) {
    hash = HashByte(hash, word[i]);
    if (i + 1 >= kShortestStem && stems_filter_[hash >> kFilterShift]) {
      Append(stems_, hash, found);
    }
  }
  Append(words_, hash, found);
}

void Concepts::Find(std::string_view word, std::vector<uint32_t>& found) const {
  word = word.substr(0, kReadBytes);
  FindWhole(word, found);
  if (found.empty() && word.size() >= kShortestElided &&
      std::string_view("ldnsmcjt").find(word[0]) != std::string_view::npos &&
      IsVowel(word[1])) {
    FindWhole(word.substr(1), found);
  }
}

}  // namespace earshot::router
