#ifndef EARSHOT_ROUTER_INTAKE_RECORD_READER_H_
#define EARSHOT_ROUTER_INTAKE_RECORD_READER_H_

#include <functional>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "absl/time/time.h"
#include "base/os/random.h"
#include "base/os/sha256.h"
#include "earshot/v1/log.pb.h"
#include "earshot/v1/observation.pb.h"
#include "earshot/v1/session.pb.h"
#include "proto/contract/redact.h"
#include "proto/contract/validate.h"
#include "router/access/access.h"
#include "router/erasure/erased_ids.h"
#include "router/log/log.h"

namespace earshot::router {

// Turns a peer's record into an entry of the log: parses, validates, checks
// what this peer may say, redacts once more, and parts the personal from the
// rest. Pure but for the salts. One thread.
class RecordReader {
 public:
  RecordReader(const std::string& router_key,
               const contract::Redactor& redactor, os::Random& random)
      : router_key_(router_key), redactor_(&redactor), random_(random) {}

  // An agent's clock may be ahead; what it observed cannot be in our future.
  static constexpr absl::Duration kClockAllowance = absl::Minutes(5);

  struct Refused {
    contract::Refusal refusal;
    // The record as a dead letter may keep it: redacted; empty when it could
    // not be parsed (then the bytes go to the quarantine).
    std::string redacted;
  };
  std::variant<LogEntry, Refused> Read(const Enrolled& peer, uint32_t lane,
                                       const v1::Record& record,
                                       absl::Time now);
  // The same into `entry`, whose memory is used again; nothing refused: it is
  // whole.
  std::optional<Refused> ReadInto(const Enrolled& peer, uint32_t lane,
                                  const v1::Record& record, absl::Time now,
                                  LogEntry& entry);

  // What the router calls a record.
  std::string ObservationId(std::string_view record_id) const;
  // What stands for a reporter who gave their name.
  static std::string KeyOfName(const os::HmacKey& router_key,
                               const std::string& name);
  // Stretches the redactor still found in records that agents had redacted.
  uint64_t redactor_hits() const { return redactor_hits_; }
  // Agents at the sites of a leader's scope and, within it, of `narrow`.
  using Audience = std::function<std::vector<std::string>(
      const std::string& leader, const v1::Scope& narrow)>;
  void UseAudience(Audience audience) { audience_ = std::move(audience); }
  // What was erased before does not come back with an agent that sends it
  // again.
  void UseErased(const ErasedIds& erased) { erased_ = &erased; }
  void UseRedactor(const contract::Redactor& redactor) {
    redactor_ = &redactor;
  }

 private:
  std::optional<Refused> ReadObservation(const Enrolled& peer, uint32_t lane,
                                         const v1::Record& record,
                                         absl::Time now, LogEntry& entry);
  std::variant<LogEntry, Refused> ReadOther(const Enrolled& peer,
                                            const v1::Record& record,
                                            absl::Time now);
  std::variant<LogEntry, Refused> ReadDecision(const Enrolled& peer,
                                               const v1::Record& record,
                                               absl::Time now);
  std::variant<LogEntry, Refused> ReadLeaderChange(const Enrolled& peer,
                                                   const v1::Record& record,
                                                   absl::Time now);
  std::variant<LogEntry, Refused> ReadWithdrawal(const Enrolled& peer,
                                                 const v1::Record& record);
  // record_reader_messages.cc.
  std::variant<LogEntry, Refused> ReadQuestion(const Enrolled& peer,
                                               const v1::Record& record,
                                               absl::Time now);
  std::variant<LogEntry, Refused> ReadQuestionAnswer(const Enrolled& peer,
                                                     const v1::Record& record,
                                                     absl::Time now);
  std::variant<LogEntry, Refused> ReadGuidance(const Enrolled& peer,
                                               const v1::Record& record,
                                               absl::Time now);
  std::variant<LogEntry, Refused> ReadReceipt(const Enrolled& peer,
                                              const v1::Record& record);
  std::variant<LogEntry, Refused> ReadEraseDone(const Enrolled& peer,
                                                const v1::Record& record);
  std::variant<LogEntry, Refused> ReadVerdict(const Enrolled& peer,
                                              const v1::Record& record,
                                              absl::Time now);
  // Salts an entry's personal part; `hmac` becomes that of the two.
  void Seal(LogEntry& entry, std::string& hmac);

  const os::HmacKey router_key_;
  const contract::Redactor* redactor_;
  Audience audience_;  // may be empty: nobody
  const ErasedIds* erased_ = nullptr;
  os::Random& random_;
  uint64_t redactor_hits_ = 0;
  // Reused, so that a record costs no memory of its own.
  v1::Observation observation_;
  v1::ObservationRecord out_;
  v1::PersonalObservation personal_;
};

}  // namespace earshot::router

#endif  // EARSHOT_ROUTER_INTAKE_RECORD_READER_H_
