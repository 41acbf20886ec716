#ifndef EARSHOT_ROUTER_TEXT_TERM_INDEX_H_
#define EARSHOT_ROUTER_TEXT_TERM_INDEX_H_

#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "router/text/tokens.h"

namespace re2 {
class RE2;
}  // namespace re2

namespace earshot::router {

enum class TermKind : uint8_t { kWord, kPhrase, kPattern, kTag };

// A word's term, and the phrases that are looked for where it stands.
struct WordEntry {
  std::string word;
  uint32_t term = 0;
  std::vector<uint32_t> phrases;
};

// Words by a running hash. Open addressing, at most half full; only `Seal`
// fills it, so what a text says cannot make it slow.
class WordTable {
 public:
  WordEntry& At(std::string_view word);  // before Seal
  void Seal();
  const WordEntry* Find(uint64_t hash, std::string_view word) const;
  // Whether some word may have this hash; no miss of the cache.
  bool MayHave(uint64_t hash) const {
    return (bits_[(hash >> 6U) & (bits_.size() - 1)] >> (hash & 63U) & 1U) != 0;
  }

 private:
  std::map<std::string, WordEntry, std::less<>> building_;
  std::vector<WordEntry> entries_;
  std::vector<uint32_t> slots_;  // place in entries_, plus one
  std::vector<uint64_t> bits_ = std::vector<uint64_t>(1);
};

// Where a term was found first.
struct TermHit {
  uint32_t term = 0;
  uint32_t token = 0;  // of the text, or of the tag
  uint32_t tag = 0;    // 0: in the text; else the number of the tag, from 1
};

// What a search writes to, kept from text to text. One thread's.
class TermHits {
 public:
  const std::vector<TermHit>& all() const { return hits_; }
  void Clear(size_t terms);
  void Add(const TermHit& hit) {
    if (seen_[hit.term] == round_) return;
    seen_[hit.term] = round_;
    hits_.push_back(hit);
  }
  bool Has(uint32_t term) const { return seen_[term] == round_; }

 private:
  std::vector<uint32_t> seen_;
  std::vector<TermHit> hits_;
  uint32_t round_ = 0;
};

// Finds words, beginnings of words, phrases, patterns and tags in texts, all at
// once: one look-up for each word and beginning. Immutable after Seal, shared
// by threads.
class TermIndex {
 public:
  TermIndex();
  ~TermIndex();

  static constexpr size_t kShortestPrefix = 3;
  static constexpr size_t kLongestWord = 64;  // bytes, normalised
  static constexpr size_t kMostPhraseWords = 8;
  static constexpr size_t kLongestPattern = 512;
  static constexpr size_t kMostPatterns = 256;

  // The term's number; the same term has one. What is wrong and what to do is
  // said in the status.
  absl::StatusOr<uint32_t> Add(TermKind kind, std::string_view text);
  absl::Status Seal();

  // Adds what stands in the text; `tag` as in TermHit. Words of a tag count
  // like words of the text. Time is linear in the text.
  void FindWords(const TokenisedText& text, uint32_t tag, TermHits& hits) const;
  // The same, each term wherever it stands, by the word under which it is
  // looked up: beginnings of a word before the word, the shorter first.
  void FindEverywhere(const TokenisedText& text,
                      std::vector<TermHit>& hits) const;
  void FindTag(const TokenisedText& text, uint32_t tag, TermHits& hits) const;
  void FindPatterns(const TokenisedText& text, TermHits& hits) const;

  size_t size() const { return terms_.size(); }
  // "word fridge", "phrase fire exit"
  std::string Describe(uint32_t term) const;
  // Tokens that a hit covers.
  size_t Width(uint32_t term) const;

 private:
  struct PhraseWord {
    std::string text;
    bool prefix = false;
  };
  struct Phrase {
    std::vector<PhraseWord> words;
    size_t anchor = 0;  // the word that is looked up
  };
  struct Term {
    TermKind kind;
    std::string text;
    Phrase phrase;
  };
  struct Patterns;

  absl::StatusOr<uint32_t> AddPhrase(std::string_view text);
  absl::Status AddPattern(uint32_t term, std::string_view text);
  uint32_t Number(TermKind kind, std::string text);
  template <typename Hits>
  void FindIn(const TokenisedText& text, uint32_t tag, Hits& hits) const;
  template <typename Hits>
  void Visit(const WordEntry& entry, const TokenisedText& text, size_t at,
             uint32_t tag, Hits& hits) const;

  std::vector<Term> terms_;
  std::map<std::pair<TermKind, std::string>, uint32_t> numbers_;
  WordTable words_;
  WordTable prefixes_;
  WordTable tags_;
  std::unique_ptr<Patterns> patterns_;
};

}  // namespace earshot::router

#endif  // EARSHOT_ROUTER_TEXT_TERM_INDEX_H_
