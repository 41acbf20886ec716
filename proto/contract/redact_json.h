#ifndef EARSHOT_PROTO_CONTRACT_REDACT_JSON_H_
#define EARSHOT_PROTO_CONTRACT_REDACT_JSON_H_

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

// Where things stand in one JSON line. A JSON library gives values, not
// places, and writes numbers, escapes and blanks its own way; a line filter
// has to keep every byte it does not replace.
namespace earshot::contract::redact {

struct ByteRange {
  size_t begin = 0;
  size_t end = 0;
};

struct JsonLine {
  ByteRange text;      // the value of `text`, with its quotes
  ByteRange redacted;  // the value of `redacted`; empty if there is none
  size_t close = 0;    // the closing brace of the object
};

// Strict RFC 8259 of one object, at most 64 deep. Nothing if `line` is no
// object, or has not exactly one `text` at top level, or that is no string.
// Linear.
std::optional<JsonLine> LocateText(std::string_view line);

struct DecodedString {
  std::string text;
  // Where in the quoted form each byte of `text` comes from, and one more for
  // the closing quote.
  std::vector<uint32_t> origins;
};

// The contents of a valid JSON string, given with its quotes. A lone
// surrogate becomes U+FFFD.
DecodedString DecodeJsonString(std::string_view quoted);

}  // namespace earshot::contract::redact

#endif  // EARSHOT_PROTO_CONTRACT_REDACT_JSON_H_
