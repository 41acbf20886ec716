#include "router/insight/near/words.h"

#include <algorithm>
#include <cstddef>

#include "router/insight/near/word_lists.h"

namespace earshot::router {
namespace {

// Codes of six bits. 1 to 26: a to z; 27 to 36: 0 to 9.
constexpr uint32_t kGap = 0;  // a word ends
constexpr uint32_t kDigit0 = 27;
constexpr uint32_t kPartedGap = 59;     // a word ends, a sign follows
constexpr uint32_t kNegationCode = 60;  // the word that begins is a negation
constexpr uint32_t kNumberCode = 61;    // or a number without a digit
constexpr uint32_t kEscape = 62;        // three codes follow: 16 bits
constexpr uint32_t kEnd = 63;           // fills the last byte

bool IsDigit(char16_t letter) { return letter >= u'0' && letter <= u'9'; }

// Words of these have no blanks between them: Thai, kana, ideographs.
bool StandsAlone(uint32_t c) {
  return (c >= 0x0E00 && c < 0x0E80) || (c >= 0x3040 && c < 0x3100) ||
         (c >= 0x3400 && c < 0xA000) || (c >= 0x20000 && c < 0x32000);
}

// The code point at `at`, which moves on; the tokens' text is UTF-8.
uint32_t NextPoint(std::string_view utf8, size_t& at) {
  const auto byte = [&](size_t i) {
    return i < utf8.size() ? static_cast<unsigned char>(utf8[i]) : 0U;
  };
  const uint32_t lead = byte(at);
  const size_t size = lead < 0x80 ? 1 : lead < 0xE0 ? 2 : lead < 0xF0 ? 3 : 4;
  uint32_t point = size == 1 ? lead : lead & (0x7FU >> size);
  for (size_t i = 1; i < size; ++i) point = (point << 6) | (byte(at + i) & 63U);
  at = std::min(at + size, utf8.size());
  return point;
}

uint64_t HashOf(std::u16string_view letters) {
  uint64_t hash = letters.size();
  for (const char16_t letter : letters) {
    hash = (hash ^ letter) * 0x9E3779B97F4A7C15ULL;
    hash ^= hash >> 29;
  }
  return MixBits(hash);
}

// What the lists say of words, by their hashes. Made once, never changed.
class ListedWords {
 public:
  struct Slot {
    uint64_t hash = 0;    // 0: empty
    uint64_t digits = 0;  // of a number word the hash of its digits
    NearWord::Weight weight = NearWord::Weight::kContent;
  };

  static const ListedWords& Get() {
    static const ListedWords listed;
    return listed;
  }

  // Null when no list has it.
  const Slot* Find(uint64_t hash) const {
    for (size_t i = hash % slots_.size(); slots_[i].hash != 0;
         i = (i + 1) % slots_.size()) {
      if (slots_[i].hash == hash) return &slots_[i];
    }
    return nullptr;
  }

 private:
  ListedWords() {
    for (const std::string_view word : CourtesyWords()) {
      At(word).weight = NearWord::Weight::kCourtesy;
    }
    for (const std::string_view word : FunctionWords()) {
      Slot& slot = At(word);
      if (slot.weight == NearWord::Weight::kContent) {
        slot.weight = NearWord::Weight::kFunction;
      }
    }
    for (const Meaning& number : NumberWords()) {
      At(number.word).digits = HashOfAscii(number.means);
    }
  }

  static uint64_t HashOfAscii(std::string_view word) {
    return HashOf(std::u16string(word.begin(), word.end()));
  }
  Slot& At(std::string_view word) {
    const uint64_t hash = HashOfAscii(word);
    size_t i = hash % slots_.size();
    while (slots_[i].hash != 0 && slots_[i].hash != hash) {
      i = (i + 1) % slots_.size();
    }
    slots_[i].hash = hash;
    return slots_[i];
  }

  std::array<Slot, 2048> slots_{};
};

// Puts letters into words.
class Writer {
 public:
  explicit Writer(NearWords& out) : out_(out) {
    out_.letters.clear();
    out_.words.clear();
  }

  bool full() const { return out_.letters.size() >= kMostLetters; }
  bool open() const { return open_; }

