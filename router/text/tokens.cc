#include "router/text/tokens.h"

#include <unicode/normalizer2.h>
#include <unicode/uchar.h>
#include <unicode/unistr.h>

#include <algorithm>
#include <array>

#include "router/text/latin1.h"

namespace earshot::router {
namespace {

// Sorted. "once" and "un" mean something else too often.
constexpr std::array<std::string_view, 73> kNumberWords{
    "billion",  "catorce",   "cent",      "cero",      "cien",     "ciento",
    "cinco",    "cincuenta", "cinq",      "cinquante", "cuarenta", "cuatro",
    "deux",     "diez",      "dix",       "doce",      "dos",      "douze",
    "dozen",    "eight",     "eighteen",  "eighty",    "eleven",   "fifteen",
    "fifty",    "five",      "forty",     "four",      "fourteen", "half",
    "huit",     "hundred",   "mil",       "mille",     "million",  "nine",
    "nineteen", "ninety",    "nueve",     "ocho",      "one",      "onze",
    "quarante", "quatorze",  "quatre",    "quince",    "quinze",   "seis",
    "sept",     "seven",     "seventeen", "seventy",   "siete",    "six",
    "sixteen",  "sixty",     "ten",       "thirteen",  "thirty",   "thousand",
    "three",    "trece",     "treinta",   "treize",    "trente",   "tres",
    "trois",    "twelve",    "twenty",    "two",       "veinte",   "vingt",
    "zero"};

// Sorted; as they are once apostrophes and accents are gone.
constexpr std::array<std::string_view, 46> kNegations{
    "aint",    "arent",   "aucun",    "aucune", "cannot",  "cant",
    "couldnt", "didnt",   "doesnt",   "dont",   "hadnt",   "hasnt",
    "havent",  "isnt",    "jamais",   "jamas",  "mustnt",  "nada",
    "nadie",   "neednt",  "neither",  "never",  "ni",      "ningun",
    "ninguna", "ninguno", "no",       "nobody", "none",    "nor",
    "not",     "nothing", "nowhere",  "nunca",  "pas",     "personne",
    "rien",    "sans",    "shouldnt", "sin",    "tampoco", "wasnt",
    "werent",  "without", "wont",     "wouldnt"};

constexpr size_t kLongestListed = 10;

static_assert(std::is_sorted(kNumberWords.begin(), kNumberWords.end()));
static_assert(std::is_sorted(kNegations.begin(), kNegations.end()));

// Most words are on neither list, and their ends and length say so.
constexpr size_t kFilterBits = 1024;
constexpr size_t FilterPlace(std::string_view word) {
  const auto letter = [&](size_t i) {
    return static_cast<size_t>(static_cast<unsigned char>(word[i]));
  };
  return (letter(0) * 67 + letter(word.size() - 1) * 29 + word.size() * 13) %
         kFilterBits;
}
constexpr std::array<bool, kFilterBits> Filter() {
  std::array<bool, kFilterBits> filter{};
  for (const std::string_view word : kNumberWords) {
    filter[FilterPlace(word)] = true;
  }
  for (const std::string_view word : kNegations) {
    filter[FilterPlace(word)] = true;
  }
  return filter;
}
constexpr std::array<bool, kFilterBits> kMayBeListed = Filter();

std::string_view Latin1(UChar32 c) {
  return kLatin1.at(static_cast<size_t>(c) - 0xC0U);
}

bool IsCombining(UChar32 c) { return c >= 0x300 && c <= 0x36F; }

bool IsApostrophe(UChar32 c) {
  return c == '\'' || c == 0x2019 || c == 0x2BC || c == 0xB4;
}

// Signs after which a negation no longer holds.
bool EndsClause(UChar32 c) {
  return c == '.' || c == ',' || c == ';' || c == ':' || c == '!' || c == '?' ||
         c == '(' || c == ')' || c == '\n' || c == 0x2026 || c == 0xBF ||
         c == 0xA1 || c == 0x3002 || c == 0x3001;
}

// Signs that part, though they end no clause; a dash or a slash only beside a
// blank.
bool Parts(UChar32 c) {
  return c == '|' || c == '>' || c == '[' || c == ']' || c == 0x2013 ||
         c == 0x2014 || c == 0x2022;
}

bool PartsBesideBlank(UChar32 c) { return c == '-' || c == '/' || c == '*'; }

// Collects letters into tokens.
class Builder {
 public:
  explicit Builder(TokenisedText& out) : out_(out) {
    out_.text.clear();
    out_.tokens.clear();
  }

  bool full() const { return out_.tokens.size() >= kMostTokens; }

