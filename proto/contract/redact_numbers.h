#ifndef EARSHOT_PROTO_CONTRACT_REDACT_NUMBERS_H_
#define EARSHOT_PROTO_CONTRACT_REDACT_NUMBERS_H_

#include <vector>

#include "proto/contract/redact_fold.h"
#include "proto/contract/redact_words.h"

namespace earshot::contract::redact {

// Replaces, in place, what stands for a digit by the digit itself:
//   "forty-one eleven double two"   41 11 22
//   "four dash five", "4 then 5"    the sign, or kFiller
//   "41l1", "4O11"                  letters that look like digits
// Only stretches with at least four digits are replaced, so that "one of the
// two" stays. Returns whether anything changed, in which case `words` is
// stale. Linear.
bool SpellOutDigits(const std::vector<Word>& words, std::vector<Glyph>& glyphs);

}  // namespace earshot::contract::redact

#endif  // EARSHOT_PROTO_CONTRACT_REDACT_NUMBERS_H_
