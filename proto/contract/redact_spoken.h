#ifndef EARSHOT_PROTO_CONTRACT_REDACT_SPOKEN_H_
#define EARSHOT_PROTO_CONTRACT_REDACT_SPOKEN_H_

#include <cstddef>
#include <cstdint>
#include <string_view>
#include <vector>

#include "proto/contract/redact_chars.h"
#include "proto/contract/redact_fold.h"
#include "proto/contract/redact_words.h"

namespace earshot::contract::redact {

inline constexpr uint8_t kAnyLanguage = kEnglish | kSpanish | kFrench;

// Reads numbers that are written as words.
class NumberReader {
 public:
  NumberReader(const std::vector<Word>& words, const std::vector<Glyph>& glyphs)
      : words_(words), glyphs_(glyphs) {}

  // The number that starts at word `at`; `*next` is the word after it.
  // False if there is none.
  bool Read(size_t at, uint32_t* value, uint32_t* length, size_t* next) const {
    if (ReadPlural(at, value, length, next)) return true;
    if (!ReadBelowMillion(at, value, next)) return false;
    *length = *value < 10 ? 1 : *value < 100 ? 2 : *value < 1000 ? 3 : 4;
    if (*value >= 10000) *length = *value < 100000 ? 5 : 6;
    return true;
  }

  // "four eights": 8888.
  bool ReadPlural(size_t at, uint32_t* value, uint32_t* length,
                  size_t* next) const {
    if (KindAt(at) != NumberWord::kUnit || words_[at].meaning.value == 0 ||
        !Joined(at + 1, NumberWord::kPlural, kAnyLanguage)) {
      return false;
    }
    *length = words_[at].meaning.value;
    *value = 0;
    for (uint32_t i = 0; i < *length; ++i) {
      *value = *value * 10 + words_[at + 1].meaning.value;
    }
    *next = at + 2;
    return true;
  }

  // "fouroneoneone": digits with no blank between them.
  bool ReadRunTogether(size_t at, uint32_t* value, uint32_t* length) const {
    constexpr uint32_t kShortest = 6;
    constexpr uint32_t kMostDigits = 9;
    const Word& word = words_[at];
    if (word.end - word.begin < kShortest || word.meaning.cues != 0 ||
        word.meaning.number != NumberWord::kNone) {
      return false;
    }
    *value = 0;
    *length = 0;
    for (uint32_t from = word.begin; from < word.end; ++*length) {
      uint32_t used = 0;
      const Meaning unit = UnitAt(from, word.end, &used);
      if (used == 0 || *length == kMostDigits) return false;
      *value = *value * 10 + unit.value;
      from += used;
    }
    return true;
  }

 private:
  const Meaning* At(size_t at) const {
    return at < words_.size() ? &words_[at].meaning : nullptr;
  }

  // The longest word for a digit among the letters from `from` on.
  Meaning UnitAt(uint32_t from, uint32_t end, uint32_t* used) const {
    constexpr uint32_t kLongest = 6;
    char spelling[kLongest];
    uint32_t size = 0;
    while (size < kLongest && from + size < end) {
      spelling[size] = glyphs_[from + size].symbol;
      ++size;
    }
    for (; size > 1; --size) {
      const Meaning meaning = LookUp({spelling, size});
      if (meaning.number != NumberWord::kUnit) continue;
      *used = size;
      return meaning;
    }
    return {};
  }

  NumberWord KindAt(size_t at) const {
    const Meaning* meaning = At(at);
    return meaning == nullptr ? NumberWord::kNone : meaning->number;
  }

  // Whether words `at - 1` and `at` stand next to each other.
  bool Joined(size_t at) const {
    if (at >= words_.size()) return false;
    const uint32_t gap = words_[at].begin - words_[at - 1].end;
    if (gap == 0 || gap > 1) return false;
    const char symbol = glyphs_[words_[at - 1].end].symbol;
    return IsBlank(symbol) || symbol == '-';
  }

  bool Joined(size_t at, NumberWord kind, uint8_t languages) const {
    return Joined(at) && KindAt(at) == kind &&
           (words_[at].meaning.languages & languages) != 0;
  }

  bool Spelled(size_t at, std::string_view spelling) const {
    const Word& word = words_[at];
    if (word.end - word.begin != spelling.size()) return false;
    for (size_t i = 0; i < spelling.size(); ++i) {
      if (glyphs_[word.begin + i].symbol != spelling[i]) return false;
    }
    return true;
  }

  // "y" and "et" between tens and ones: the word after it, else `at`.
  size_t SkipLink(size_t at) const {
    if (!Joined(at) || !Joined(at + 1)) return at;
    return Spelled(at, "y") || Spelled(at, "et") ? at + 1 : at;
  }