  void Letters(std::string_view letters) {
    if (!open_) Open(false);
    out_.text.append(letters);
  }
  void Letter(char letter) {
    if (!open_) Open(false);
    digit_ |= letter >= '0' && letter <= '9';
    out_.text.push_back(letter);
  }
  void Mark(char mark) {
    Close();
    if (!out_.tokens.empty()) EndClause();
    Open(true);
    out_.text.push_back(mark);
    Close();
    EndClause();
  }
  void Sign(UChar32 c) {
    Close();
    const bool beside_blank = PartsBesideBlank(c) && last_ == ' ';
    const bool after_sign = c == ' ' && PartsBesideBlank(last_);
    last_ = c;
    if (out_.tokens.empty()) return;
    if (EndsClause(c)) EndClause();
    if (Parts(c) || beside_blank || after_sign)
      out_.tokens.back().parted = true;
  }
  void Digit() { digit_ = true; }

  void Close() {
    if (!open_) return;
    open_ = false;
    Token& token = out_.tokens.back();
    token.size = static_cast<uint32_t>(out_.text.size()) - token.begin;
    const std::string_view word = out_.View(token);
    const auto listed = [&](const auto& list) {
      return word.size() <= kLongestListed &&
             std::binary_search(list.begin(), list.end(), word);
    };
    token.number = digit_;
    if (word.empty() || !kMayBeListed.at(FilterPlace(word))) return;
    token.number = digit_ || listed(kNumberWords);
    token.negation = !digit_ && listed(kNegations);
  }

 private:
  void Open(bool mark) {
    if (!out_.text.empty()) out_.text.push_back(' ');
    Token token;
    token.begin = static_cast<uint32_t>(out_.text.size());
    token.mark = mark;
    last_ = 0;
    out_.tokens.push_back(token);
    open_ = true;
    digit_ = false;
  }

  void EndClause() {
    out_.tokens.back().clause_end = true;
    out_.tokens.back().parted = true;
  }

  TokenisedText& out_;
  UChar32 last_ = 0;  // the sign before, in the same gap
  bool open_ = false;
  bool digit_ = false;
};

// False when a character needs the whole of Unicode; then start again.
bool ReadLatin1(std::string_view utf8, Builder& builder) {
  for (size_t i = 0; i < utf8.size() && !builder.full(); ++i) {
    const char c = utf8[i];
    const auto byte = static_cast<unsigned char>(c);
    if (byte >= 0x80) {
      if (byte != 0xC3 || i + 1 >= utf8.size()) return false;
      const auto next = static_cast<unsigned char>(utf8[++i]);
      if ((next & 0xC0U) != 0x80U) return false;
      const std::string_view folded = kLatin1.at(next & 63U);
      if (folded.empty()) {
        builder.Close();
      } else {
        builder.Letters(folded);
      }
    } else if ((c >= 'a' && c <= 'z') || (c >= '0' && c <= '9')) {
      builder.Letter(c);
    } else if (c >= 'A' && c <= 'Z') {
      builder.Letter(static_cast<char>(c - 'A' + 'a'));
    } else if (c == '!' || c == '?') {
      builder.Mark(c);
    } else if (c != '\'') {
      builder.Sign(c);
    }
  }
  return true;
}

icu::UnicodeString Decomposed(std::string_view utf8) {
  const auto text = icu::UnicodeString::fromUTF8(
      {utf8.data(), static_cast<int32_t>(utf8.size())});
  UErrorCode error = U_ZERO_ERROR;
  const icu::UnicodeString folded =
      icu::Normalizer2::getNFKCCasefoldInstance(error)->normalize(text, error);
  icu::UnicodeString apart =
      icu::Normalizer2::getNFDInstance(error)->normalize(folded, error);
  return U_SUCCESS(error) ? apart : text;
}

bool IsPartOfWord(UChar32 c) {
  return u_isalnum(c) || u_charType(c) == U_NON_SPACING_MARK ||
         u_charType(c) == U_COMBINING_SPACING_MARK;
}

void ReadUnicode(std::string_view utf8, Builder& builder) {
  const icu::UnicodeString text = Decomposed(utf8);
  std::string bytes;
  for (int32_t i = 0; i < text.length() && !builder.full();
       i = text.moveIndex32(i, 1)) {
    const UChar32 c = text.char32At(i);
    if (c >= 0xC0 && c <= 0xFF && !Latin1(c).empty()) {
      builder.Letters(Latin1(c));
    } else if (c == '!' || c == '?') {
      builder.Mark(static_cast<char>(c));
    } else if (IsPartOfWord(c)) {
      if (IsCombining(c)) continue;
      bytes.clear();
      icu::UnicodeString(c).toUTF8String(bytes);
      builder.Letters(bytes);
      if (u_isdigit(c)) builder.Digit();
    } else if (!IsApostrophe(c)) {
      builder.Sign(c);
    }
  }
}

}  // namespace

void Tokenise(std::string_view utf8, TokenisedText& out) {
  Builder latin(out);
  if (ReadLatin1(utf8, latin)) {
    latin.Close();
    return;
  }
  Builder unicode(out);
  ReadUnicode(utf8, unicode);
  unicode.Close();
}

}  // namespace earshot::router
