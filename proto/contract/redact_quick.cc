#include "proto/contract/redact_quick.h"

#include <array>
#include <cstddef>
#include <cstdint>

#include "proto/contract/redact_chars.h"
#include "proto/contract/redact_fold.h"
#include "proto/contract/redact_scan.h"
#include "proto/contract/redact_words.h"

namespace earshot::contract::redact {
namespace {

// What a byte is, in a text that folds to itself but for its case.
enum class Class : uint8_t { kOther, kLetter, kDigit, kSign, kBlank };

constexpr std::array<Class, 256> MakeClasses() {
  // '@' is left out: what has one is looked at closely.
  constexpr std::string_view kSigns = ".,;:!?'\"()-/#$+*_=";
  std::array<Class, 256> classes{};
  for (size_t c = 'a'; c <= 'z'; ++c) {
    classes[c] = Class::kLetter;
    classes[c - 'a' + 'A'] = Class::kLetter;
  }
  for (size_t c = '0'; c <= '9'; ++c) classes[c] = Class::kDigit;
  for (const char c : kSigns) {
    classes[static_cast<unsigned char>(c)] = Class::kSign;
  }
  classes[' '] = Class::kBlank;
  return classes;
}
constexpr std::array<Class, 256> kClasses = MakeClasses();

Class ClassOf(char c) { return kClasses[static_cast<unsigned char>(c)]; }
char Lower(char c) {
  return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c;
}
bool IsAlike(char c) { return c == 'o' || c == 'i' || c == 'l'; }

// The base letters of U+00C0 to U+00FF, which UTF-8 writes as 0xC3 and one byte
// more; '\0' where there is none.
constexpr char kAccented = '\xC3';
const std::array<char, 64>& BaseLetters() {
  static const auto letters = [] {
    std::array<char, 64> found{};
    for (size_t i = 0; i < found.size(); ++i) {
      const char symbol = FoldCodePoint(static_cast<char32_t>(0xC0 + i)).symbol;
      if (symbol >= 'a' && symbol <= 'z') found.at(i) = symbol;
    }
    return found;
  }();
  return letters;
}

// One pass over the text, in the terms of Scan's constructor.
class Reader {
 public:
  explicit Reader(std::string_view text) : text_(text) {}

  bool NothingToFind() {
    for (size_t at = 0; at < text_.size();) {
      switch (ClassOf(text_[at])) {
        case Class::kOther:
          if (const uint32_t length = PlaceholderLength(text_, at)) {
            at += length;
            break;
          }
          if (AccentedLetter(at) == '\0') return false;
          at = TakeRun(at);
          if (!plain_) return false;
          break;
        case Class::kBlank:
          if (at > 0 && text_[at - 1] == ' ') return false;
          ++at;
          break;
        case Class::kSign:
          ++at;
          break;
        default:
          at = TakeRun(at);
          if (!plain_) return false;
      }
    }
    // What may follow a word for the sign was looked for without accents.
    if (says_at_ && accents_ > 0) return false;
    const bool few = digits_ == 0 ? spoken_ < kFewestSpoken
                                  : digits_ + spoken_ < kFewestDigits;
    return few || (!names_a_number_ &&
                   digits_ + spoken_digits_ + alike_ < kFewestUnnamed);
  }

 private:
  // A run of letters and digits.
  size_t TakeRun(size_t at) {
    const size_t begin = at;
    const size_t accents = accents_;
    uint32_t alike = 0;
    uint32_t digits = 0;
    while (at < text_.size()) {
      const Class is = ClassOf(text_[at]);
      if (is == Class::kDigit) {
        ++digits;
        ++at;
      } else if (is == Class::kLetter || AccentedLetter(at) != '\0') {
        at = TakeWord(at, &alike);
      } else {
        break;
      }
    }
    digits_ += digits;
    const size_t length = at - begin - (accents_ - accents);
    if (length > 2 && alike + digits == length) alike_ += alike;
    return at;
  }

  size_t TakeWord(size_t at, uint32_t* alike) {
    const size_t begin = at;
    std::array<char, kLongestWord + 1> letters{};
    size_t length = 0;
    uint32_t hash = kHashStart;
    for (; at < text_.size(); ++at) {
      char letter = text_[at];
      if (ClassOf(letter) == Class::kLetter) {
        letter = Lower(letter);
      } else if ((letter = AccentedLetter(at)) != '\0') {
        ++accents_;
        ++at;
      } else {
        break;
      }
      *alike += IsAlike(letter) ? 1U : 0U;
      if (length > kLongestWord) continue;
      letters[length++] = letter;
      hash = HashNext(hash, letter);
    }
    const std::string_view word(letters.data(), length);
    See(word, length > kLongestWord ? Meaning{} : LookUp(hash, word), begin,
        at);
    return at;
  }

