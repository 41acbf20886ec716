#ifndef EARSHOT_PROTO_CONTRACT_VALIDATE_H_
#define EARSHOT_PROTO_CONTRACT_VALIDATE_H_

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

#include "absl/time/time.h"
#include "earshot/v1/decision.pb.h"
#include "earshot/v1/observation.pb.h"
#include "earshot/v1/verdict.pb.h"
#include "proto/contract/redact.h"

// The limits of what people may send, in one place. The agent refuses to the
// person's face; the router checks again and keeps a dead letter. Pure.
namespace earshot::contract {

inline constexpr size_t kMaxTextBytes = 16 << 10;
inline constexpr size_t kMaxTags = 16;
inline constexpr size_t kMaxTagBytes = 64;
inline constexpr size_t kMaxNameBytes = 64;  // site, channel, shift
inline constexpr size_t kMaxReporterBytes = 128;
inline constexpr size_t kMaxAnswerBytes = 4 << 10;
inline constexpr int64_t kMaxCents = 100000000000;  // spent on the spot
inline constexpr size_t kMaxSplit = 50;  // observations that a split names
inline constexpr int kLongestMuteDays = 90;

// Why something cannot be taken. `code` is stable and short, for counters;
// `text` says what to do next.
struct Refusal {
  std::string code;
  std::string text;
};

// What the reporter gave; nothing: it is fine. `text` must be UTF-8, not
// blank; severity 1 to 5; names printable; observed_at set and not before
// 2000-01-01.
std::optional<Refusal> Validate(const v1::Observation& observation);
std::optional<Refusal> Validate(const v1::Decision& decision);
// Both ids of 16 bytes, an answer to "fixed?", a reason of at most
// kMaxAnswerBytes.
std::optional<Refusal> Validate(const v1::Verdict& verdict);

// It shows at once what was hidden, and needs no reason: a mute whose end is
// not after it was decided.
bool EndsMute(const v1::Decision& decision);

// Letters, digits, '-', '_', '.', '/', ':' and other printable UTF-8, no
// blanks at the ends, at most kMaxNameBytes, not empty.
bool IsName(std::string_view text);

bool IsUtf8(std::string_view text);

// Redacts every free text of an observation in place. The number of stretches
// removed.
size_t RedactObservation(const Redactor& redactor,
                         v1::Observation& observation);

// Severity 5, kind risk or the tag safety: always shown with site and moment.
bool OpenAlways(const v1::Observation& observation);

}  // namespace earshot::contract

#endif  // EARSHOT_PROTO_CONTRACT_VALIDATE_H_
