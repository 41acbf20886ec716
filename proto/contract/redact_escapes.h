#ifndef EARSHOT_PROTO_CONTRACT_REDACT_ESCAPES_H_
#define EARSHOT_PROTO_CONTRACT_REDACT_ESCAPES_H_

#include <cstddef>
#include <cstdint>
#include <string_view>

namespace earshot::contract::redact {

// A code point that was written as an escape. `length` 0: there is none here.
struct Escape {
  char32_t code_point = 0;
  uint32_t length = 0;
};

// The escape that starts at `text[at]`, one of
//   &#52; &#x34; &commat; &amp;#52;   HTML entities, however often escaped
//   \n \t \u0034 \x34                 backslash escapes
//   %40 %2E %20                       percent escapes of separators
//   <br> <wbr> </span>                tags without attributes, as a space
// Looks at no more than 40 bytes.
Escape ReadEscape(std::string_view text, size_t at);

}  // namespace earshot::contract::redact

#endif  // EARSHOT_PROTO_CONTRACT_REDACT_ESCAPES_H_
