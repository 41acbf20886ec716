#ifndef EARSHOT_PROTO_CONTRACT_REDACT_CHARS_H_
#define EARSHOT_PROTO_CONTRACT_REDACT_CHARS_H_

#include <cstddef>
#include <cstdint>
#include <string_view>

// The alphabet that redaction searches in: lower-case ASCII and four marks.
// Every code point maps to one character of it or to nothing.
namespace earshot::contract::redact {

inline constexpr char kDropped = '\0';        // invisible, or a combining mark
inline constexpr char kBarrier = '\x01';      // a placeholder: nothing crosses
inline constexpr char kOtherLetter = '\x02';  // a letter with no ASCII likeness
inline constexpr char kOtherSymbol = '\x03';
inline constexpr char kFiller = '\x04';  // a spoken "then" between numbers

struct FoldedCodePoint {
  char symbol;
  bool upper;
};

// Digits of every script become 0-9, letters lose case and accents, look-alike
// punctuation becomes its ASCII form, currency signs become '$', line breaks
// '\n' and other spaces ' '.
FoldedCodePoint FoldCodePoint(char32_t code_point);

// The code point at `text[at]` and its length in bytes. An invalid byte is
// returned as U+FFFD of length 1. `at` must be inside the text.
struct DecodedCodePoint {
  char32_t code_point;
  uint32_t length;
};
DecodedCodePoint DecodeCodePoint(std::string_view text, size_t at);

constexpr bool IsDigit(char symbol) { return symbol >= '0' && symbol <= '9'; }
constexpr bool IsLetter(char symbol) {
  return (symbol >= 'a' && symbol <= 'z') || symbol == kOtherLetter;
}
constexpr bool IsAlnum(char symbol) {
  return IsDigit(symbol) || IsLetter(symbol);
}
constexpr bool IsBlank(char symbol) { return symbol == ' ' || symbol == '\n'; }

}  // namespace earshot::contract::redact

#endif  // EARSHOT_PROTO_CONTRACT_REDACT_CHARS_H_
