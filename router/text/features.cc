#include "router/text/features.h"

#include <algorithm>
#include <string_view>

#include "router/text/hashes.h"

namespace earshot::router {
namespace {

constexpr size_t kFirstPlaces = 2048;
constexpr uint64_t kRunSeed = 0x9E3779B97F4A7C15ULL;
constexpr uint64_t kPairFactor = 0xD6E8FEB86659FD93ULL;
constexpr uint64_t kStart = 0x8EBC6AF09C88C6E3ULL;
constexpr uint64_t kNegated = 0xA0761D6478BD642FULL;

constexpr bool Continues(char byte) {
  return (static_cast<unsigned char>(byte) & 0xC0U) == 0x80U;
}

}  // namespace

FeatureReader::FeatureReader(const v1::FeatureSettings& settings)
    : widest_pair_(std::min(settings.widest_pair(), kWidestPair)),
      shortest_run_(settings.shortest_run()),
      longest_run_(std::min(settings.longest_run(), kLongestRun)),
      shortest_phrase_(settings.shortest_phrase()),
      longest_phrase_(std::min(settings.longest_phrase(), kLongestRun)),
      marks_negation_(settings.marks_negation()),
      start_word_(settings.start_word()),
      places_(kFirstPlaces) {
  if (settings.lexicon()) lexicon_.emplace();
  if (settings.concepts()) concepts_.emplace();
}

const std::vector<Feature>& FeatureReader::Read(const TokenisedText& text) {
  features_.clear();
  if (++reading_ == 0) {  // all numbers are used up: none may look current
    std::fill(places_.begin(), places_.end(), Place{});
    reading_ = 1;
  }
  ReadWords(text);
  if (longest_run_ > 0) {
    for (const Token& token : text.tokens) {
      ReadRuns(text.View(token), shortest_run_, longest_run_, Block::kLetters);
    }
  }
  if (longest_phrase_ > 0) {
    ReadRuns(text.text, shortest_phrase_, longest_phrase_, Block::kPhrases);
  }
  if (lexicon_) ReadLexicon(text);
  if (concepts_) ReadConcepts(text);
  return features_;
}

void FeatureReader::ReadWords(const TokenisedText& text) {
  words_.clear();
  marked_.clear();
  if (start_word_) marked_.push_back(kStart);
  NegationScope scope;
  for (const Token& token : text.tokens) {
    uint64_t hash = HashWord(text.View(token));
    words_.push_back(hash);
    if (marks_negation_ && scope.Next(token)) hash ^= kNegated;
    Count(FinishHash(hash), Block::kWords);
    const size_t most = std::min<size_t>(widest_pair_, marked_.size());
    for (size_t back = 1; back <= most; ++back) {
      const uint64_t first = marked_[marked_.size() - back];
      Count(FinishHash(first * kPairFactor + hash), Block::kWords);
    }
    marked_.push_back(hash);
  }
}

// Of the letters with a blank before and after them. Runs are counted in
// characters, also those that take several bytes.
void FeatureReader::ReadRuns(std::string_view letters, uint32_t shortest,
                             uint32_t longest, Block block) {
  const size_t size = letters.size() + 2;
  const auto at = [&](size_t i) {
    return i == 0 || i + 1 == size ? ' ' : letters[i - 1];
  };
  const uint64_t seed = kRunSeed + kPairFactor * static_cast<uint64_t>(block);
  for (size_t begin = 0; begin < size; ++begin) {
    if (Continues(at(begin))) continue;
    uint64_t hash = seed;
    size_t i = begin;
    for (uint32_t length = 1; length <= longest && i < size; ++length) {
      do {
        hash = HashByte(hash, at(i));
        ++i;
      } while (i < size && Continues(at(i)));
      if (length >= shortest) Count(FinishHash(hash), block);
    }
  }
}

void FeatureReader::ReadLexicon(const TokenisedText& text) {
  const LexiconReading reading = lexicon_->Read(text, words_);
  for (size_t i = 0; i < reading.size(); ++i) {
    if (reading[i] == 0) continue;
    features_.push_back({.hash = static_cast<uint32_t>(i),
                         .amount = reading[i],
                         .block = Block::kLexicon});
  }
}

void FeatureReader::ReadConcepts(const TokenisedText& text) {
  bool starts = true;
  for (const Token& token : text.tokens) {
    found_concepts_.clear();
    concepts_->Find(text.View(token), found_concepts_);
    for (const uint32_t concept_hash : found_concepts_) {
      Count(concept_hash, Block::kConcepts);
      // A clause that begins with it: "put", "could", "nobody".
      if (starts) {
        Count(FinishHash(concept_hash * kPairFactor), Block::kConcepts);
      }
    }
    starts = token.clause_end;
  }
}

void FeatureReader::Count(uint32_t hash, Block block) {
  const size_t mask = places_.size() - 1;
  for (size_t i = hash & mask;; i = (i + 1) & mask) {
    Place& place = places_[i];
    if (place.reading != reading_) {
      place = {.reading = reading_,
               .index = static_cast<uint32_t>(features_.size())};
      features_.push_back({.hash = hash, .amount = 1, .block = block});
      if (2 * features_.size() > places_.size()) Grow();
      return;
    }
    Feature& feature = features_[place.index];
    if (feature.hash == hash && feature.block == block) {
      ++feature.amount;
      return;
    }
  }
}

void FeatureReader::Grow() {
  places_.assign(2 * places_.size(), Place{});
  const size_t mask = places_.size() - 1;
  for (size_t index = 0; index < features_.size(); ++index) {
    size_t i = features_[index].hash & mask;
    while (places_[i].reading == reading_) i = (i + 1) & mask;
    places_[i] = {.reading = reading_, .index = static_cast<uint32_t>(index)};
  }
}

}  // namespace earshot::router
