#ifndef EARSHOT_PROTO_CONTRACT_REDACT_H_
#define EARSHOT_PROTO_CONTRACT_REDACT_H_

#include <cstddef>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"

// Redaction: finds personal numbers and addresses in a text and removes them
// for good. It runs on the agent before anything is written to disk, and once
// more on the router. Pure: no clock, file or locale; the same text gives the
// same result everywhere.
namespace earshot::contract {

enum class PersonalKind {
  kCard,
  kEmail,
  kPhone,
  kSsn,
  kIban,
  kPolicyNumber,
  kAccountNumber,
};

// The name used in reports and placeholders: "card", "email", "phone", "ssn",
// "iban", "policy_number", "account_number".
std::string_view PersonalKindName(PersonalKind kind);

// One removed stretch of the input.
struct RedactedSpan {
  size_t start;       // in code points of the input, inclusive
  size_t end;         // in code points of the input, exclusive
  size_t byte_start;  // the same stretch in bytes of the input
  size_t byte_end;
  PersonalKind kind;
};

struct Redaction {
  std::string text;                 // the input with [card] etc. in place
  std::vector<RedactedSpan> spans;  // in order, never overlapping
};

// An organisation's own pattern, for instance policy numbers "NW-[0-9]{8}".
struct CustomPattern {
  PersonalKind kind = PersonalKind::kPolicyNumber;
  std::string regex;  // RE2 syntax, matched against the folded text
};

// Immutable after construction; safe to share between threads. Memory: a few
// KiB of tables; per call linear in the text.
class Redactor {
 public:
  // The built-in patterns alone.
  Redactor();
  ~Redactor();
  Redactor(Redactor&&) noexcept;
  Redactor& operator=(Redactor&&) noexcept;

  // The built-in patterns and an organisation's own. InvalidArgument names
  // the pattern that does not compile.
  static absl::StatusOr<Redactor> WithPatterns(
      const std::vector<CustomPattern>& patterns);

  // Time linear in `utf8`. Invalid UTF-8 bytes count as one code point each
  // and pass through unchanged. Redacting a result again changes nothing.
  Redaction Redact(std::string_view utf8) const;

 private:
  struct Rules;
  std::unique_ptr<const Rules> rules_;
};

}  // namespace earshot::contract

#endif  // EARSHOT_PROTO_CONTRACT_REDACT_H_
