#ifndef EARSHOT_PROTO_CONTRACT_REDACT_WORDS_H_
#define EARSHOT_PROTO_CONTRACT_REDACT_WORDS_H_

#include <cstdint>
#include <string_view>
#include <vector>

#include "proto/contract/redact_fold.h"

// The words of English, Spanish and French that redaction knows: what a
// number near them is likely to be, and numbers themselves.
namespace earshot::contract::redact {

// What a word says about a number near it. A word may say several things.
enum Cue : uint32_t {
  kPhoneCue = 1U << 0,
  kSsnCue = 1U << 1,
  kPolicyCue = 1U << 2,
  kAccountCue = 1U << 3,
  kCardCue = 1U << 4,
  kMailCue = 1U << 5,
  kIbanCue = 1U << 6,
  kHarmlessCue = 1U << 7,  // order, SKU, ticket, version: a public number
  kBarcodeCue = 1U << 8,   // EAN, UPC, IMEI: Luhn holds by design
  kNumberCue = 1U << 9,    // number, no., id
  kUnitCue = 1U << 10,     // what follows a quantity
  kAtWord = 1U << 11,      // "at" in English: an address only by its host
  kArrobaWord = 1U << 12,  // the name of the sign itself
  kDotWord = 1U << 13,
  kDashWord = 1U << 14,
  kUnderscoreWord = 1U << 15,
  kPlusWord = 1U << 16,
  kSpaceWord = 1U << 17,
  kSlashWord = 1U << 18,
  kFillerWord = 1U << 19,       // then, and, um
  kNeverLocalPart = 1U << 20,   // look, shop: "look at example dot com"
  kLinkWord = 1U << 21,         // is, her: between a number and its name
  kAmbiguousNumber = 1U << 22,  // once, sept: a number among numbers only
  kNationalIdCue = 1U << 23,    // DNI, NIE: digits and a letter
  kEndingCue = 1U << 24,        // "ending in 4417"
  kPointWord = 1U << 25,        // a dot, or the English "at this point"
  kCertificateCue = 1U << 27,   // a policy, if "number" follows
  kMemberCue = 1U << 26,        // an account, if "number" follows
};

enum class NumberWord : uint8_t {
  kNone,
  kUnit,      // 0 to 9
  kTeen,      // 10 to 19, and Spanish 21 to 29
  kTen,       // 20 to 90
  kHundred,   // times 100: hundred, cent
  kHundreds,  // 100 to 900 in one word: ciento, doscientos
  kThousand,
  kPlural,  // four eights
  kRepeat,  // double, triple: says the next digit so often
};

enum Language : uint8_t { kEnglish = 1, kSpanish = 2, kFrench = 4 };

struct Meaning {
  uint32_t cues = 0;
  NumberWord number = NumberWord::kNone;
  uint8_t languages = 0;
  uint16_t value = 0;
};

inline constexpr size_t kLongestWord = 20;

// FNV-1a, letter by letter.
inline constexpr uint32_t kHashStart = 2166136261U;
constexpr uint32_t HashNext(uint32_t hash, char letter) {
  return (hash ^ static_cast<unsigned char>(letter)) * 16777619U;
}

// The meaning of a folded word; nothing for words not known.
Meaning LookUp(std::string_view word);
// `hash` is that of `word`, which has at most kLongestWord letters.
Meaning LookUp(uint32_t hash, std::string_view word);
// How many digits a number word stands for at the most; 7: perhaps more.
size_t MostDigits(NumberWord number);
// Whether a folded word without a meaning may be digits run together, such as
// "oneoneone": it begins with one.
bool BeginsRunTogether(std::string_view word);
// Whether a word may make a policy's or an account's number of a short one,
// alone or with its neighbours; see Scan::TellingCues.
bool MayNameANumber(std::string_view word, const Meaning& meaning);

// A run of letters in the folded text.
struct Word {
  uint32_t begin;  // glyphs
  uint32_t end;
  Meaning meaning;
};

std::vector<Word> FindWords(const std::vector<Glyph>& glyphs);

// Whether `word` is a top-level domain people have addresses in.
bool IsCommonTopLevel(std::string_view word);

}  // namespace earshot::contract::redact

#endif  // EARSHOT_PROTO_CONTRACT_REDACT_WORDS_H_
