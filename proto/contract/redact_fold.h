#ifndef EARSHOT_PROTO_CONTRACT_REDACT_FOLD_H_
#define EARSHOT_PROTO_CONTRACT_REDACT_FOLD_H_

#include <cstddef>
#include <cstdint>
#include <string_view>
#include <vector>

namespace earshot::contract::redact {

// One character of the folded text and the bytes of the input it stands for.
struct Glyph {
  char symbol;
  bool upper;      // the input had a capital here
  uint8_t spoken;  // languages, where it was written as a word; else 0
  uint32_t begin;
  uint32_t end;
};

// Folds `text` (see redact_chars.h) after undoing HTML entities, percent and
// backslash escapes and line-level tags. Runs of white space become one glyph,
// '\n' if a line ends in them. Placeholders such as "[card]" become one
// kBarrier. Linear; at most one glyph per input byte. Texts of 4 GiB and more
// are cut.
std::vector<Glyph> Fold(std::string_view text);

// Bytes of the placeholder that begins there; 0: none does.
uint32_t PlaceholderLength(std::string_view text, size_t at);

}  // namespace earshot::contract::redact

#endif  // EARSHOT_PROTO_CONTRACT_REDACT_FOLD_H_
