// Bank accounts in their international form: country, two check digits, and a
// remainder of 1 when read as one number modulo 97.

#include <algorithm>
#include <iterator>

#include "proto/contract/redact_scan.h"

namespace earshot::contract::redact {
namespace {

struct Country {
  char code[3];
  uint8_t length;
  // Letters that open the part after the check digits, then digits only;
  // kMixed where letters may stand anywhere.
  uint8_t letters;
};

constexpr uint8_t kMixed = 255;

constexpr Country kCountries[] = {
    {"ad", 24, kMixed}, {"ae", 23, 0},      {"al", 28, kMixed},
    {"at", 20, 0},      {"az", 28, kMixed}, {"ba", 20, 0},
    {"be", 16, 0},      {"bg", 22, kMixed}, {"bh", 22, kMixed},
    {"bi", 27, 0},      {"br", 29, kMixed}, {"by", 28, kMixed},
    {"ch", 21, kMixed}, {"cr", 22, 0},      {"cy", 28, kMixed},
    {"cz", 24, 0},      {"de", 22, 0},      {"dj", 27, 0},
    {"dk", 18, 0},      {"do", 28, kMixed}, {"ee", 20, 0},
    {"eg", 29, 0},      {"es", 24, 0},      {"fi", 18, 0},
    {"fk", 18, 2},      {"fo", 18, 0},      {"fr", 27, kMixed},
    {"gb", 22, 4},      {"ge", 22, 2},      {"gi", 23, kMixed},
    {"gl", 18, 0},      {"gr", 27, kMixed}, {"gt", 28, kMixed},
    {"hr", 21, 0},      {"hu", 28, 0},      {"ie", 22, 4},
    {"il", 23, 0},      {"iq", 23, 4},      {"is", 26, 0},
    {"it", 27, kMixed}, {"jo", 30, kMixed}, {"kw", 30, kMixed},
    {"kz", 20, kMixed}, {"lb", 28, kMixed}, {"lc", 32, kMixed},
    {"li", 21, kMixed}, {"lt", 20, 0},      {"lu", 20, kMixed},
    {"lv", 21, kMixed}, {"ly", 25, 0},      {"mc", 27, kMixed},
    {"md", 24, kMixed}, {"me", 22, 0},      {"mk", 19, kMixed},
    {"mn", 20, 0},      {"mr", 27, 0},      {"mt", 31, kMixed},
    {"mu", 30, kMixed}, {"ni", 28, kMixed}, {"nl", 18, 4},
    {"no", 15, 0},      {"om", 23, kMixed}, {"pk", 24, kMixed},
    {"pl", 28, 0},      {"ps", 29, kMixed}, {"pt", 25, 0},
    {"qa", 29, kMixed}, {"ro", 24, kMixed}, {"rs", 22, 0},
    {"ru", 33, kMixed}, {"sa", 24, kMixed}, {"sc", 31, kMixed},
    {"sd", 18, 0},      {"se", 24, 0},      {"si", 19, 0},
    {"sk", 24, 0},      {"sm", 27, kMixed}, {"so", 23, 0},
    {"st", 25, 0},      {"sv", 28, kMixed}, {"tl", 23, 0},
    {"tn", 24, 0},      {"tr", 26, kMixed}, {"ua", 29, kMixed},
    {"va", 22, 0},      {"vg", 24, 4},      {"xk", 20, 0}};

const Country* FindCountry(char first, char second) {
  const char letters[] = {first, second};
  const std::string_view code(letters, 2);
  const Country* country =
      std::lower_bound(std::begin(kCountries), std::end(kCountries), code,
                       [](const Country& entry, std::string_view value) {
                         return std::string_view(entry.code, 2) < value;
                       });
  if (country == std::end(kCountries)) return nullptr;
  return std::string_view(country->code, 2) == code ? country : nullptr;
}

bool ChecksOut(std::string_view iban) {
  int rest = 0;
  for (size_t i = 0; i < iban.size(); ++i) {
    const char c = iban[(i + 4) % iban.size()];
    rest = IsDigit(c) ? rest * 10 + (c - '0') : rest * 100 + (c - 'a' + 10);
    rest %= 97;
  }
  return rest == 1;
}

bool FitsCountry(std::string_view iban, const Country& country) {
  if (!IsDigit(iban[2]) || !IsDigit(iban[3])) return false;
  const std::string_view rest = iban.substr(4);
  const auto digits =
      static_cast<size_t>(std::count_if(rest.begin(), rest.end(), IsDigit));
  if (country.letters == kMixed) return digits * 2 >= rest.size();
  for (size_t i = 0; i < rest.size(); ++i) {
    if (IsDigit(rest[i]) == (i < country.letters)) return false;
  }
  return true;
}

// The letters and digits from `begin` on, over separators, until `most` are
// read or something else follows.
class Collector {
 public:
  Collector(const Scan& scan, uint32_t begin) : scan_(scan), at_(begin) {}

