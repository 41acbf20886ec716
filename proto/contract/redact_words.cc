#include "proto/contract/redact_words.h"

#include <algorithm>
#include <array>
#include <cstddef>
#include <string>

#include "proto/contract/redact_chars.h"
#include "proto/contract/redact_word_lists.h"

namespace earshot::contract::redact {
namespace {

// Calls `visit` with every word of a blank-separated list.
template <typename Visit>
void ForEachWord(std::string_view list, Visit visit) {
  while (!list.empty()) {
    const size_t blank = std::min(list.find(' '), list.size());
    if (blank > 0) visit(list.substr(0, blank));
    list.remove_prefix(std::min(blank + 1, list.size()));
  }
}

constexpr size_t kSlots = 4096;
constexpr size_t SlotFor(uint32_t hash) {
  return (hash ^ (hash >> 15)) % kSlots;
}

size_t Hash(std::string_view word) {
  uint32_t hash = kHashStart;
  for (const char c : word) hash = HashNext(hash, c);
  return SlotFor(hash);
}

// Open addressing; built once, then only read.
class Lexicon {
 public:
  Lexicon() {
    entries_.reserve(900);
    entries_.push_back({});
    for (const CueWords& line : kCueWords) {
      ForEachWord(line.words, [&](std::string_view word) {
        Insert(word).cues |= line.cues;
      });
    }
    for (const NumberEntry& line : kNumbers) {
      ForEachWord(line.words, [&](std::string_view word) {
        Meaning& meaning = Insert(word);
        meaning.number = line.kind;
        meaning.languages = line.languages;
        meaning.value = line.value;
        if (line.kind == NumberWord::kUnit && word.size() > 1) {
          begins_unit_[Pair(word[0], word[1])] = true;
        }
      });
    }
    ForEachWord(kTopLevels, [&](std::string_view word) {
      Entry& entry = entries_[IndexOf(word)];
      entry.top_level = true;
    });
  }

  const Meaning* Find(std::string_view word) const {
    return FindAt(Hash(word), word);
  }
  // `slot` is that of the word's hash.
  const Meaning* FindAt(size_t slot, std::string_view word) const {
    while (slots_[slot] != 0) {
      const Entry& entry = entries_[slots_[slot]];
      if (entry.word == word) return &entry.meaning;
      slot = (slot + 1) % kSlots;
    }
    return nullptr;
  }

  bool MayBeginUnit(char first, char second) const {
    return begins_unit_[Pair(first, second)];
  }

  bool IsTopLevel(std::string_view word) const {
    return entries_[slots_[SlotOf(word)]].top_level;
  }

 private:
  struct Entry {
    std::string_view word;
    Meaning meaning;
    bool top_level = false;
  };

  size_t SlotOf(std::string_view word) const {
    size_t slot = Hash(word);
    while (slots_[slot] != 0 && entries_[slots_[slot]].word != word) {
      slot = (slot + 1) % kSlots;
    }
    return slot;
  }

  uint16_t IndexOf(std::string_view word) {
    const size_t slot = SlotOf(word);
    if (slots_[slot] == 0) {
      slots_[slot] = static_cast<uint16_t>(entries_.size());
      entries_.push_back({word, {}, false});
    }
    return slots_[slot];
  }

  Meaning& Insert(std::string_view word) {
    return entries_[IndexOf(word)].meaning;
  }

  static size_t Pair(char first, char second) {
    return (static_cast<size_t>(first) & 31U) * 32 +
           (static_cast<size_t>(second) & 31U);
  }

  std::vector<Entry> entries_;
  std::array<uint16_t, kSlots> slots_ = {};
  std::array<bool, 1024> begins_unit_ = {};
};

const Lexicon& TheLexicon() {
  static const Lexicon* const kLexicon = new Lexicon;
  return *kLexicon;
}

}  // namespace

Meaning LookUp(std::string_view word) {
  if (word.size() > kLongestWord) return {};
  const Meaning* meaning = TheLexicon().Find(word);
  return meaning == nullptr ? Meaning{} : *meaning;
}

Meaning LookUp(uint32_t hash, std::string_view word) {
  const Meaning* meaning = TheLexicon().FindAt(SlotFor(hash), word);
  return meaning == nullptr ? Meaning{} : *meaning;
}

size_t MostDigits(NumberWord number) {
  switch (number) {
    case NumberWord::kNone:
      return 0;
    case NumberWord::kUnit:
      return 1;
    case NumberWord::kTeen:
    case NumberWord::kTen:
      return 2;
    case NumberWord::kHundred:
    case NumberWord::kHundreds:
      return 3;
    default:
      return 7;
  }
}

bool BeginsRunTogether(std::string_view word) {
  constexpr size_t kShortest = 6;
  constexpr size_t kLongestUnit = 6;
  if (word.size() < kShortest || !TheLexicon().MayBeginUnit(word[0], word[1])) {
    return false;
  }
  for (size_t length = kLongestUnit; length > 1; --length) {
    if (LookUp(word.substr(0, length)).number == NumberWord::kUnit) return true;
  }
  return false;
}

bool MayNameANumber(std::string_view word, const Meaning& meaning) {
  constexpr uint32_t kNames =
      kPolicyCue | kAccountCue | kCertificateCue | kMemberCue;
  if ((meaning.cues & kNames) != 0) return true;
  switch (word.size()) {
    case 1:
      return word == "c";  // a/c
    case 4:
      return word == "sort";
    case 6:
      return word == "police";
    default:
      return false;
  }
}

bool IsCommonTopLevel(std::string_view word) {
  return word.size() <= kLongestWord && TheLexicon().IsTopLevel(word);
}

std::vector<Word> FindWords(const std::vector<Glyph>& glyphs) {
  std::vector<Word> words;
  words.reserve(glyphs.size() / 5 + 1);
  const Lexicon& lexicon = TheLexicon();
  char spelling[kLongestWord + 1];
  const uint32_t size = static_cast<uint32_t>(glyphs.size());
  for (uint32_t at = 0; at < size;) {
    const uint32_t begin = at;
    size_t length = 0;
    uint32_t hash = kHashStart;
    for (; at < size && IsLetter(glyphs[at].symbol); ++at) {
      if (length > kLongestWord) continue;
      spelling[length++] = glyphs[at].symbol;
      hash = HashNext(hash, glyphs[at].symbol);
    }
    if (at == begin) {
      ++at;
      continue;
    }
    const Meaning* const meaning =
        length > kLongestWord
            ? nullptr
            : lexicon.FindAt(SlotFor(hash), {spelling, length});
    words.push_back({begin, at, meaning == nullptr ? Meaning{} : *meaning});
  }
  return words;
}

}  // namespace earshot::contract::redact
