#ifndef EARSHOT_ROUTER_TEXT_CONCEPTS_H_
#define EARSHOT_ROUTER_TEXT_CONCEPTS_H_

#include <bitset>
#include <cstddef>
#include <cstdint>
#include <string_view>
#include <vector>

namespace earshot::router {

// Words of one meaning in several languages (lexicon/concepts.txt).
std::string_view ConceptLexiconText();

// Tells what words mean, so that a text about a queue is known whether it says
// line, cola or file. Immutable; any thread.
class Concepts {
 public:
  Concepts();  // ConceptLexiconText()

  // Appends the hashes of the word's concepts. The word is as Tokenise() makes
  // it; a French article that stuck to it (lecran) does not matter. Time is
  // linear in the word, whose first kReadBytes bytes are read.
  void Find(std::string_view word, std::vector<uint32_t>& found) const;

  static constexpr size_t kReadBytes = 32;

 private:
  struct Entry {
    uint64_t word = 0;  // its hash; 0: a free place
    uint32_t begin = 0;
    uint32_t end = 0;
  };
  using Table = std::vector<Entry>;
  static constexpr size_t kFilterBits = size_t{1} << 15U;

  void Append(const Table& table, uint64_t hash,
              std::vector<uint32_t>& found) const;
  void FindWhole(std::string_view word, std::vector<uint32_t>& found) const;

  Table words_;
  Table stems_;  // all that begin so
  std::vector<uint32_t> concepts_;
  std::bitset<kFilterBits> stems_filter_;  // most prefixes are no stem
};

}  // namespace earshot::router

#endif  // EARSHOT_ROUTER_TEXT_CONCEPTS_H_
