#ifndef EARSHOT_PROTO_CONTRACT_REDACT_SCAN_H_
#define EARSHOT_PROTO_CONTRACT_REDACT_SCAN_H_

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "proto/contract/redact.h"
#include "proto/contract/redact_chars.h"
#include "proto/contract/redact_fold.h"
#include "proto/contract/redact_words.h"

namespace earshot::contract::redact {

// Of a number there are at least that many true digits; the rest may be
// letters that look like some.
inline constexpr size_t kFewestDigits = 2;
// A number said in words takes two at the least: "four thousand".
inline constexpr size_t kFewestSpoken = 2;
// The shortest number that is found for its digits alone is a British national
// insurance number's.
inline constexpr size_t kFewestUnnamed = 6;
// "fouroneoneone"; a shorter one has few digits.
inline constexpr uint32_t kLongWord = 10;  // letters
inline constexpr size_t kMostRunTogether = 5;

// How firmly a group of digits hangs on to the one before it.
enum class Link : uint8_t {
  kNone,    // letters, a placeholder or a currency sign between them
  kListed,  // a comma, a colon or a filler word
  kLoose,   // several separators: ") ", " - "
  kTight,   // nothing, or one separator
};

// A run of digits.
struct Group {
  uint32_t begin;  // glyphs
  uint32_t end;
  Link link;       // to the group before
  char separator;  // the first non-blank one before it, ' ', or 0 for none
  uint8_t spoken;  // languages, see Glyph
  bool filler;     // a word such as "then" stood before it

  uint32_t length() const { return end - begin; }
};

// What the words around a number say about it.
struct Context {
  uint32_t cues = 0;      // of the nearest telling word; 0: none
  uint32_t distance = 0;  // words in between
};

// Something found, in glyphs. The higher rank wins where two overlap.
struct Finding {
  uint32_t begin;
  uint32_t end;
  PersonalKind kind;
  int rank;
};

// A text made ready for searching. Building it is linear.
class Scan {
 public:
  // `thorough`: also where there are too few digits for what is built in; an
  // organisation's own patterns may ask for fewer.
  explicit Scan(std::string_view text, bool thorough = false);

  const std::vector<Glyph>& glyphs() const { return glyphs_; }
  const std::vector<Word>& words() const { return words_; }
  // The numbers; left empty when there are too few digits to matter.
  const std::vector<Group>& groups() const { return groups_; }
  uint32_t size() const { return static_cast<uint32_t>(glyphs_.size()); }
  bool may_hold_address() const { return may_hold_address_; }

  // The symbol at `at`; a blank outside of the text.
  char At(int64_t at) const {
    return at >= 0 && at < static_cast<int64_t>(glyphs_.size())
               ? glyphs_[static_cast<size_t>(at)].symbol
               : ' ';
  }

  // The digits of groups [first, last).
  std::string Digits(size_t first, size_t last) const;

  // The nearest telling word before or after a stretch of glyphs, within the
  // sentence and a few words.
  Context Before(uint32_t begin) const;
  Context After(uint32_t end) const;
  // The nearer of the two, the one before if they tie. A word behind counts
  // only very close by.
  Context Around(uint32_t begin, uint32_t end) const;
  // Whether a word with one of `cues` stands within `reach` glyphs.
  bool Near(uint32_t begin, uint32_t end, uint32_t cues, uint32_t reach) const;

  // Whether the number [begin, end) is an amount, a share or a quantity.
  bool IsQuantity(uint32_t begin, uint32_t end) const;

  // Whether the glyphs between two words or numbers end a sentence, or hold a
  // placeholder. A dot after an abbreviation does not end one.
  bool EndsSentence(uint32_t begin, uint32_t end) const;

  // The first word that begins at `at` or later.
  size_t WordFrom(uint32_t at) const;
  // What a word says about numbers near it, its neighbours considered:
  // "social media" says nothing, "la police" is a policy.
  uint32_t TellingCues(size_t word) const;
  // The folded letters of a word.
  std::string Spelling(const Word& word) const;

 private:
  size_t LookAlikes() const;
  void FindGroups();
  Group LinkToPrevious(Group group) const;
  bool IsFrenchPolicy(size_t word) const;

  std::vector<Glyph> glyphs_;
  std::vector<Word> words_;
  std::vector<Group> groups_;
  size_t digit_count_ = 0;
  bool may_hold_address_ = false;
};

// Each appends what it finds. `taken` parts may overlap; see Finding::rank.
void FindCards(const Scan& scan, std::vector<Finding>& found);
void FindIbans(const Scan& scan, std::vector<Finding>& found);
void FindSsns(const Scan& scan, std::vector<Finding>& found);
void FindPhones(const Scan& scan, std::vector<Finding>& found);
void FindEmails(const Scan& scan, std::vector<Finding>& found);
void FindPoliciesAndAccounts(const Scan& scan, std::vector<Finding>& found);

inline constexpr int kIbanRank = 90;
inline constexpr int kCardRank = 80;
inline constexpr int kEmailRank = 75;
inline constexpr int kCustomRank = 70;
inline constexpr int kSsnShapeRank = 60;
inline constexpr int kNamedRank = 55;  // "policy number is ..."
inline constexpr int kSsnContextRank = 50;
inline constexpr int kStrongPhoneRank = 45;
inline constexpr int kNearRank = 40;  // "policy ..."
inline constexpr int kSsnSpokenRank = 35;
inline constexpr int kWeakPhoneRank = 30;

}  // namespace earshot::contract::redact

#endif  // EARSHOT_PROTO_CONTRACT_REDACT_SCAN_H_
