#include "router/intake/record_reader.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "base/os/sha256.h"
#include "base/wire/limits.h"
#include "earshot/v1/decision.pb.h"
#include "earshot/v1/erase.pb.h"
#include "earshot/v1/log.pb.h"
#include "earshot/v1/observation.pb.h"
#include "earshot/v1/verdict.pb.h"
#include "proto/contract/ids.h"
#include "proto/contract/subscription.h"
#include "proto/contract/times.h"

namespace earshot::router {
namespace {

using Result = std::variant<LogEntry, RecordReader::Refused>;

RecordReader::Refused Refuse(std::string code, std::string text,
                             std::string redacted = "") {
  return {{std::move(code), std::move(text)}, std::move(redacted)};
}

constexpr size_t kReporterKeyBytes = 16;
constexpr size_t kSaltBytes = 16;

bool MayReportFor(const Enrolled& peer, const std::string& site) {
  return peer.sites.empty() || std::find(peer.sites.begin(), peer.sites.end(),
                                         site) != peer.sites.end();
}

absl::Time DayOf(absl::Time time) {
  return absl::FromUnixSeconds(absl::ToUnixSeconds(time) / 86400 * 86400);
}

// The text fields of a decision, so that all are redacted and taken out of
// the record alike.
std::string* DecisionText(v1::Decision& decision) {
  switch (decision.verb_case()) {
    case v1::Decision::kAnswer:
      return decision.mutable_answer()->mutable_text();
    case v1::Decision::kDecline:
      return decision.mutable_decline()->mutable_reason();
    case v1::Decision::kResolve:
      return decision.mutable_resolve()->mutable_text();
    case v1::Decision::kReopen:
      return decision.mutable_reopen()->mutable_reason();
    case v1::Decision::kMute:
      return decision.mutable_mute()->mutable_reason();
    case v1::Decision::kRename:
      return decision.mutable_rename()->mutable_title();
    default:
      return nullptr;
  }
}

}  // namespace

std::string RecordReader::KeyOfName(const os::HmacKey& router_key,
                                    const std::string& name) {
  std::string key = router_key.Sign("name", name);
  key.resize(kReporterKeyBytes);
  return key;
}

std::string RecordReader::ObservationId(std::string_view record_id) const {
  return contract::MakeObservationId(router_key_, {std::string(record_id)})
      .bytes;
}

void RecordReader::Seal(LogEntry& entry, std::string& hmac) {
  entry.salt.resize(kSaltBytes);
  random_.Fill(entry.salt);
  const os::RawHash hash = os::RawHmacSha256(entry.salt, entry.personal);
  hmac.assign(hash.data(), hash.size());
}

Result RecordReader::Read(const Enrolled& peer, uint32_t lane,
                          const v1::Record& record, absl::Time now) {
  LogEntry entry;
  if (auto refused = ReadInto(peer, lane, record, now, entry)) {
    return *std::move(refused);
  }
  return entry;
}

std::optional<RecordReader::Refused> RecordReader::ReadInto(
    const Enrolled& peer, uint32_t lane, const v1::Record& record,
    absl::Time now, LogEntry& entry) {
  if (record.id().size() != wire::kRecordIdBytes) {
    return Refuse("id_invalid", "a record's id has 16 bytes");
  }
  if (record.body().size() > wire::kMaxRecordBytes) {
    return Refuse(
        "record_too_large",
        fmt::format("a record has at most {} bytes", wire::kMaxRecordBytes));
  }
  if (record.kind() == v1::RECORD_OBSERVATION) {
    return ReadObservation(peer, lane, record, now, entry);
  }
  Result other = ReadOther(peer, record, now);
  if (auto* refused = std::get_if<Refused>(&other)) return std::move(*refused);
  entry = std::get<LogEntry>(std::move(other));
  return std::nullopt;
}

Result RecordReader::ReadOther(const Enrolled& peer, const v1::Record& record,
                               absl::Time now) {
  switch (record.kind()) {
    case v1::RECORD_WITHDRAWAL:
      return ReadWithdrawal(peer, record);
    case v1::RECORD_VERDICT:
      return ReadVerdict(peer, record, now);
    case v1::RECORD_DECISION:
      return ReadDecision(peer, record, now);
    case v1::RECORD_QUESTION:
      return ReadQuestion(peer, record, now);
    case v1::RECORD_QUESTION_ANSWER:
      return ReadQuestionAnswer(peer, record, now);
    case v1::RECORD_GUIDANCE:
      return ReadGuidance(peer, record, now);
    case v1::RECORD_READ:
      return ReadReceipt(peer, record);
    case v1::RECORD_ERASE_DONE:
      return ReadEraseDone(peer, record);
    case v1::RECORD_LEADER_CHANGE:
      return ReadLeaderChange(peer, record, now);
    default:
      return Refuse("kind_unknown",
                    fmt::format("records of kind {} are of a newer release; "
                                "upgrade the router and send again",
                                record.kind()));
  }
}

std::optional<RecordReader::Refused> RecordReader::ReadObservation(
    const Enrolled& peer, uint32_t lane, const v1::Record& record,
    absl::Time now, LogEntry& entry) {
  v1::Observation& observation = observation_;
  if (!observation.ParseFromString(record.body())) {
    return Refuse("body_unparsable", "the body is not an Observation");
  }
  redactor_hits_ += contract::RedactObservation(*redactor_, observation);
  const auto refuse = [&](contract::Refusal refusal) {
    v1::Record kept = record;
    observation.SerializeToString(kept.mutable_body());
    return Refused{std::move(refusal), kept.SerializeAsString()};
  };
  if (observation.site() == contract::kUnassignedSite &&
      peer.sites.size() == 1) {
    observation.set_site(peer.sites.front());
  }
  if (auto refusal = contract::Validate(observation)) {
    return refuse(*std::move(refusal));
  }
  if ((peer.role == Role::kFeed) !=
      (observation.source() == v1::SOURCE_LEADER_VISIT)) {
    return refuse({"role_not_allowed",
                   "an agent sends what the front line observes, a feed what "
                   "leaders observe on visits"});
  }
  if (!MayReportFor(peer, observation.site())) {
    return refuse(
        {"site_not_allowed",
         fmt::format("'{}' is not enrolled for site '{}'; enrol it again with "
                     "this --site and those it has, then replay",
                     peer.name, observation.site())});
  }
  const absl::Time observed = std::min(
      contract::ToTime(observation.observed_at()), now + kClockAllowance);
  const bool anonymous =
      observation.reporter().who_case() == v1::Reporter::WHO_NOT_SET;
  const bool open = contract::OpenAlways(observation);
  entry.kind = v1::LOG_OBSERVATION;
  entry.lane = lane;
  v1::ObservationRecord& out = out_;
  out.Clear();
  contract::PutObservationId(router_key_, record.id(),
                             *out.mutable_observation());
  *out.mutable_observed_at() = contract::ToStamp(observed);
  // When an anonymous report arrived would tell more than its shift.
  *out.mutable_received_at() =
      contract::ToStamp(anonymous && !open ? DayOf(now) : now);
  // Praise counts where those are whom it praises.
  out.set_site(observation.thanks().site().empty()
                   ? observation.site()
                   : observation.thanks().site());
  out.set_channel(observation.channel());
  out.set_shift(observation.shift());
  out.set_severity(observation.severity());
  out.set_kind(observation.kind());
  out.set_subject(observation.subject());
  out.set_source(observation.source());
  out.set_anonymous(anonymous);
  out.set_quote(observation.quote());
  out.set_imported(observation.imported());
  if (!observation.corrects().empty()) {
    out.set_corrects(ObservationId(observation.corrects()));
  }
  out.set_same_as(observation.same_as());
  if (observation.has_resolved_on_the_spot()) {
    out.set_resolved_on_the_spot(true);
    *out.mutable_spent() = observation.resolved_on_the_spot().spent();
    // What this release does not know was not redacted either.
    out.mutable_spent()->DiscardUnknownFields();
  }
  if (observation.has_promise()) {
    *out.mutable_promise() = observation.promise();
    out.mutable_promise()->DiscardUnknownFields();
  }
  out.set_lane(lane);
  v1::PersonalObservation& personal = personal_;
  personal.Clear();
  personal.mutable_text()->swap(*observation.mutable_text());
  personal.mutable_tags()->Swap(observation.mutable_tags());
  personal.set_thanked(observation.thanks().name());
  const v1::Reporter& who = observation.reporter();
  if (who.who_case() == v1::Reporter::kName) {
    personal.set_reporter_key(KeyOfName(router_key_, who.name()));
    personal.set_reporter_name(who.name());
  } else if (who.who_case() == v1::Reporter::kPseudonym) {
    const os::RawHash key = router_key_.RawSign("pseudonym", who.pseudonym());
    personal.mutable_reporter_key()->assign(key.data(), kReporterKeyBytes);
  }
  if (erased_ == nullptr || !erased_->Contains(out.observation())) {
    personal.SerializeToString(&entry.personal);
    Seal(entry, *out.mutable_personal_hmac());
  } else {
    entry.personal.clear();
  }
  out.SerializeToString(&entry.body);
  // Leaders read in their digest what came of it.
  if (peer.role == Role::kAgent) {
    if (!entry.token) entry.token.emplace();
    entry.token->agent = peer.name;
    entry.token->record = record.id();
  } else {
    entry.token.reset();
  }
  return std::nullopt;
}

Result RecordReader::ReadEraseDone(const Enrolled& peer,
                                   const v1::Record& record) {
  v1::EraseDone done;
  if (peer.role != Role::kAgent || !done.ParseFromString(record.body()) ||
      done.order().size() != wire::kRecordIdBytes) {
    return Refuse("body_unparsable", "the body is not an EraseDone");
  }
  LogEntry entry;
  entry.kind = v1::LOG_ERASE_DONE;
  done.DiscardUnknownFields();
  done.SerializeToString(&entry.body);
  return entry;
}

Result RecordReader::ReadWithdrawal(const Enrolled& peer,
                                    const v1::Record& record) {
  v1::Withdrawal withdrawal;
  if (peer.role != Role::kAgent || !withdrawal.ParseFromString(record.body()) ||
      withdrawal.id().size() != wire::kRecordIdBytes) {
    return Refuse("body_unparsable", "the body is not a Withdrawal");
  }
  LogEntry entry;
  entry.kind = v1::LOG_WITHDRAWAL;
  v1::WithdrawalRecord out;
  out.set_observation(ObservationId(withdrawal.id()));
  out.SerializeToString(&entry.body);
  // Only who reported may take back.
  entry.token = OwnerToken{peer.name, record.id()};
  return entry;
}

Result RecordReader::ReadVerdict(const Enrolled& peer, const v1::Record& record,
                                 absl::Time now) {
  v1::Verdict verdict;
  if (peer.role != Role::kAgent || !verdict.ParseFromString(record.body())) {
    return Refuse("body_unparsable", "the body is not a Verdict");
  }
  contract::Redaction redaction = redactor_->Redact(verdict.reason());
  if (!redaction.spans.empty()) verdict.set_reason(std::move(redaction.text));
  if (auto refusal = contract::Validate(verdict)) {
    v1::Record kept = record;
    verdict.SerializeToString(kept.mutable_body());
    return Refused{*std::move(refusal), kept.SerializeAsString()};
  }
  LogEntry entry;
  entry.kind = v1::LOG_VERDICT;
  v1::VerdictRecord out;
  out.set_observation(ObservationId(verdict.observation()));
  out.set_answer(verdict.answer());
  out.set_fixed(static_cast<uint32_t>(verdict.fixed()));
  // The agent's own: of an anonymous reporter it is that of the shift.
  *out.mutable_at() = contract::ToStamp(
      std::min(contract::ToTime(verdict.at()), now + kClockAllowance));
  out.set_with_reason(!verdict.reason().empty());
  if (erased_ == nullptr || !erased_->Contains(out.observation())) {
    v1::PersonalVerdict personal;
    personal.set_reason(verdict.reason());
    personal.SerializeToString(&entry.personal);
    Seal(entry, *out.mutable_personal_hmac());
  }
  out.SerializeToString(&entry.body);
  // Only who reported may say so.
  entry.token = OwnerToken{peer.name, record.id()};
  return entry;
}

Result RecordReader::ReadDecision(const Enrolled& peer,
                                  const v1::Record& record, absl::Time now) {
  v1::Decision decision;
  if (!decision.ParseFromString(record.body())) {
    return Refuse("body_unparsable", "the body is not a Decision");
  }
  std::string* text = DecisionText(decision);
  if (text != nullptr) {
    contract::Redaction redaction = redactor_->Redact(*text);
    if (!redaction.spans.empty()) *text = std::move(redaction.text);
  }
  for (v1::Translation& one : *decision.mutable_translations()) {
    contract::Redaction redaction = redactor_->Redact(one.text());
    if (!redaction.spans.empty()) one.set_text(std::move(redaction.text));
  }
  const auto refuse = [&](contract::Refusal refusal) -> Result {
    v1::Record kept = record;
    decision.SerializeToString(kept.mutable_body());
    return Refused{std::move(refusal), kept.SerializeAsString()};
  };
  if (peer.role != Role::kFeed) {
    return refuse({"role_not_allowed", "only a feed sends decisions"});
  }
  if (auto refusal = contract::Validate(decision)) {
    return refuse(*std::move(refusal));
  }
  LogEntry entry;
  entry.kind = v1::LOG_DECISION;
  v1::DecisionRecord out;
  if (text != nullptr) {
    v1::PersonalDecision personal;
    personal.set_text(std::move(*text));
    text->clear();
    personal.mutable_translations()->Swap(decision.mutable_translations());
    personal.SerializeToString(&entry.personal);
    Seal(entry, *out.mutable_personal_hmac());
  }
  *out.mutable_decision() = decision;
  // What this release does not know was not redacted either.
  out.DiscardUnknownFields();
  // The answer's id is the decision's, so that a repeated one is known.
  out.set_answer_id(ObservationId(record.id()));
  *out.mutable_received_at() = contract::ToStamp(now);
  out.SerializeToString(&entry.body);
  return entry;
}

// Names and choices only. What looks personal is refused, and kept nowhere.
Result RecordReader::ReadLeaderChange(const Enrolled& peer,
                                      const v1::Record& record,
                                      absl::Time now) {
  v1::LeaderChangeRecord out;
  v1::LeaderChange& change = *out.mutable_change();
  if (!change.ParseFromString(record.body())) {
    return Refuse("body_unparsable", "the body is not a LeaderChange");
  }
  change.DiscardUnknownFields();
  v1::Record kept = record;
  if (contract::LooksPersonal(*redactor_, change)) {
    kept.clear_body();
    return Refused{{"subscription_invalid",
                    "a name in it looks like a personal number or address"},
                   kept.SerializeAsString()};
  }
  change.SerializeToString(kept.mutable_body());
  if (peer.role != Role::kFeed) {
    return Refused{{"role_not_allowed", "only a feed sends subscriptions"},
                   kept.SerializeAsString()};
  }
  if (auto refusal = contract::Validate(change)) {
    return Refused{*std::move(refusal), kept.SerializeAsString()};
  }
  LogEntry entry;
  entry.kind = v1::LOG_LEADER_CHANGE;
  *out.mutable_received_at() = contract::ToStamp(now);
  out.SerializeToString(&entry.body);
  return entry;
}

}  // namespace earshot::router