  void Put(char16_t letter) {
    if (full()) return;
    if (open_ && out_.words.back().size == kMostLettersOfWord) Close();
    if (!open_) {
      NearWord word;
      word.begin = static_cast<uint32_t>(out_.letters.size());
      out_.words.push_back(word);
      open_ = true;
    }
    out_.letters.push_back(letter);
    NearWord& word = out_.words.back();
    ++word.size;
    word.number |= IsDigit(letter);
  }
  void PutAll(std::string_view ascii) {
    for (const char c : ascii) Put(static_cast<unsigned char>(c));
  }
  void MarkNegation() { out_.words.back().negation = true; }
  void MarkNumber() { out_.words.back().number = true; }
  // The last word, if there is one.
  void MarkParted() {
    if (!out_.words.empty()) out_.words.back().parted = true;
  }

  void Close() {
    if (!open_) return;
    open_ = false;
    NearWord& word = out_.words.back();
    const auto letters =
        std::u16string_view(out_.letters).substr(word.begin, word.size);
    word.hash = HashOf(letters);
    const ListedWords::Slot* listed = listed_.Find(word.hash);
    if (word.number) {
      if (listed != nullptr && listed->digits != 0) word.hash = listed->digits;
    } else if (listed != nullptr) {
      word.weight = listed->weight;
    } else if (word.size == 1 && letters[0] < 0x80) {
      word.weight = NearWord::Weight::kFunction;
    }
  }

