#ifndef EARSHOT_PROTO_CONTRACT_REDACT_LINES_H_
#define EARSHOT_PROTO_CONTRACT_REDACT_LINES_H_

#include <cstddef>
#include <functional>
#include <iosfwd>
#include <string>
#include <string_view>

#include "proto/contract/redact.h"

// Redaction of line files. A line that is a JSON object with a string `text`
// keeps its bytes but for that value, and gains a last member
//   "redacted": [{"start": 10, "end": 29, "type": "card"}]
// with places in code points of the decoded text. Any other line is redacted
// as plain text.
namespace earshot::contract {

// Lines above this are refused, not passed on in part.
inline constexpr size_t kLongestLine = size_t{1} << 20;

// `line` without its line feed; a carriage return at its end stays there.
// Nothing found leaves a JSON line with `"redacted": []`.
std::string RedactLine(const Redactor& redactor, std::string_view line);

// Filters `in` to `out` line by line; memory is bounded by the longest line.
// Returns 0, or 1 if a line was refused or `out` failed; `report` is told the
// number of the line and why. A refused line becomes an empty one, so that
// line numbers stay.
int RedactStream(const Redactor& redactor, std::istream& in, std::ostream& out,
                 const std::function<void(std::string_view)>& report = {});

}  // namespace earshot::contract

#endif  // EARSHOT_PROTO_CONTRACT_REDACT_LINES_H_