  void Read(size_t most) {
    constexpr uint32_t kWidestGap = 3;
    uint32_t gap = 0;
    for (uint32_t i = at_; i < scan_.size() && text_.size() < most; ++i) {
      const char symbol = scan_.At(i);
      if (IsDigit(symbol) || (symbol >= 'a' && symbol <= 'z')) {
        text_.push_back(symbol);
        end_ = i + 1;
        gap = 0;
      } else if (!IsSeparator(symbol) || ++gap > kWidestGap) {
        break;
      }
    }
  }

  const std::string& text() const { return text_; }
  uint32_t end() const { return end_; }

 private:
  static bool IsSeparator(char symbol) {
    constexpr std::string_view kSeparators = " \n-./_,:*|()[]\\";
    return kSeparators.find(symbol) != std::string_view::npos ||
           symbol == kFiller || symbol == kOtherSymbol;
  }

  const Scan& scan_;
  uint32_t at_;
  uint32_t end_ = 0;
  std::string text_;
};

bool IsMark(char symbol) {
  return IsBlank(symbol) || symbol == '-' || symbol == '.' || symbol == '_';
}

// Whether an IBAN may start here: two letters, then a digit close by.
bool MayStart(const Scan& scan, uint32_t at) {
  const char first = scan.At(at);
  if (first < 'a' || first > 'z') return false;
  if (IsDigit(scan.At(static_cast<int64_t>(at) - 1))) return false;
  uint32_t next = at + 1;
  if (IsMark(scan.At(next))) ++next;
  if (!IsLetter(scan.At(next))) return false;
  for (uint32_t i = next + 1; i < next + 4; ++i) {
    if (IsDigit(scan.At(i))) return true;
    if (IsAlnum(scan.At(i))) return false;
  }
  return false;
}

// Letters where the country has digits only: 37O4 is 3704.
std::string WithoutLookAlikes(std::string text, const Country& country) {
  if (country.letters == kMixed) return text;
  for (size_t i = 2; i < text.size(); ++i) {
    if (i >= 4 && i < 4U + country.letters) continue;
    if (text[i] == 'o') text[i] = '0';
    if (text[i] == 'i' || text[i] == 'l') text[i] = '1';
  }
  return text;
}

// With the word IBAN in front, a wrong checksum is a slip of the tongue.
bool NamedIban(const Scan& scan, uint32_t at, std::string_view text) {
  if (text.size() < 14 || !IsDigit(text[2]) || !IsDigit(text[3])) return false;
  if (std::count_if(text.begin(), text.end(), IsDigit) < 10) return false;
  return (scan.Before(at).cues & kIbanCue) != 0;
}

// Cuts what follows the number when its length is not known: words.
uint32_t EndOfNamed(const Scan& scan, uint32_t begin, uint32_t end) {
  while (end > begin && !IsDigit(scan.At(static_cast<int64_t>(end) - 1))) --end;
  return end;
}

}  // namespace

void FindIbans(const Scan& scan, std::vector<Finding>& found) {
  constexpr size_t kLongest = 34;
  for (uint32_t at = 0; at + 14 < scan.size(); ++at) {
    if (!MayStart(scan, at)) continue;
    const char second = scan.At(IsMark(scan.At(at + 1)) ? at + 2 : at + 1);
    const Country* country = FindCountry(scan.At(at), second);
    if (country == nullptr) continue;
    Collector exact(scan, at);
    exact.Read(country->length);
    const std::string text = WithoutLookAlikes(exact.text(), *country);
    if (text.size() == country->length && FitsCountry(text, *country) &&
        ChecksOut(text)) {
      found.push_back({at, exact.end(), PersonalKind::kIban, kIbanRank});
      at = exact.end() - 1;
      continue;
    }
    if (IsLetter(scan.At(static_cast<int64_t>(at) - 1))) continue;
    Collector whole(scan, at);
    whole.Read(std::min<size_t>(country->length, kLongest));
    if (!NamedIban(scan, at, whole.text())) continue;
    const uint32_t end = EndOfNamed(scan, at, whole.end());
    found.push_back({at, end, PersonalKind::kIban, kIbanRank});
    at = end - 1;
  }
}

}  // namespace earshot::contract::redact
