#include "proto/contract/redact_scan.h"

#include <algorithm>
#include <array>

#include "proto/contract/redact_numbers.h"

namespace earshot::contract::redact {
namespace {

constexpr uint32_t kTellingCues = kPhoneCue | kSsnCue | kPolicyCue |
                                  kAccountCue | kCardCue | kMailCue | kIbanCue |
                                  kHarmlessCue;
constexpr uint32_t kReach = 70;    // glyphs
constexpr uint32_t kMaxWords = 8;  // words in between

bool IsListing(char symbol) {
  constexpr std::string_view kListing = ",;:=|*\"'~!?";
  return kListing.find(symbol) != std::string_view::npos || symbol == kFiller ||
         symbol == kOtherSymbol;
}

bool IsSeparator(char symbol) {
  constexpr std::string_view kSeparators = " \n-./_()[]{}\\<>";
  return kSeparators.find(symbol) != std::string_view::npos;
}

// The first letters of a word, side by side.
class Letters {
 public:
  Letters(const std::vector<Glyph>& glyphs, const Word& word) {
    for (uint32_t at = word.begin; at < word.end && size_ < letters_.size();
         ++at) {
      letters_[size_++] = glyphs[at].symbol;
    }
  }
  std::string_view view() const { return {letters_.data(), size_}; }

