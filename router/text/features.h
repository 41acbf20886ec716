#ifndef EARSHOT_ROUTER_TEXT_FEATURES_H_
#define EARSHOT_ROUTER_TEXT_FEATURES_H_

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

#include "earshot/v1/model.pb.h"
#include "router/text/concepts.h"
#include "router/text/lexicon.h"
#include "router/text/tokens.h"

namespace earshot::router {

// Features of one block are brought to length one together.
enum class Block : uint8_t {
  kWords = 0,     // words and pairs of words
  kLetters = 1,   // runs of letters inside blank-padded words
  kPhrases = 2,   // runs of letters and blanks across words
  kLexicon = 3,   // what the valence lexicon says; not brought to length one
  kConcepts = 4,  // what words mean, in whichever language they say it
};
inline constexpr size_t kBlocks = 5;

// One thing that a text has. Two different things share a hash about once in
// four thousand million.
struct Feature {
  uint32_t hash = 0;
  int32_t amount = 0;  // how often; in the lexicon block a value in 1/256
  Block block = Block::kWords;

  friend bool operator==(const Feature&, const Feature&) = default;
};

// Reads the features of texts, one text after the other. Owned by one thread;
// keeps its memory, so that reading allocates nothing once the longest text
// has been seen. Time is linear in the length of the text.
class FeatureReader {
 public:
  explicit FeatureReader(const v1::FeatureSettings& settings);

  // Each feature once, in the order of first appearance; the same on every
  // machine. Valid until the next call.
  const std::vector<Feature>& Read(const TokenisedText& text);

 private:
  struct Place {
    uint32_t reading = 0;  // which call of Read() filled it
    uint32_t index = 0;    // into features_
  };

  void ReadWords(const TokenisedText& text);
  void ReadRuns(std::string_view letters, uint32_t shortest, uint32_t longest,
                Block block);
  void ReadLexicon(const TokenisedText& text);
  void ReadConcepts(const TokenisedText& text);
  void Count(uint32_t hash, Block block);
  void Grow();

  const uint32_t widest_pair_;
  const uint32_t shortest_run_;
  const uint32_t longest_run_;
  const uint32_t shortest_phrase_;
  const uint32_t longest_phrase_;
  const bool marks_negation_;
  const bool start_word_;
  std::optional<Lexicon> lexicon_;
  std::optional<Concepts> concepts_;
  std::vector<uint32_t> found_concepts_;  // scratch memory
  std::vector<Feature> features_;
  std::vector<Place> places_;  // open addressing, a power of two
  uint32_t reading_ = 0;
  std::vector<uint64_t> words_;   // HashWord() of each token
  std::vector<uint64_t> marked_;  // the same, other under a negation
};

// The most that settings may ask for; a file or command that asks for more is
// refused.
inline constexpr uint32_t kWidestPair = 8;
inline constexpr uint32_t kLongestRun = 8;

}  // namespace earshot::router

#endif  // EARSHOT_ROUTER_TEXT_FEATURES_H_
