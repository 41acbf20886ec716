#include "proto/contract/redact_chars.h"

#include <algorithm>
#include <iterator>

namespace earshot::contract::redact {
namespace {

struct Range {
  char32_t first;
  char32_t last;
};

template <size_t kSize>
bool InRanges(const Range (&ranges)[kSize], char32_t code_point) {
  const Range* after = std::upper_bound(
      std::begin(ranges), std::end(ranges), code_point,
      [](char32_t value, const Range& range) { return value < range.first; });
  return after != std::begin(ranges) && code_point <= std::prev(after)->last;
}

// Where each script's zero stands; nine digits follow it.
constexpr char32_t kZeros[] = {
    0x0660,  0x06F0,  0x07C0,  0x0966,  0x09E6,  0x0A66,  0x0AE6,  0x0B66,
    0x0BE6,  0x0C66,  0x0CE6,  0x0D66,  0x0DE6,  0x0E50,  0x0ED0,  0x0F20,
    0x1040,  0x1090,  0x17E0,  0x1810,  0x1946,  0x19D0,  0x1A80,  0x1A90,
    0x1B50,  0x1BB0,  0x1C40,  0x1C50,  0x2080,  0xA620,  0xA8D0,  0xA900,
    0xA9D0,  0xA9F0,  0xAA50,  0xABF0,  0xFF10,  0x104A0, 0x10D30, 0x11066,
    0x110F0, 0x11136, 0x111D0, 0x112F0, 0x11450, 0x114D0, 0x11650, 0x116C0,
    0x11730, 0x118E0, 0x11950, 0x11C50, 0x11D50, 0x11DA0, 0x11F50, 0x16A60,
    0x16AC0, 0x16B50, 0x1D7CE, 0x1D7D8, 0x1D7E2, 0x1D7EC, 0x1D7F6, 0x1E140,
    0x1E2F0, 0x1E4F0, 0x1E950, 0x1FBF0};

// Where a run of nine signs for 1 to 9 starts: circled, bracketed, dotted.
constexpr char32_t kOnes[] = {0x1369, 0x2460, 0x2474, 0x2488,
                              0x24F5, 0x2776, 0x2780, 0x278A};

constexpr char32_t kIdeographs[] = {0x3007, 0x4E00, 0x4E8C, 0x4E09, 0x56DB,
                                    0x4E94, 0x516D, 0x4E03, 0x516B, 0x4E5D};

constexpr Range kInvisible[] = {
    {0x0000, 0x0008},   {0x000E, 0x001F},  {0x007F, 0x0084}, {0x0086, 0x009F},
    {0x00AD, 0x00AD},   {0x0300, 0x036F},  {0x0483, 0x0489}, {0x061C, 0x061C},
    {0x115F, 0x1160},   {0x17B4, 0x17B5},  {0x180B, 0x180F}, {0x1AB0, 0x1AFF},
    {0x1DC0, 0x1DFF},   {0x200B, 0x200F},  {0x202A, 0x202E}, {0x2060, 0x206F},
    {0x20D0, 0x20FF},   {0x3164, 0x3164},  {0xFE00, 0xFE0F}, {0xFE20, 0xFE2F},
    {0xFEFF, 0xFEFF},   {0xFFA0, 0xFFA0},  {0xFFF9, 0xFFFC}, {0x1BCA0, 0x1BCA3},
    {0x1D173, 0x1D17A}, {0xE0000, 0xE0FFF}};

constexpr Range kSpaces[] = {
    {0x0009, 0x0009}, {0x00A0, 0x00A0}, {0x1680, 0x1680}, {0x2000, 0x200A},
    {0x202F, 0x202F}, {0x205F, 0x205F}, {0x2800, 0x2800}, {0x3000, 0x3000}};

constexpr Range kDashes[] = {
    {0x02D7, 0x02D7}, {0x058A, 0x058A}, {0x05BE, 0x05BE}, {0x1400, 0x1400},
    {0x1806, 0x1806}, {0x2010, 0x2015}, {0x2043, 0x2043}, {0x207B, 0x207B},
    {0x208B, 0x208B}, {0x2212, 0x2212}, {0x2500, 0x2501}, {0x2796, 0x2796},
    {0x2E3A, 0x2E3B}, {0x301C, 0x301C}, {0x3030, 0x3030}, {0x30A0, 0x30A0},
    {0x30FC, 0x30FC}, {0xFE31, 0xFE32}, {0xFE58, 0xFE58}, {0xFE63, 0xFE63},
    {0xFF70, 0xFF70}};

constexpr Range kDots[] = {{0x00B7, 0x00B7}, {0x0387, 0x0387}, {0x0589, 0x0589},
                           {0x06D4, 0x06D4}, {0x0701, 0x0702}, {0x2022, 0x2022},
                           {0x2024, 0x2027}, {0x2219, 0x2219}, {0x22C5, 0x22C5},
                           {0x25CF, 0x25CF}, {0x2E31, 0x2E33}, {0x3002, 0x3002},
                           {0x30FB, 0x30FB}, {0xA4F8, 0xA4F8}, {0xFE52, 0xFE52},
                           {0xFF61, 0xFF61}, {0xFF65, 0xFF65}};

constexpr Range kLetters[] = {
    {0x00AA, 0x00AA},   {0x00B5, 0x00B5},  {0x00BA, 0x00BA}, {0x00C0, 0x00D6},
    {0x00D8, 0x00F6},   {0x00F8, 0x02C1},  {0x0370, 0x0373}, {0x0376, 0x037D},
    {0x037F, 0x037F},   {0x0386, 0x1FFF},  {0x2C00, 0x2DFF}, {0x3041, 0x3096},
    {0x30A1, 0x30FA},   {0x3105, 0x318E},  {0x3400, 0x4DBF}, {0x4E00, 0xD7FF},
    {0xF900, 0xFB4F},   {0xFB50, 0xFDFF},  {0xFE70, 0xFEFC}, {0xFF66, 0xFFDC},
    {0x10000, 0x1CFFF}, {0x20000, 0x3FFFF}};

// The base letters of U+00C0 to U+017F; '?' where there is none.
constexpr std::string_view kLatin =
    "aaaaaaaceeeeiiiidnooooo?ouuuuytsaaaaaaaceeeeiiiidnooooo?ouuuuyty"
    "aaaaaaccccccccddddeeeeeeeeeegggggggghhhhiiiiiiiiiiiijjkkklllllll"
    "lllnnnnnnnnnoooooooorrrrrrssssssssttttttuuuuuuuuuuuuwwyyyzzzzzzs";

struct LookAlike {
  char32_t code_point;
  char symbol;
};

constexpr LookAlike kLookAlikes[] = {
    {0x0085, '\n'}, {0x00A2, '$'}, {0x00A3, '$'},  {0x00A5, '$'},
    {0x00AB, '"'},  {0x00B2, '2'}, {0x00B3, '3'},  {0x00B4, '\''},
    {0x00B9, '1'},  {0x00BB, '"'}, {0x02BC, '\''}, {0x0391, 'a'},
    {0x0392, 'b'},  {0x0395, 'e'}, {0x0396, 'z'},  {0x0397, 'h'},
    {0x0399, 'i'},  {0x039A, 'k'}, {0x039C, 'm'},  {0x039D, 'n'},
    {0x039F, 'o'},  {0x03A1, 'p'}, {0x03A4, 't'},  {0x03A5, 'y'},
    {0x03A7, 'x'},  {0x03BF, 'o'}, {0x0405, 's'},  {0x0406, 'i'},
    {0x0408, 'j'},  {0x0410, 'a'}, {0x0412, 'b'},  {0x0415, 'e'},
    {0x041A, 'k'},  {0x041C, 'm'}, {0x041D, 'h'},  {0x041E, 'o'},
    {0x0420, 'p'},  {0x0421, 'c'}, {0x0422, 't'},  {0x0423, 'y'},
    {0x0425, 'x'},  {0x0430, 'a'}, {0x0435, 'e'},  {0x043E, 'o'},
    {0x0440, 'p'},  {0x0441, 'c'}, {0x0443, 'y'},  {0x0445, 'x'},
    {0x0455, 's'},  {0x0456, 'i'}, {0x0458, 'j'},  {0x060C, ','},
    {0x066B, '.'},  {0x066C, ','}, {0x2018, '\''}, {0x2019, '\''},
    {0x201A, ','},  {0x201C, '"'}, {0x201D, '"'},  {0x2028, '\n'},
    {0x2029, '\n'}, {0x203F, '_'}, {0x2044, '/'},  {0x2070, '0'},
    {0x2074, '4'},  {0x2075, '5'}, {0x2076, '6'},  {0x2077, '7'},
    {0x2078, '8'},  {0x2079, '9'}, {0x207A, '+'},  {0x207D, '('},
    {0x207E, ')'},  {0x20A9, '$'}, {0x20AC, '$'},  {0x20B9, '$'},
    {0x20BF, '$'},  {0x2113, 'l'}, {0x2116, '#'},  {0x2215, '/'},
    {0x2223, '|'},  {0x2236, ':'}, {0x24EA, '0'},  {0x24FF, '0'},
    {0x2502, '|'},  {0x2795, '+'}, {0x29F8, '/'},  {0x3001, ','},
    {0x96F6, '0'},  {0xFE33, '_'}, {0xFE34, '_'},  {0xFE4D, '_'},
    {0xFE50, ','},  {0xFE55, ':'}, {0xFE59, '('},  {0xFE5A, ')'},
    {0xFE62, '+'},  {0xFE6B, '@'}, {0xFFE1, '$'},  {0xFFE5, '$'}};

char FoldDigit(char32_t code_point) {
  const char32_t* zero =
      std::upper_bound(std::begin(kZeros), std::end(kZeros), code_point);
  if (zero != std::begin(kZeros)) {
    const char32_t distance = code_point - *std::prev(zero);
    if (distance < 10) return static_cast<char>('0' + distance);
  }
  const char32_t* one =
      std::upper_bound(std::begin(kOnes), std::end(kOnes), code_point);
  if (one != std::begin(kOnes)) {
    const char32_t distance = code_point - *std::prev(one);
    if (distance < 9) return static_cast<char>('1' + distance);
  }
  const char32_t* ideograph =
      std::find(std::begin(kIdeographs), std::end(kIdeographs), code_point);
  if (ideograph != std::end(kIdeographs)) {
    return static_cast<char>('0' + (ideograph - std::begin(kIdeographs)));
  }
  return kDropped;
}

// Letters drawn in another style: mathematical, circled, squared.
char FoldStyledLetter(char32_t code_point) {
  struct Style {
    char32_t first;
    char32_t last;
  };
  constexpr Style kStyles[] = {{0x1D400, 0x1D6A3}, {0x249C, 0x24B5},
                               {0x24B6, 0x24E9},   {0x1F130, 0x1F149},
                               {0x1F150, 0x1F169}, {0x1F170, 0x1F189}};
  for (const Style& style : kStyles) {
    if (code_point < style.first || code_point > style.last) continue;
    return static_cast<char>('a' + (code_point - style.first) % 26);
  }
  return kDropped;
}

FoldedCodePoint FoldAscii(char32_t code_point) {
  const char symbol = static_cast<char>(code_point);
  if (symbol >= 'A' && symbol <= 'Z') {
    return {static_cast<char>(symbol - 'A' + 'a'), true};
  }
  if (symbol == '\t') return {' ', false};
  if (symbol >= '\n' && symbol <= '\r') return {'\n', false};
  if (symbol < ' ' || symbol == '\x7f') return {kDropped, false};
  if (symbol == '`') return {'\'', false};
  return {symbol, false};
}

FoldedCodePoint FoldLatin(char32_t code_point) {
  const char symbol = kLatin[code_point - 0xC0];
  const bool upper =
      code_point < 0xDF || (code_point >= 0x100 && code_point % 2 == 0);
  return {symbol == '?' ? kOtherSymbol : symbol, upper};
}

}  // namespace

static_assert(kLatin.size() == 0x180 - 0xC0);

FoldedCodePoint FoldCodePoint(char32_t code_point) {
  if (code_point < 0x80) return FoldAscii(code_point);
  if (code_point >= 0xFF01 && code_point <= 0xFF5E) {
    return FoldAscii(code_point - 0xFEE0);
  }
  if (code_point >= 0xC0 && code_point < 0x180) return FoldLatin(code_point);
  if (InRanges(kInvisible, code_point)) return {kDropped, false};
  if (InRanges(kSpaces, code_point)) return {' ', false};
  if (InRanges(kDashes, code_point)) return {'-', false};
  if (InRanges(kDots, code_point)) return {'.', false};
  const LookAlike* alike =
      std::lower_bound(std::begin(kLookAlikes), std::end(kLookAlikes),
                       code_point, [](const LookAlike& entry, char32_t value) {
                         return entry.code_point < value;
                       });
  if (alike != std::end(kLookAlikes) && alike->code_point == code_point) {
    return {alike->symbol, false};
  }
  if (const char digit = FoldDigit(code_point)) return {digit, false};
  if (const char letter = FoldStyledLetter(code_point)) return {letter, false};
  if (InRanges(kLetters, code_point)) return {kOtherLetter, false};
  return {kOtherSymbol, false};
}

DecodedCodePoint DecodeCodePoint(std::string_view text, size_t at) {
  const auto byte = [&](size_t i) {
    return static_cast<unsigned char>(text[at + i]);
  };
  const unsigned lead = byte(0);
  if (lead < 0x80) return {lead, 1};
  constexpr DecodedCodePoint kInvalid = {0xFFFD, 1};
  const uint32_t length = lead >= 0xF0 ? 4 : lead >= 0xE0 ? 3 : 2;
  if (lead < 0xC2 || lead > 0xF4 || text.size() - at < length) return kInvalid;
  char32_t value = lead & (0xFFU >> (length + 1));
  for (uint32_t i = 1; i < length; ++i) {
    if ((byte(i) & 0xC0) != 0x80) return kInvalid;
    value = (value << 6) | (byte(i) & 0x3FU);
  }
  constexpr char32_t kSmallest[] = {0, 0, 0x80, 0x800, 0x10000};
  if (value < kSmallest[length] || value > 0x10FFFF) return kInvalid;
  if (value >= 0xD800 && value <= 0xDFFF) return kInvalid;
  return {value, length};
}

}  // namespace earshot::contract::redact
