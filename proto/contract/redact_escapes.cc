#include "proto/contract/redact_escapes.h"

#include <algorithm>
#include <iterator>

namespace earshot::contract::redact {
namespace {

constexpr size_t kWindow = 40;

struct NamedEntity {
  std::string_view name;
  char32_t code_point;
};

// Those that can stand inside a number or an address, sorted.
constexpr NamedEntity kEntities[] = {
    {"NewLine", '\n'}, {"Tab", '\t'},       {"ZeroWidthSpace", 0x200B},
    {"amp", '&'},      {"apos", '\''},      {"ast", '*'},
    {"bull", 0x2022},  {"centerdot", 0xB7}, {"colon", ':'},
    {"comma", ','},    {"commat", '@'},     {"dash", '-'},
    {"dollar", '$'},   {"emsp", ' '},       {"ensp", ' '},
    {"equals", '='},   {"euro", 0x20AC},    {"frasl", '/'},
    {"gt", '>'},       {"hairsp", ' '},     {"hyphen", '-'},
    {"iexcl", '!'},    {"lbrack", '['},     {"lowbar", '_'},
    {"lpar", '('},     {"lrm", 0x200E},     {"lsqb", '['},
    {"lt", '<'},       {"mdash", '-'},      {"middot", 0xB7},
    {"minus", '-'},    {"nbsp", ' '},       {"ndash", '-'},
    {"num", '#'},      {"numero", 0x2116},  {"numsp", ' '},
    {"period", '.'},   {"plus", '+'},       {"pound", 0xA3},
    {"puncsp", ' '},   {"quot", '"'},       {"rbrack", ']'},
    {"rlm", 0x200F},   {"rpar", ')'},       {"rsqb", ']'},
    {"shy", 0xAD},     {"sol", '/'},        {"thinsp", ' '},
    {"zwj", 0x200D},   {"zwnj", 0x200C}};

constexpr std::string_view kTags[] = {"b",  "br", "div",  "em",     "i",
                                      "li", "p",  "span", "strong", "td",
                                      "tr", "u",  "wbr"};

bool IsAsciiAlnum(char c) {
  return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') ||
         (c >= 'A' && c <= 'Z');
}

int DigitValue(char c, int base) {
  int value = 99;
  if (c >= '0' && c <= '9') value = c - '0';
  if (c >= 'a' && c <= 'f') value = c - 'a' + 10;
  if (c >= 'A' && c <= 'F') value = c - 'A' + 10;
  return value < base ? value : -1;
}

// The digits at the front of `digits` as a number; `used` counts them.
char32_t ReadNumber(std::string_view digits, int base, size_t most,
                    size_t* used) {
  char32_t value = 0;
  *used = 0;
  while (*used < digits.size() && *used < most) {
    const int digit = DigitValue(digits[*used], base);
    if (digit < 0) break;
    value = value * static_cast<char32_t>(base) + static_cast<char32_t>(digit);
    ++*used;
  }
  return value;
}

bool Usable(char32_t code_point) {
  return code_point != 0 && code_point <= 0x10FFFF;
}

Escape ReadNumericEntity(std::string_view window, size_t at) {
  const bool hex =
      at < window.size() && (window[at] == 'x' || window[at] == 'X');
  if (hex) ++at;
  if (at >= window.size()) return {};
  size_t used = 0;
  // Leading zeros are legal and a way to hide; eight digits are enough.
  const char32_t value = ReadNumber(window.substr(at), hex ? 16 : 10, 8, &used);
  if (used == 0 || !Usable(value)) return {};
  at += used;
  if (at < window.size() && window[at] == ';') ++at;
  return {value, static_cast<uint32_t>(at)};
}

Escape ReadEntity(std::string_view window) {
  size_t at = 1;
  while (window.substr(at, 4) == "amp;") at += 4;
  if (at < window.size() && window[at] == '#') {
    const Escape numeric = ReadNumericEntity(window, at + 1);
    if (numeric.length > 0) return numeric;
  }
  size_t end = at;
  while (end < window.size() && IsAsciiAlnum(window[end])) ++end;
  if (end < window.size() && window[end] == ';') {
    const std::string_view name = window.substr(at, end - at);
    const NamedEntity* entity =
        std::lower_bound(std::begin(kEntities), std::end(kEntities), name,
                         [](const NamedEntity& entry, std::string_view value) {
                           return entry.name < value;
                         });
    if (entity != std::end(kEntities) && entity->name == name) {
      return {entity->code_point, static_cast<uint32_t>(end + 1)};
    }
  }
  if (at > 1) return {'&', static_cast<uint32_t>(at)};
  return {};
}

Escape ReadBackslash(std::string_view window) {
  if (window.size() < 2) return {};
  const char kind = window[1];
  if (kind == 'n' || kind == 'r') return {'\n', 2};
  if (kind == 't') return {'\t', 2};
  const size_t digits = kind == 'u' ? 4 : kind == 'x' ? 2 : 0;
  if (digits == 0) return {};
  size_t used = 0;
  const char32_t value = ReadNumber(window.substr(2), 16, digits, &used);
  if (used != digits || !Usable(value)) return {};
  return {value, static_cast<uint32_t>(2 + digits)};
}

Escape ReadPercent(std::string_view window) {
  constexpr std::string_view kKnown[] = {"20", "2B", "2D", "2E",
                                         "2b", "2d", "2e", "40"};
  if (window.size() < 4 || !IsAsciiAlnum(window[3])) return {};
  const std::string_view code = window.substr(1, 2);
  for (const std::string_view known : kKnown) {
    if (code != known) continue;
    size_t used = 0;
    return {ReadNumber(code, 16, 2, &used), 3};
  }
  return {};
}

Escape ReadTag(std::string_view window) {
  size_t at = 1;
  if (at < window.size() && window[at] == '/') ++at;
  size_t end = at;
  while (end < window.size() && IsAsciiAlnum(window[end])) ++end;
  const std::string_view name = window.substr(at, end - at);
  if (std::find(std::begin(kTags), std::end(kTags), name) == std::end(kTags)) {
    return {};
  }
  while (end < window.size() && (window[end] == ' ' || window[end] == '/')) {
    ++end;
  }
  if (end >= window.size() || window[end] != '>') return {};
  return {' ', static_cast<uint32_t>(end + 1)};
}

}  // namespace

Escape ReadEscape(std::string_view text, size_t at) {
  const std::string_view window = text.substr(at, kWindow);
  switch (window.front()) {
    case '&':
      return ReadEntity(window);
    case '\\':
      return ReadBackslash(window);
    case '%':
      return ReadPercent(window);
    case '<':
      return ReadTag(window);
    default:
      return {};
  }
}

}  // namespace earshot::contract::redact