 private:
  const ListedWords& listed_ = ListedWords::Get();
  NearWords& out_;
  bool open_ = false;
};

// A listed form: every word of it, the negation among them marked.
void PutForm(std::string_view form, Writer& writer) {
  while (!form.empty()) {
    const std::string_view word = form.substr(0, form.find(' '));
    form.remove_prefix(std::min(form.size(), word.size() + 1));
    writer.PutAll(word);
    if (word == "not" || word == "without" || word == "never")
      writer.MarkNegation();
    writer.Close();
  }
}

void PutToken(std::string_view token, bool number, bool negation,
              Writer& writer) {
  for (size_t at = 0; at < token.size() && !writer.full();) {
    const uint32_t point = NextPoint(token, at);
    const bool alone = StandsAlone(point);
    if (alone) writer.Close();
    writer.Put(static_cast<char16_t>(point ^ (point >> 16)));
    if (alone) writer.Close();
  }
  if (writer.open()) {
    if (number) writer.MarkNumber();
    if (negation) writer.MarkNegation();
  }
  writer.Close();
}

// The number of a ticket stands by itself ("(ref 709914)", "INC322466 |"), or
// ends what a text begins with ("Hi all - case no. 371384: the gate sticks").
void DropReferences(NearWords& out) {
  constexpr size_t kLongestHeading = 7;
  auto& words = out.words;
  const auto ends = [&](size_t i) { return i == 0 || words[i - 1].parted; };
  const auto is_mixed = [&](const NearWord& word) {
    return !IsDigit(out.letters[word.begin]);
  };
  constexpr int kMostReferences = 8;
  size_t kept = 0;
  int dropped = 0;
  for (size_t i = 0; i < words.size() && dropped < kMostReferences; ++i) {
    if (!IsReference(out, words[i])) continue;
    size_t from = i;  // of the heading
    while (from > kept && !ends(from) &&
           words[from - 1].weight == NearWord::Weight::kCourtesy) {
      --from;
    }
    const bool alone = ends(from) && (words[i].parted || from < i);
    const bool heads = i < kLongestHeading && kept == 0 &&
                       (words[i].parted || (i == 0 && is_mixed(words[i])));
    if (!alone && !heads) continue;
    if (heads) from = 0;
    if (i + 1 - from == words.size()) return;
    words.erase(words.begin() + static_cast<std::ptrdiff_t>(from),
                words.begin() + static_cast<std::ptrdiff_t>(i) + 1);
    ++dropped;
    kept = from;
    i = from - 1;
  }
}

bool IsNumber(std::string_view word) {
  return !word.empty() && word.find_first_not_of("0123456789") == word.npos;
}

}  // namespace

bool IsReference(const NearWords& words, const NearWord& word) {
  constexpr size_t kFewestDigits = 5;
  const char16_t* letters = words.letters.data() + word.begin;
  return static_cast<size_t>(std::count_if(letters, letters + word.size,
                                           IsDigit)) >= kFewestDigits;
}

void ReadWords(const TokenisedText& text, NearWords& out) {
  Writer writer(out);
  const auto& tokens = text.tokens;
  for (size_t i = 0; i < tokens.size() && !writer.full(); ++i) {
    if (tokens[i].mark) continue;
    std::string_view word = text.View(tokens[i]);
    const std::string_view next =
        i + 1 < tokens.size() ? text.View(tokens[i + 1]) : "";
    bool negation = tokens[i].negation;
    if (word == "and") continue;
    bool parted = tokens[i].parted;
    if (word == "w" && next == "o") {  // w/o
      parted = tokens[++i].parted;
      word = "without";
      negation = true;
    } else if (word == "b" && next == "c") {  // b/c
      parted = tokens[++i].parted;
      word = "because";
    } else if (word == "no" && IsNumber(next)) {  // no. 12
      word = "number";
      negation = false;
      parted = false;
    }
    if (word == "w") parted = false;  // w/
    std::string_view form = LongForm(word);
    if (form.empty() && !negation) {
      const std::string_view mended = MendedNegation(word);
      form = LongForm(mended);
      if (form.empty()) form = mended;
    }
    if (!form.empty()) {
      PutForm(form, writer);
    } else {
      PutToken(word, tokens[i].number, negation, writer);
    }
    if (parted) writer.MarkParted();
  }
  writer.Close();
  DropReferences(out);
}

void Pack(const NearWords& words, std::string& out) {
  out.clear();
  uint32_t bits = 0;
  int held = 0;
  const auto put = [&](uint32_t code) {
    bits = (bits << 6) | code;
    held += 6;
    while (held >= 8) {
      held -= 8;
      out.push_back(static_cast<char>(bits >> held));
    }
  };
  for (const NearWord& word : words.words) {
    if (&word != words.words.data()) {
      put((&word)[-1].parted ? kPartedGap : kGap);
    }
    if (word.negation) put(kNegationCode);
    bool digit = false;
    for (uint32_t i = 0; i < word.size; ++i) {
      digit |= IsDigit(words.letters[word.begin + i]);
    }
    if (word.number && !digit) put(kNumberCode);
    for (uint32_t i = 0; i < word.size; ++i) {
      const char16_t letter = words.letters[word.begin + i];
      if (letter >= u'a' && letter <= u'z') {
        put(letter - u'a' + 1U);
      } else if (IsDigit(letter)) {
        put(letter - u'0' + kDigit0);
      } else {
        put(kEscape);
        put(letter >> 12);
        put((letter >> 6) & 63U);
        put(letter & 63U);
      }
    }
  }
  while (held != 0) put(kEnd);
}

bool Unpack(std::string_view packed, NearWords& out) {
  Writer writer(out);
  const size_t codes = packed.size() * 8 / 6;
  size_t at = 0;
  size_t read = 0;
  uint32_t bits = 0;
  unsigned held = 0;
  const auto next = [&]() -> uint32_t {
    if (at >= codes) return kEnd;
    ++at;
    if (held < 6) {
      bits = (bits << 8) | static_cast<unsigned char>(packed[read++]);
      held += 8;
    }
    held -= 6;
    return (bits >> held) & 63U;
  };
  bool negation = false;
  bool number = false;
  const auto finish = [&] {
    if (!writer.open()) return false;
    if (negation) writer.MarkNegation();
    if (number) writer.MarkNumber();
    negation = number = false;
    writer.Close();
    return true;
  };
  while (at < codes) {
    const uint32_t code = next();
    if (code == kEnd) break;
    if (code == kGap || code == kPartedGap) {
      if (!finish()) return false;
      if (code == kPartedGap) writer.MarkParted();
    } else if (code <= 26) {
      writer.Put(static_cast<char16_t>(u'a' + code - 1));
    } else if (code <= 36) {
      writer.Put(static_cast<char16_t>(u'0' + code - kDigit0));
    } else if (code == kEscape) {
      uint32_t letter = next();
      letter = (letter << 6) | next();
      letter = (letter << 6) | next();
      if (letter > 0xFFFF) return false;
      writer.Put(static_cast<char16_t>(letter));
    } else if (code == kNegationCode && !writer.open() && !negation) {
      negation = true;
    } else if (code == kNumberCode && !writer.open() && !number) {
      number = true;
    } else {
      return false;
    }
  }
  if (!packed.empty() && !finish()) return false;
  // One way to write it: what follows the end is only filling.
  while (at < codes) {
    if (next() != kEnd) return false;
  }
  return !writer.full() || out.letters.size() == kMostLetters;
}

}  // namespace earshot::router