  // The letter without its accent, of two bytes; '\0': it is none.
  char AccentedLetter(size_t at) const {
    if (text_[at] != kAccented || at + 1 >= text_.size()) return '\0';
    const auto next = static_cast<unsigned char>(text_[at + 1]);
    return next >= 0x80 && next <= 0xBF ? letters_.at(next - 0x80U) : '\0';
  }

  void See(std::string_view word, const Meaning& meaning, size_t begin,
           size_t end) {
    if (meaning.number != NumberWord::kNone) {
      ++spoken_;
      spoken_digits_ += MostDigits(meaning.number);
    } else if (meaning.cues == 0 && BeginsRunTogether(word)) {
      if (word.size() > kLongWord) plain_ = false;
      spoken_digits_ += kMostRunTogether;
    }
    names_a_number_ = names_a_number_ || MayNameANumber(word, meaning);
    if (word == "a" && begin > 0 && text_[begin - 1] == '(') plain_ = false;
    if ((meaning.cues & (kAtWord | kArrobaWord)) == 0) return;
    says_at_ = true;
    if (HostMayFollow(end)) plain_ = false;
  }

  // Whether the first label after a word for the sign may have a dot behind
  // it; see AddressReader.
  bool HostMayFollow(size_t at) const {
    // "at sign", "at(sign)", "at the rate of": the sign in several words, with
    // any one sign between them.
    if (IsAt(at + 1, "sign") || (IsAt(at + 1, "the") && IsAt(at + 5, "rate"))) {
      return true;
    }
    constexpr std::string_view kClosing = ")*_-\"'/ ";
    constexpr std::string_view kOpening = "(*_-\"'/ ";
    for (int i = 0; i < 4 && At(at) != '\0' &&
                    kClosing.find(At(at)) != std::string_view::npos;
         ++i) {
      ++at;
    }
    const size_t label = at;
    while (IsAlnum(Lower(At(at))) || At(at) == '-') ++at;
    if (at == label) return false;
    // A number that may be digits of the label.
    if (LookUpAt(label).number != NumberWord::kNone) return true;
    // Spelled out, or "gmail" in two words.
    if (at == label + 1 || NextIs(at, "mail")) return true;
    if (text_.substr(label, at - label).find('-') != std::string_view::npos) {
      return true;
    }
    if (At(at) == ',') return IsAlnum(Lower(At(at + 1)));
    for (int i = 0; i < 3 && At(at) != '\0' &&
                    kOpening.find(At(at)) != std::string_view::npos;
         ++i) {
      ++at;
    }
    if (At(at) == '.') return true;
    return SaysDot(at);
  }

  bool SaysDot(size_t at) const {
    constexpr uint32_t kDotWords = kDotWord | kPointWord;
    return NextIs(at - 1, "com") || (LookUpAt(at).cues & kDotWords) != 0;
  }

  // Of the word that begins there.
  Meaning LookUpAt(size_t at) const {
    std::array<char, kLongestWord> letters{};
    size_t length = 0;
    for (; ClassOf(At(at)) == Class::kLetter; ++at) {
      if (length == letters.size()) return {};
      letters[length++] = Lower(At(at));
    }
    return LookUp({letters.data(), length});
  }

  // After one blank.
  bool NextIs(size_t at, std::string_view word) const {
    return At(at) == ' ' && IsAt(at + 1, word);
  }

  bool IsAt(size_t at, std::string_view word) const {
    for (size_t i = 0; i < word.size(); ++i) {
      if (Lower(At(at + i)) != word[i]) return false;
    }
    return true;
  }

  char At(size_t at) const { return at < text_.size() ? text_[at] : '\0'; }

  std::string_view text_;
  const std::array<char, 64>& letters_ = BaseLetters();
  size_t accents_ = 0;
  bool plain_ = true;
  bool says_at_ = false;
  bool names_a_number_ = false;
  size_t digits_ = 0;
  size_t spoken_ = 0;
  size_t spoken_digits_ = 0;
  size_t alike_ = 0;
};

}  // namespace

bool NothingToFind(std::string_view text) {
  return Reader(text).NothingToFind();
}

}  // namespace earshot::contract::redact