 private:
  std::array<char, kLongestWord> letters_;
  size_t size_ = 0;
};

}  // namespace

Scan::Scan(std::string_view text, bool thorough) : glyphs_(Fold(text)) {
  words_ = FindWords(glyphs_);
  size_t spoken = 0;
  size_t spoken_digits = 0;
  bool names_a_number = false;
  bool long_word = false;
  for (const Word& word : words_) {
    const Letters letters(glyphs_, word);
    names_a_number =
        names_a_number || MayNameANumber(letters.view(), word.meaning);
    spoken_digits += MostDigits(word.meaning.number);
    if (word.meaning.cues == 0 && word.meaning.number == NumberWord::kNone &&
        BeginsRunTogether(letters.view())) {
      long_word = long_word || word.end - word.begin > kLongWord;
      spoken_digits += kMostRunTogether;
    }
    const uint32_t cues = word.meaning.cues;
    if ((cues & (kAtWord | kArrobaWord)) != 0 ||
        (word.end == word.begin + 1 && glyphs_[word.begin].symbol == 'a')) {
      may_hold_address_ = true;
    }
    if (word.meaning.number != NumberWord::kNone) ++spoken;
  }
  for (const Glyph& glyph : glyphs_) {
    if (glyph.symbol == '@') may_hold_address_ = true;
    if (IsDigit(glyph.symbol)) ++digit_count_;
  }
  const bool few = digit_count_ == 0 ? spoken < kFewestSpoken
                                     : digit_count_ + spoken < kFewestDigits;
  if (few && !long_word) return;
  // Without a name such as "policy", nothing that is looked for has fewer
  // digits; letters that stand for digits do so beside some in one word.
  // Spoken digits may also be part of an address.
  if (!thorough && !names_a_number && !long_word &&
      (spoken == 0 || !may_hold_address_) &&
      digit_count_ + spoken_digits + LookAlikes() < kFewestUnnamed) {
    return;
  }
  if (SpellOutDigits(words_, glyphs_)) words_ = FindWords(glyphs_);
  FindGroups();
}

// Letters that may be meant as digits: those of words made of nothing else.
size_t Scan::LookAlikes() const {
  size_t letters = 0;
  for (uint32_t at = 0; at < size(); ++at) {
    const uint32_t begin = at;
    uint32_t alike = 0;
    uint32_t digits = 0;
    while (at < size() && IsAlnum(glyphs_[at].symbol)) {
      const char symbol = glyphs_[at++].symbol;
      digits += IsDigit(symbol) ? 1U : 0U;
      alike += symbol == 'o' || symbol == 'i' || symbol == 'l' ? 1U : 0U;
    }
    if (at - begin > 2 && alike + digits == at - begin) letters += alike;
  }
  return letters;
}

void Scan::FindGroups() {
  for (uint32_t at = 0; at < size();) {
    if (!IsDigit(glyphs_[at].symbol)) {
      ++at;
      continue;
    }
    Group group = {at, at, Link::kNone, 0, glyphs_[at].spoken, false};
    // Two words spoken one after the other stay two groups.
    while (group.end < size() && IsDigit(glyphs_[group.end].symbol)) {
      ++group.end;
    }
    groups_.push_back(LinkToPrevious(group));
    at = group.end;
  }
}

Group Scan::LinkToPrevious(Group group) const {
  constexpr uint32_t kWidest = 8;
  if (groups_.empty()) return group;
  const uint32_t from = groups_.back().end;
  if (group.begin - from > kWidest) return group;
  group.link = group.begin - from <= 1 ? Link::kTight : Link::kLoose;
  group.separator = group.begin == from ? '\0' : ' ';
  for (uint32_t at = from; at < group.begin; ++at) {
    const char symbol = glyphs_[at].symbol;
    if (IsListing(symbol)) {
      group.link = Link::kListed;
    } else if (!IsSeparator(symbol)) {
      group.link = Link::kNone;
      return group;
    }
    if (!IsBlank(symbol) && group.separator == ' ') group.separator = symbol;
    if (symbol == kFiller) group.filler = true;
  }
  return group;
}

std::string Scan::Digits(size_t first, size_t last) const {
  std::string digits;
  for (size_t i = first; i < last; ++i) {
    for (uint32_t at = groups_[i].begin; at < groups_[i].end; ++at) {
      digits.push_back(glyphs_[at].symbol);
    }
  }
  return digits;
}

std::string Scan::Spelling(const Word& word) const {
  std::string spelling;
  for (uint32_t at = word.begin; at < word.end; ++at) {
    spelling.push_back(glyphs_[at].symbol);
  }
  return spelling;
}

size_t Scan::WordFrom(uint32_t at) const {
  return static_cast<size_t>(
      std::lower_bound(
          words_.begin(), words_.end(), at,
          [](const Word& word, uint32_t value) { return word.begin < value; }) -
      words_.begin());
}

bool Scan::EndsSentence(uint32_t begin, uint32_t end) const {
  for (uint32_t at = begin; at < end; ++at) {
    const char symbol = glyphs_[at].symbol;
    if (symbol == kBarrier) return true;
    if (symbol != '.' && symbol != '!' && symbol != '?' && symbol != ';') {
      continue;
    }
    if (!IsBlank(At(at + 1))) continue;
    const size_t word = WordFrom(begin);
    const bool abbreviation =
        symbol == '.' && at == begin && word > 0 &&
        words_[word - 1].end == begin &&
        (words_[word - 1].meaning.cues & (kTellingCues | kNumberCue)) != 0 &&
        words_[word - 1].end - words_[word - 1].begin <= 5;
    if (!abbreviation) return true;
  }
  return false;
}

// "la police", "police n": a policy; "police report" is none.
bool Scan::IsFrenchPolicy(size_t index) const {
  if (index + 1 < words_.size()) {
    const std::string next = Spelling(words_[index + 1]);
    if (next == "d" || next == "numero" || next == "no" || next == "n") {
      return true;
    }
  }
  if (index > 0) {
    const std::string before = Spelling(words_[index - 1]);
    constexpr std::string_view kArticles[] = {
        "de", "la", "sa", "ma", "votre", "notre", "leur", "cette", "une"};
    for (const std::string_view article : kArticles) {
      if (before == article) return true;
    }
  }
  return false;
}

// The cues of a word, made exact by its neighbours: "social media" says
// nothing, a "police report" is no policy.
uint32_t Scan::TellingCues(size_t index) const {
  const Word& word = words_[index];
  uint32_t cues = word.meaning.cues & (kTellingCues | kNationalIdCue);
  const uint32_t length = word.end - word.begin;
  if (length == 6 && cues == kSsnCue && index + 1 < words_.size() &&
      Spelling(word) == "social") {
    const std::string next = Spelling(words_[index + 1]);
    const bool other = next == "media" || next == "post" || next == "posts" ||
                       next == "worker" || next == "page";
    return other ? 0 : cues;
  }
  if (length == 6 && cues == 0 && Spelling(word) == "police") {
    if (IsFrenchPolicy(index)) return kPolicyCue;
  }
  if (length == 4 && cues == 0 && index + 1 < words_.size() &&
      Spelling(word) == "sort" && Spelling(words_[index + 1]) == "code") {
    return kAccountCue;
  }
  if ((cues & kHarmlessCue) != 0) {
    // "part of", "area code".
    if (index + 1 < words_.size() && Spelling(words_[index + 1]) == "of") {
      return 0;
    }
    if (length == 4 && index > 0 && Spelling(word) == "code" &&
        Spelling(words_[index - 1]) == "area") {
      return kPhoneCue;
    }
  }
  if ((word.meaning.cues & kCertificateCue) != 0 && index + 1 < words_.size() &&
      (words_[index + 1].meaning.cues & kNumberCue) != 0) {
    return kPolicyCue;
  }
  if ((word.meaning.cues & kMemberCue) != 0 && index + 1 < words_.size() &&
      (words_[index + 1].meaning.cues & kNumberCue) != 0) {
    return kAccountCue;
  }
  if (length == 1 && At(word.begin) == 'c' && At(word.begin - 1) == '/' &&
      At(word.begin - 2) == 'a') {
    return kAccountCue;
  }
  if (length == 9 && index > 0 && Spelling(word) == "insurance" &&
      Spelling(words_[index - 1]) == "national") {
    return kSsnCue;
  }
  if (length == 3 && index + 1 < words_.size() && Spelling(word) == "tax" &&
      (words_[index + 1].meaning.cues & kNumberCue) != 0) {
    return kSsnCue;
  }
  return cues;
}

Context Scan::Before(uint32_t begin) const {
  size_t word = WordFrom(begin);
  uint32_t edge = begin;
  for (uint32_t distance = 0; distance < kMaxWords && word > 0; ++distance) {
    --word;
    if (begin - words_[word].end > kReach) break;
    if (EndsSentence(words_[word].end, edge)) break;
    const uint32_t cues = TellingCues(word);
    if (cues != 0) return {cues, distance};
    edge = words_[word].begin;
  }
  return {};
}

Context Scan::After(uint32_t end) const {
  uint32_t edge = end;
  size_t word = WordFrom(end);
  for (uint32_t distance = 0; distance < 5 && word < words_.size();
       ++distance, ++word) {
    if (words_[word].begin - end > kReach / 2) break;
    if (EndsSentence(edge, words_[word].begin)) break;
    const uint32_t cues = TellingCues(word);
    if (cues != 0) return {cues, distance};
    edge = words_[word].end;
  }
  return {};
}

Context Scan::Around(uint32_t begin, uint32_t end) const {
  const Context before = Before(begin);
  if (before.cues != 0) return before;
  const Context after = After(end);
  return (after.cues & kHarmlessCue) != 0 && after.distance > 2 ? Context{}
                                                                : after;
}

bool Scan::Near(uint32_t begin, uint32_t end, uint32_t cues,
                uint32_t reach) const {
  size_t word = WordFrom(begin > reach ? begin - reach : 0);
  // A bound, not a limit anyone meets: words are apart by a glyph at least.
  for (; word < words_.size() && words_[word].begin <= end + reach; ++word) {
    if (words_[word].begin >= begin && words_[word].begin < end) continue;
    if ((words_[word].meaning.cues & cues) != 0) return true;
  }
  return false;
}

bool Scan::IsQuantity(uint32_t begin, uint32_t end) const {
  char before = At(static_cast<int64_t>(begin) - 1);
  if (IsBlank(before)) before = At(static_cast<int64_t>(begin) - 2);
  if (before == '$') return true;
  char after = At(end);
  if (IsBlank(after)) after = At(end + 1);
  if (after == '$' || after == '%') return true;
  const size_t word = WordFrom(end);
  if (word >= words_.size()) return false;
  const uint32_t gap = words_[word].begin - end;
  if (gap > 1 || (gap == 1 && !IsBlank(At(end)))) return false;
  return (words_[word].meaning.cues & kUnitCue) != 0;
}

}  // namespace earshot::contract::redact