  // dix-sept is 17.
  void AddToTen(uint8_t languages, uint32_t* value, size_t* next) const {
    if (words_[*next - 1].meaning.value != 10) return;
    const size_t unit = SkipLink(*next);
    if (!Joined(unit, NumberWord::kUnit, languages & (kFrench | kSpanish))) {
      return;
    }
    const uint32_t ones = words_[unit].meaning.value;
    const bool french = (languages & kFrench) != 0;
    if (french ? ones < 7 : unit == *next) return;
    *value += ones;
    *next = unit + 1;
  }

  void AddToTens(uint32_t tens, uint8_t languages, uint32_t* value,
                 size_t* next) const {
    const size_t unit = SkipLink(*next);
    if (Joined(unit, NumberWord::kUnit, languages) &&
        words_[unit].meaning.value > 0) {
      *value += words_[unit].meaning.value;
      *next = unit + 1;
    } else if ((languages & kFrench) != 0 && (tens == 60 || tens == 80) &&
               Joined(unit, NumberWord::kTeen, kFrench)) {
      *value += words_[unit].meaning.value;
      *next = unit + 1;
      AddToTen(kFrench, value, next);
    }
  }

  bool ReadBelowHundred(size_t at, uint32_t* value, size_t* next) const {
    const Meaning* meaning = At(at);
    if (meaning == nullptr) return false;
    *value = meaning->value;
    *next = at + 1;
    const uint8_t languages = meaning->languages;
    switch (meaning->number) {
      case NumberWord::kUnit:
        if (*value == 4 && Joined(at + 1, NumberWord::kTen, kFrench) &&
            words_[at + 1].meaning.value == 20 && (languages & kFrench) != 0) {
          *value = 80;
          *next = at + 2;
          AddToTens(80, kFrench, value, next);
        }
        return true;
      case NumberWord::kTeen:
        AddToTen(languages, value, next);
        return true;
      case NumberWord::kTen:
        AddToTens(meaning->value, languages, value, next);
        return true;
      default:
        return false;
    }
  }

  // What follows "six hundred": "twelve" belongs to it, the "five" of "eight
  // hundred five five" does not.
  void AddToHundreds(uint8_t languages, uint32_t* value, size_t* next) const {
    size_t at = *next;
    const bool and_word = Joined(at) && Spelled(at, "and") && Joined(at + 1);
    if (and_word) ++at;
    if (!Joined(at) || (words_[at].meaning.languages & languages) == 0) return;
    if ((languages & kEnglish) != 0 && !and_word &&
        KindAt(at) == NumberWord::kUnit) {
      return;
    }
    uint32_t rest = 0;
    size_t after = 0;
    if (!ReadBelowHundred(at, &rest, &after) || rest == 0) return;
    if (Joined(after, NumberWord::kHundred, languages)) return;
    *value += rest;
    *next = after;
  }

  bool ReadBelowThousand(size_t at, uint32_t* value, size_t* next) const {
    const Meaning* meaning = At(at);
    if (meaning == nullptr) return false;
    if (meaning->number == NumberWord::kHundreds ||
        (meaning->number == NumberWord::kHundred &&
         meaning->languages == kFrench)) {
      *value = meaning->value;
      *next = at + 1;
      AddToHundreds(meaning->languages, value, next);
      return true;
    }
    if (!ReadBelowHundred(at, value, next)) return false;
    if (*value > 0 && Joined(*next, NumberWord::kHundred, meaning->languages)) {
      *value *= 100;
      const uint8_t languages = words_[*next].meaning.languages;
      ++*next;
      AddToHundreds(languages, value, next);
    }
    return true;
  }

  void AddToThousands(uint32_t* value, size_t* next) const {
    uint32_t rest = 0;
    size_t after = 0;
    if (!Joined(*next) || !ReadBelowThousand(*next, &rest, &after)) return;
    if (rest < 100 && words_[*next - 1].meaning.languages == kEnglish) return;
    *value += rest;
    *next = after;
  }

  bool ReadBelowMillion(size_t at, uint32_t* value, size_t* next) const {
    if (KindAt(at) == NumberWord::kThousand &&
        words_[at].meaning.languages != kEnglish) {
      *value = 1000;
      *next = at + 1;
      AddToThousands(value, next);
      return true;
    }
    if (!ReadBelowThousand(at, value, next)) return false;
    if (*value > 0 && *value < 100 &&
        Joined(*next, NumberWord::kThousand, kEnglish | kSpanish | kFrench)) {
      *value *= 1000;
      ++*next;
      AddToThousands(value, next);
    }
    return true;
  }

  const std::vector<Word>& words_;
  const std::vector<Glyph>& glyphs_;
};

}  // namespace earshot::contract::redact

#endif  // EARSHOT_PROTO_CONTRACT_REDACT_SPOKEN_H_
