#include "router/text/term_index.h"

#include <fmt/format.h>
#include <re2/re2.h>
#include <re2/set.h>

#include <algorithm>

#include "router/text/hashes.h"

namespace earshot::router {
namespace {

constexpr uint32_t kNoTerm = UINT32_MAX;
constexpr int64_t kPatternMemory = int64_t{1} << 20U;
constexpr int64_t kPatternSetMemory = int64_t{8} << 20U;

re2::RE2::Options PatternOptions(int64_t memory) {
  re2::RE2::Options options;
  options.set_log_errors(false);
  options.set_never_capture(true);
  options.set_max_mem(memory);
  return options;
}

// "refund*": without the star, and that there was one.
std::pair<std::string, bool> Normalised(std::string_view text) {
  const bool prefix = !text.empty() && text.back() == '*';
  if (prefix) text.remove_suffix(1);
  TokenisedText out;
  Tokenise(text, out);
  return {std::move(out.text), prefix};
}

// Takes every place of a term, where TermHits takes the first.
struct EveryHit {
  std::vector<TermHit>& hits;
  static bool Has(uint32_t /*term*/) { return false; }
  void Add(const TermHit& hit) { hits.push_back(hit); }
};

absl::Status CheckWord(const std::string& word, bool prefix) {
  if (word.empty()) {
    return absl::InvalidArgumentError(
        "has no letter or digit; leave it out or write the word");
  }
  if (word.find(' ') != std::string::npos) {
    return absl::InvalidArgumentError(
        "is more than one word; put it under phrases");
  }
  if (word.size() > TermIndex::kLongestWord) {
    return absl::InvalidArgumentError(
        fmt::format("has {} bytes; shorten it to {}, or to a beginning with *",
                    word.size(), TermIndex::kLongestWord));
  }
  if (prefix && word.size() < TermIndex::kShortestPrefix) {
    return absl::InvalidArgumentError(
        fmt::format("begins too many words; give at least {} letters before *",
                    TermIndex::kShortestPrefix));
  }
  return absl::OkStatus();
}

}  // namespace

WordEntry& WordTable::At(std::string_view word) {
  auto found = building_.find(word);
  if (found == building_.end()) {
    WordEntry entry;
    entry.word = std::string(word);
    entry.term = kNoTerm;
    found = building_.emplace(entry.word, std::move(entry)).first;
  }
  return found->second;
}

void WordTable::Seal() {
  for (auto& [word, entry] : building_) entries_.push_back(std::move(entry));
  building_.clear();
  size_t size = 16;
  while (size < entries_.size() * 2) size *= 2;
  slots_.assign(size, 0);
  bits_.assign(std::max<size_t>(1, size / 4), 0);
  for (size_t i = 0; i < entries_.size(); ++i) {
    const uint64_t hash = HashWord(entries_[i].word);
    bits_[(hash >> 6U) & (bits_.size() - 1)] |= uint64_t{1} << (hash & 63U);
    size_t slot = FinishHash(hash) & (size - 1);
    while (slots_[slot] != 0) slot = (slot + 1) & (size - 1);
    slots_[slot] = static_cast<uint32_t>(i + 1);
  }
}

const WordEntry* WordTable::Find(uint64_t hash, std::string_view word) const {
  if (!MayHave(hash)) return nullptr;
  const size_t mask = slots_.size() - 1;
  for (size_t slot = FinishHash(hash) & mask; slots_[slot] != 0;
       slot = (slot + 1) & mask) {
    const WordEntry& entry = entries_[slots_[slot] - 1];
    if (entry.word == word) return &entry;
  }
  return nullptr;
}

void TermHits::Clear(size_t terms) {
  hits_.clear();
  ++round_;
  if (seen_.size() >= terms && round_ != 0) return;
  seen_.assign(std::max(seen_.size(), terms), 0);
  hits_.reserve(seen_.size());
  round_ = 1;
}

struct TermIndex::Patterns {
  struct One {
    uint32_t term;
    std::unique_ptr<re2::RE2> regex;
  };
  std::vector<One> all;
  std::unique_ptr<re2::RE2::Set> set;
};

TermIndex::TermIndex() : patterns_(std::make_unique<Patterns>()) {}
TermIndex::~TermIndex() = default;

uint32_t TermIndex::Number(TermKind kind, std::string text) {
  const auto next = static_cast<uint32_t>(terms_.size());
  const auto [found, fresh] = numbers_.emplace(std::pair{kind, text}, next);
  if (fresh) terms_.push_back({kind, std::move(text), {}});
  return found->second;
}

absl::StatusOr<uint32_t> TermIndex::Add(TermKind kind, std::string_view text) {
  if (kind == TermKind::kPhrase) return AddPhrase(text);
  if (kind == TermKind::kPattern) {
    const size_t before = terms_.size();
    const uint32_t term = Number(kind, std::string(text));
    if (terms_.size() == before) return term;
    absl::Status status = AddPattern(term, text);
    if (!status.ok()) return status;
    return term;
  }
  auto [word, prefix] = Normalised(text);
  if (kind == TermKind::kTag) {
    if (word.empty()) return CheckWord(word, false);
    const uint32_t term = Number(kind, word);
    tags_.At(word).term = term;
    return term;
  }
  absl::Status status = CheckWord(word, prefix);
  if (!status.ok()) return status;
  const uint32_t term = Number(kind, prefix ? word + "*" : word);
  (prefix ? prefixes_ : words_).At(word).term = term;
  return term;
}

absl::StatusOr<uint32_t> TermIndex::AddPhrase(std::string_view text) {
  Phrase phrase;
  std::string name;
  TokenisedText tokens;
  size_t start = 0;
  while (start < text.size()) {
    const size_t end = std::min(text.find(' ', start), text.size());
    const bool prefix = end > start && text[end - 1] == '*';
    if (prefix && end - start == 1) {
      phrase.words.push_back({"", true});
      name += " *";
    }
    Tokenise(text.substr(start, end - start), tokens);
    for (const Token& token : tokens.tokens) {
      if (token.mark) continue;
      const bool open = prefix && &token == &tokens.tokens.back();
      phrase.words.push_back({std::string(tokens.View(token)), open});
      absl::Status status = CheckWord(phrase.words.back().text, open);
      if (!status.ok()) return status;
      name += fmt::format("{}{}{}", name.empty() ? "" : " ",
                          phrase.words.back().text, open ? "*" : "");
    }
    start = end + 1;
  }
  if (phrase.words.size() < 2) {
    return absl::InvalidArgumentError(
        "has fewer than two words; put it under words");
  }
  if (phrase.words.size() > kMostPhraseWords) {
    return absl::InvalidArgumentError(
        fmt::format("has {} words; shorten it to {}", phrase.words.size(),
                    kMostPhraseWords));
  }
  if (phrase.words.front().text.empty() || phrase.words.back().text.empty()) {
    return absl::InvalidArgumentError(
        "begins or ends with any word; take that * away");
  }
  const size_t before = terms_.size();
  const uint32_t term = Number(TermKind::kPhrase, name);
  if (terms_.size() == before) return term;
  // Long words are rare, and rare words are looked at seldom.
  for (size_t i = 1; i < phrase.words.size(); ++i) {
    const PhraseWord& best = phrase.words[phrase.anchor];
    const PhraseWord& word = phrase.words[i];
    if (std::pair(!word.prefix, word.text.size()) >
        std::pair(!best.prefix, best.text.size())) {
      phrase.anchor = i;
    }
  }
  const PhraseWord& anchor = phrase.words[phrase.anchor];
  (anchor.prefix ? prefixes_ : words_).At(anchor.text).phrases.push_back(term);
  terms_[term].phrase = std::move(phrase);
  return term;
}

absl::Status TermIndex::AddPattern(uint32_t term, std::string_view text) {
  if (text.size() > kLongestPattern) {
    return absl::InvalidArgumentError(
        fmt::format("has {} bytes; shorten it to {} or write two", text.size(),
                    kLongestPattern));
  }
  if (patterns_->all.size() >= kMostPatterns) {
    return absl::InvalidArgumentError(
        fmt::format("is one of more than {}; use words and phrases instead",
                    kMostPatterns));
  }
  auto regex =
      std::make_unique<re2::RE2>(re2::StringPiece(text.data(), text.size()),
                                 PatternOptions(kPatternMemory));
  if (!regex->ok()) {
    return absl::InvalidArgumentError(
        fmt::format("does not compile: {}", regex->error()));
  }
  if (re2::RE2::PartialMatch("", *regex) &&
      re2::RE2::PartialMatch("z", *regex)) {
    return absl::InvalidArgumentError(
        "matches any text; make something in it obligatory");
  }
  patterns_->all.push_back({term, std::move(regex)});
  return absl::OkStatus();
}

absl::Status TermIndex::Seal() {
  words_.Seal();
  prefixes_.Seal();
  tags_.Seal();
  if (patterns_->all.empty()) return absl::OkStatus();
  patterns_->set = std::make_unique<re2::RE2::Set>(
      PatternOptions(kPatternSetMemory), re2::RE2::UNANCHORED);
  std::string error;
  for (const Patterns::One& one : patterns_->all) {
    if (patterns_->set->Add(one.regex->pattern(), &error) < 0) {
      return absl::InvalidArgumentError(
          fmt::format("pattern '{}': {}", one.regex->pattern(), error));
    }
  }
  if (!patterns_->set->Compile()) {
    return absl::InvalidArgumentError(
        "the patterns together need too much memory; shorten or drop some");
  }
  return absl::OkStatus();
}

template <typename Hits>
void TermIndex::Visit(const WordEntry& entry, const TokenisedText& text,
                      size_t at, uint32_t tag, Hits& hits) const {
  if (entry.term != kNoTerm) {
    hits.Add({entry.term, static_cast<uint32_t>(at), tag});
  }
  for (const uint32_t term : entry.phrases) {
    const Phrase& phrase = terms_[term].phrase;
    if (hits.Has(term) || at < phrase.anchor) continue;
    const size_t first = at - phrase.anchor;
    if (first + phrase.words.size() > text.tokens.size()) continue;
    bool same = true;
    for (size_t i = 0; same && i < phrase.words.size(); ++i) {
      const PhraseWord& word = phrase.words[i];
      std::string_view said = text.View(text.tokens[first + i]);
      if (word.prefix) said = said.substr(0, word.text.size());
      same = said == word.text;
    }
    if (same) hits.Add({term, static_cast<uint32_t>(first), tag});
  }
}

template <typename Hits>
void TermIndex::FindIn(const TokenisedText& text, uint32_t tag,
                       Hits& hits) const {
  for (size_t i = 0; i < text.tokens.size(); ++i) {
    if (text.tokens[i].mark) continue;
    const std::string_view word = text.View(text.tokens[i]);
    const size_t size = std::min(word.size(), kLongestWord);
    uint64_t hash = kWordSeed;
    for (size_t k = 0; k < size; ++k) {
      hash = HashByte(hash, word[k]);
      if (k + 1 < kShortestPrefix || !prefixes_.MayHave(hash)) continue;
      const WordEntry* entry = prefixes_.Find(hash, word.substr(0, k + 1));
      if (entry != nullptr) Visit(*entry, text, i, tag, hits);
    }
    if (word.size() > kLongestWord) continue;
    const WordEntry* entry = words_.Find(hash, word);
    if (entry != nullptr) Visit(*entry, text, i, tag, hits);
  }
}

void TermIndex::FindWords(const TokenisedText& text, uint32_t tag,
                          TermHits& hits) const {
  FindIn(text, tag, hits);
}

void TermIndex::FindEverywhere(const TokenisedText& text,
                               std::vector<TermHit>& hits) const {
  hits.clear();
  EveryHit every{hits};
  FindIn(text, 0, every);
}

void TermIndex::FindTag(const TokenisedText& text, uint32_t tag,
                        TermHits& hits) const {
  const WordEntry* entry = tags_.Find(HashWord(text.text), text.text);
  if (entry != nullptr) hits.Add({entry->term, 0, tag});
}

void TermIndex::FindPatterns(const TokenisedText& text, TermHits& hits) const {
  if (!patterns_->set) return;
  const re2::StringPiece piece(text.text);
  re2::RE2::Set::ErrorInfo error{};
  if (!patterns_->set->Match(piece, nullptr, &error) &&
      error.kind == re2::RE2::Set::kNoError) {
    return;
  }
  // Rare: which ones. The automaton of them all may have outgrown its memory.
  for (const Patterns::One& one : patterns_->all) {
    if (re2::RE2::PartialMatch(piece, *one.regex)) {
      hits.Add({one.term, 0, 0});
    }
  }
}

std::string TermIndex::Describe(uint32_t term) const {
  static constexpr std::string_view kNames[] = {"word", "phrase", "pattern",
                                                "tag"};
  const Term& one = terms_.at(term);
  return fmt::format("{} {}", kNames[static_cast<size_t>(one.kind)], one.text);
}

size_t TermIndex::Width(uint32_t term) const {
  const Term& one = terms_.at(term);
  if (one.kind == TermKind::kPhrase) return one.phrase.words.size();
  return one.kind == TermKind::kWord ? 1 : 0;
}

}  // namespace earshot::router
