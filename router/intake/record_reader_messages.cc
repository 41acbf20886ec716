// Questions and guidance of leaders, and what the front line answers to them.
#include <algorithm>
#include <utility>

#include "earshot/v1/guidance.pb.h"
#include "earshot/v1/log.pb.h"
#include "earshot/v1/question.pb.h"
#include "proto/contract/ids.h"
#include "proto/contract/messages.h"
#include "proto/contract/times.h"
#include "router/intake/record_reader.h"

namespace earshot::router {
namespace {

using Result = std::variant<LogEntry, RecordReader::Refused>;

// Redacted, so that it may be kept.
template <typename Message>
Result Refuse(contract::Refusal refusal, const v1::Record& record,
              const Message& message) {
  v1::Record kept = record;
  message.SerializeToString(kept.mutable_body());
  return RecordReader::Refused{std::move(refusal), kept.SerializeAsString()};
}

Result Unparsable(const char* text) {
  return RecordReader::Refused{{"body_unparsable", text}, ""};
}

}  // namespace

Result RecordReader::ReadQuestion(const Enrolled& peer,
                                  const v1::Record& record, absl::Time now) {
  v1::Question question;
  if (!question.ParseFromString(record.body())) {
    return Unparsable("the body is not a Question");
  }
  redactor_hits_ += contract::Redact(*redactor_, question);
  if (peer.role != Role::kFeed) {
    return Refuse({"role_not_allowed", "only a feed sends questions"}, record,
                  question);
  }
  if (auto refusal = contract::Validate(question)) {
    return Refuse(*std::move(refusal), record, question);
  }
  // What this release does not know was not redacted either.
  question.DiscardUnknownFields();
  question.set_id(ObservationId(record.id()));
  LogEntry entry;
  entry.kind = v1::LOG_QUESTION;
  v1::QuestionRecord out;
  if (question.insight() == 0 && audience_) {
    for (std::string& agent : audience_(question.leader(), question.scope())) {
      out.add_agents(std::move(agent));
    }
  }
  v1::PersonalMessage personal;
  personal.set_text(question.text());
  question.clear_text();
  if (question.has_choice()) {
    *personal.mutable_options() = question.choice().options();
    question.mutable_choice()->clear_options();
  }
  personal.SerializeToString(&entry.personal);
  Seal(entry, *out.mutable_personal_hmac());
  *out.mutable_question() = std::move(question);
  *out.mutable_received_at() = contract::ToStamp(now);
  out.SerializeToString(&entry.body);
  return entry;
}

Result RecordReader::ReadQuestionAnswer(const Enrolled& peer,
                                        const v1::Record& record,
                                        absl::Time now) {
  v1::QuestionAnswer answer;
  if (peer.role != Role::kAgent || !answer.ParseFromString(record.body())) {
    return Unparsable("the body is not a QuestionAnswer");
  }
  redactor_hits_ += contract::Redact(*redactor_, answer);
  if (auto refusal = contract::Validate(answer)) {
    return Refuse(*std::move(refusal), record, answer);
  }
  LogEntry entry;
  entry.kind = v1::LOG_QUESTION_ANSWER;
  v1::QuestionAnswerRecord out;
  out.set_question(answer.question());
  if (!answer.observation().empty()) {
    out.set_observation(ObservationId(answer.observation()));
  }
  // The agent's own: of an anonymous reporter it is that of the shift.
  *out.mutable_at() = contract::ToStamp(std::min(
      contract::ToTime(answer.at()), now + RecordReader::kClockAllowance));
  const bool gone = erased_ != nullptr && erased_->Contains(out.observation());
  if (answer.value_case() == v1::QuestionAnswer::kText && !gone) {
    v1::PersonalMessage personal;
    personal.set_text(answer.text());
    personal.SerializeToString(&entry.personal);
    Seal(entry, *out.mutable_personal_hmac());
  } else if (answer.value_case() != v1::QuestionAnswer::kText) {
    out.set_option(answer.value_case() == v1::QuestionAnswer::kPoint
                       ? answer.point()
                       : answer.option());
  }
  out.SerializeToString(&entry.body);
  // Only who was asked answers.
  entry.token = OwnerToken{peer.name, record.id()};
  return entry;
}

Result RecordReader::ReadGuidance(const Enrolled& peer,
                                  const v1::Record& record, absl::Time now) {
  v1::Guidance guidance;
  if (!guidance.ParseFromString(record.body())) {
    return Unparsable("the body is not a Guidance");
  }
  redactor_hits_ += contract::Redact(*redactor_, guidance);
  if (peer.role != Role::kFeed) {
    return Refuse({"role_not_allowed", "only a feed sends guidance"}, record,
                  guidance);
  }
  if (auto refusal = contract::Validate(guidance)) {
    return Refuse(*std::move(refusal), record, guidance);
  }
  guidance.DiscardUnknownFields();
  guidance.set_id(ObservationId(record.id()));
  LogEntry entry;
  entry.kind = v1::LOG_GUIDANCE;
  v1::GuidanceRecord out;
  if (audience_) {
    for (std::string& agent : audience_(guidance.leader(), guidance.scope())) {
      out.add_agents(std::move(agent));
    }
  }
  v1::PersonalMessage personal;
  personal.set_text(guidance.text());
  guidance.clear_text();
  personal.SerializeToString(&entry.personal);
  Seal(entry, *out.mutable_personal_hmac());
  *out.mutable_guidance() = std::move(guidance);
  *out.mutable_received_at() = contract::ToStamp(now);
  out.SerializeToString(&entry.body);
  return entry;
}

// Which machine has shown it is not kept: of guidance only that it was another
// one, under a key that is of no use for anything else; of an answer not even
// that, as it would tell which machines reported what was answered.
Result RecordReader::ReadReceipt(const Enrolled& peer,
                                 const v1::Record& record) {
  v1::ReadReceipt receipt;
  if (peer.role != Role::kAgent || !receipt.ParseFromString(record.body())) {
    return Unparsable("the body is not a ReadReceipt");
  }
  receipt.DiscardUnknownFields();
  if (auto refusal = contract::Validate(receipt)) {
    return Refuse(*std::move(refusal), record, receipt);
  }
  receipt.set_record(ObservationId(record.id()));
  receipt.clear_machine();
  if (receipt.guidance()) {
    receipt.set_machine(router_key_.Sign("read" + receipt.id(), peer.name));
    receipt.mutable_machine()->resize(contract::kIdBytes);
  }
  LogEntry entry;
  entry.kind = v1::LOG_READ;
  receipt.SerializeToString(&entry.body);
  return entry;
}

}  // namespace earshot::router
