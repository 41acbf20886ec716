#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>

#include "earshot/v1/decision.pb.h"
#include "earshot/v1/log.pb.h"
#include "earshot/v1/observation.pb.h"
#include "proto/contract/redact.h"
#include "proto/contract/validate.h"
#include "router/intake/record_reader.h"
#include "tests/fuzz/input.h"
#include "tests/testing/fake_clock.h"
#include "tests/testing/seeded_random.h"

// The body of a record, from its bytes to an entry of the log: parsed,
// validated, redacted, read.
// Input: one byte (bits 0-2: the record's kind, 7: only a text; 3: the
// organisation has patterns of its own; 4: the peer is a feed; 5: the lane; 6:
// the peer has one site), then the body.
namespace earshot::fuzz {
namespace {

using contract::Redaction;
using contract::Redactor;
using router::Enrolled;
using router::LogEntry;
using router::RecordReader;

constexpr unsigned kText = 7;
// A record of the log is for ever: what a peer chose of it are short names.
constexpr size_t kLongestEntry = 1024;

const Redactor& RedactorOf(bool own_patterns) {
  static const auto* const plain = new Redactor();
  static const auto* const custom = [] {
    auto made = Redactor::WithPatterns(
        {{contract::PersonalKind::kPolicyNumber, "NW-?[0-9]{4,8}"},
         {contract::PersonalKind::kAccountNumber, "K[0-9 ]*Z"}});
    Require(made.ok(), "the patterns compile");
    return new Redactor(*std::move(made));
  }();
  return own_patterns ? *custom : *plain;
}

void CheckText(const Redactor& redactor, std::string_view text) {
  const Redaction once = redactor.Redact(text);
  size_t byte = 0;
  size_t point = 0;
  for (const contract::RedactedSpan& span : once.spans) {
    Require(span.byte_start >= byte && span.byte_end > span.byte_start &&
                span.byte_end <= text.size(),
            "spans are in order and inside the text");
    Require(span.start >= point && span.end > span.start,
            "spans in code points are in order");
    byte = span.byte_end;
    point = span.end;
  }
  Require(!once.spans.empty() || once.text == text,
          "what has nothing to redact stays as it is");
  const Redaction twice = redactor.Redact(once.text);
  Require(twice.spans.empty() && twice.text == once.text,
          "redacting again changes nothing");
  Require(!contract::IsUtf8(text) || contract::IsUtf8(once.text),
          "UTF-8 stays UTF-8");
}

// Placeholders may be longer than what they stand for.
bool IsOnlyLonger(const v1::Observation& before, const v1::Observation& after,
                  std::string_view code) {
  if (after.ByteSizeLong() <= before.ByteSizeLong()) return false;
  return code == "text_too_long" || code == "tag_invalid" ||
         code == "promise_invalid";
}

void CheckObservation(const Redactor& redactor, std::string_view body) {
  v1::Observation given;
  if (!given.ParseFromArray(body.data(), static_cast<int>(body.size()))) return;
  const auto refusal = contract::Validate(given);
  v1::Observation once = given;
  contract::RedactObservation(redactor, once);
  v1::Observation twice = once;
  Require(contract::RedactObservation(redactor, twice) == 0,
          "a redacted observation has nothing left to redact");
  Require(twice.SerializeAsString() == once.SerializeAsString(),
          "redacting an observation again changes nothing");
  Require(contract::IsUtf8(once.text()), "a redacted text is UTF-8");
  if (refusal) {
    Require(!refusal->code.empty() && !refusal->text.empty(),
            "a refusal has a code and says what to do");
    return;
  }
  const auto later = contract::Validate(once);
  Require(!later || IsOnlyLonger(given, once, later->code),
          "what was valid before it was redacted is valid after");
}

struct Case {
  const Redactor& redactor;
  Enrolled peer;
  uint32_t lane = 0;
  v1::Record record;
};

std::variant<LogEntry, RecordReader::Refused> Read(const Case& given) {
  testing::SeededRandom random(1);
  RecordReader reader(std::string(32, 'k'), given.redactor, random);
  return reader.Read(given.peer, given.lane, given.record,
                     testing::At("2026-11-02T10:00:00Z"));
}

void CheckObservationEntry(const Case& given, const LogEntry& entry) {
  v1::ObservationRecord record;
  v1::PersonalObservation personal;
  Require(record.ParseFromString(entry.body) &&
              personal.ParseFromString(entry.personal),
          "an entry of an observation can be read");
  Require(given.redactor.Redact(personal.text()).spans.empty(),
          "the log holds nothing to redact");
  Require(record.observation().size() == 16 &&
              record.personal_hmac().size() == 32 && entry.salt.size() == 16,
          "an entry is sealed");
  Require(record.severity() >= 1 && record.severity() <= 5 &&
              contract::IsName(record.site()),
          "an entry is valid");
  Require(record.observed_at().nanos() >= 0 &&
              record.observed_at().nanos() < 1'000'000'000,
          "an entry's moment is a moment");
  Require(entry.token && entry.token->agent == given.peer.name,
          "an observation is owed its answer");
}

// A record that is a list, or holds some.
bool IsList(const LogEntry& entry) {
  if (entry.kind == v1::LOG_LEADER_CHANGE) return true;
  v1::DecisionRecord record;
  return entry.kind == v1::LOG_DECISION && record.ParseFromString(entry.body) &&
         record.decision().has_split();
}

void CheckEntry(const Case& given, const LogEntry& entry) {
  if (!IsList(entry)) {
    Require(entry.body.size() <= kLongestEntry,
            "what stays in the log for ever is short");
  }
  switch (entry.kind) {
    case v1::LOG_OBSERVATION:
      CheckObservationEntry(given, entry);
      return;
    case v1::LOG_DECISION: {
      v1::DecisionRecord record;
      Require(record.ParseFromString(entry.body), "a decision can be read");
      Require(given.peer.role == router::Role::kFeed, "only a feed decides");
      return;
    }
    case v1::LOG_LEADER_CHANGE: {
      v1::LeaderChangeRecord record;
      Require(record.ParseFromString(entry.body), "a change can be read");
      Require(given.peer.role == router::Role::kFeed,
              "only a feed changes subscriptions");
      return;
    }
    case v1::LOG_WITHDRAWAL: {
      v1::WithdrawalRecord record;
      Require(record.ParseFromString(entry.body) &&
                  record.observation().size() == 16,
              "a withdrawal names an observation");
      return;
    }
    default:
      Require(false, "a record becomes an entry of a known kind");
  }
}

void CheckRecord(Case& given) {
  const auto result = Read(given);
  if (const auto* entry = std::get_if<LogEntry>(&result)) {
    CheckEntry(given, *entry);
    return;
  }
  const auto& refused = std::get<RecordReader::Refused>(result);
  Require(!refused.refusal.code.empty() && !refused.refusal.text.empty(),
          "a refusal has a code and says what to do");
  if (refused.redacted.empty()) return;
  // A dead letter is read once more when its cause is mended.
  Require(given.record.ParseFromString(refused.redacted),
          "a dead letter can be read");
  const auto again = Read(given);
  const auto* still = std::get_if<RecordReader::Refused>(&again);
  Require(still != nullptr && still->refusal.code == refused.refusal.code,
          "a dead letter is refused again for the same reason");
}

}  // namespace
}  // namespace earshot::fuzz

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace earshot::fuzz;  // NOLINT(google-build-using-namespace)
  Input input(data, size);
  const unsigned bits = input.Byte();
  const std::string_view body = input.Rest();
  const auto& redactor = RedactorOf((bits & 8U) != 0);
  const unsigned kind = bits & 7U;
  if (kind == kText) {
    CheckText(redactor, body);
    return 0;
  }
  if (kind == earshot::v1::RECORD_OBSERVATION) CheckObservation(redactor, body);
  Case given{redactor, {}, (bits >> 5) & 1U, {}};
  given.peer.name = "store-014-pc1";
  given.peer.role = (bits & 16U) != 0 ? earshot::router::Role::kFeed
                                      : earshot::router::Role::kAgent;
  if ((bits & 64U) != 0) given.peer.sites = {"store-014"};
  given.record.set_kind(kind);
  given.record.set_id("0123456789abcdef");
  given.record.set_body(std::string(body));
  CheckRecord(given);
  return 0;
}
