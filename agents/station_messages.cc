// What leaders ask, answered; and that somebody has seen what they wrote.
#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <nlohmann/json.hpp>
#include <utility>

#include "absl/strings/numbers.h"
#include "agents/question_code.h"
#include "agents/station.h"
#include "base/os/sha256.h"
#include "proto/contract/ids.h"
#include "proto/contract/messages.h"
#include "proto/contract/times.h"

namespace earshot::agents {
namespace {

// Which of the choices: its number as the inbox lists it, or its words.
absl::Status SetValue(const v1::Question& question, const std::string& said,
                      v1::QuestionAnswer& answer) {
  uint32_t number = 0;
  const bool numeric = absl::SimpleAtoi(said, &number);
  if (question.has_open_text()) {
    answer.set_text(said);
    return absl::OkStatus();
  }
  if (question.has_scale()) {
    answer.set_point(number);
    if (numeric && contract::ChoiceOf(question, answer)) {
      return absl::OkStatus();
    }
    return absl::InvalidArgumentError(
        fmt::format("answer with a number from {} to {}",
                    question.scale().low(), question.scale().high()));
  }
  const auto& options = question.choice().options();
  const auto found = std::find(options.begin(), options.end(), said);
  if (found != options.end()) {
    answer.set_option(static_cast<uint32_t>(found - options.begin()));
    return absl::OkStatus();
  }
  if (numeric && number >= 1 &&
      number <= static_cast<uint32_t>(options.size())) {
    answer.set_option(number - 1);
    return absl::OkStatus();
  }
  return absl::InvalidArgumentError(
      fmt::format("answer with 1 to {}, or with one of: {}", options.size(),
                  fmt::join(options, ", ")));
}

}  // namespace

// Arguments: the question's code, what is said, and perhaps a receipt.
absl::StatusOr<AskedQuestion> Station::FindAsked(
    const v1::ControlRequest& request, Person person) {
  if (request.arguments_size() < 2) {
    return absl::InvalidArgumentError("say which question, and the answer");
  }
  const absl::Time now = clock_.Wall();
  absl::StatusOr<std::vector<AskedQuestion>> open;
  if (request.arguments_size() > 2) {
    const auto plain = contract::NormaliseReceipt(request.arguments(2));
    if (!plain.ok()) return plain.status();
    const auto receipt = inbox_->FindReceipt(contract::ReceiptHash(*plain));
    if (!receipt.ok()) return receipt.status();
    open = inbox_->QuestionsTo(receipt->hash, now);
  } else {
    open = inbox_->QuestionsTo(person, now);
  }
  if (!open.ok()) return open.status();
  for (AskedQuestion& one : *open) {
    if (QuestionCode(one.question.id()) == request.arguments(0)) {
      return std::move(one);
    }
  }
  return absl::NotFoundError(fmt::format(
      "no question '{}' waits for you: it is answered or closed, or was asked "
      "about another report; see 'earshot-agent inbox'",
      request.arguments(0)));
}

absl::StatusOr<v1::ControlResponse> Station::Reply(
    const v1::ControlRequest& request, Person person) {
  const auto asked = FindAsked(request, person);
  if (!asked.ok()) return asked.status();
  v1::QuestionAnswer answer;
  answer.set_question(asked->question.id());
  answer.set_observation(asked->record);
  absl::Status status = SetValue(asked->question, request.arguments(1), answer);
  if (!status.ok()) return status;
  contract::Redact(settings_.redactor, answer);
  const absl::Time now = clock_.Wall();
  *answer.mutable_at() = contract::ToStamp(settings_.shifts.At(now).start);
  if (const auto refusal = contract::Validate(answer)) {
    return absl::InvalidArgumentError(refusal->text);
  }
  // The same for the same question, so that it counts once whatever is
  // repeated.
  const std::string id =
      os::Sha256("reply" + answer.question() + answer.observation())
          .substr(0, contract::kIdBytes);
  status = Append(kRoutineLane, v1::RECORD_QUESTION_ANSWER, id,
                  answer.SerializeAsString());
  if (status.ok()) {
    status = inbox_->NoteReply(answer.question(), asked->record);
  }
  if (!status.ok()) return status;
  v1::ControlResponse response;
  response.set_body(nlohmann::json{{"next", WhatHappensNext()}}.dump());
  return response;
}

absl::Status Station::AppendRead(const std::string& id, uint64_t count,
                                 bool guidance) {
  v1::ReadReceipt receipt;
  receipt.set_id(id);
  receipt.set_guidance(guidance);
  receipt.set_count(static_cast<uint32_t>(count));
  return Append(kRoutineLane, v1::RECORD_READ,
                random_.Bytes(contract::kIdBytes), receipt.SerializeAsString());
}

absl::Status Station::TellRead(const std::vector<InboxAnswer>& shown) {
  std::map<std::string, uint64_t> reports;
  for (const InboxAnswer& one : shown) {
    if (one.fresh) reports[one.answer.id()] += one.reports;
  }
  for (const auto& [id, count] : reports) {
    absl::Status status = AppendRead(id, count, false);
    if (!status.ok()) return status;
  }
  return absl::OkStatus();
}

absl::Status Station::TellRead(const std::vector<GuidanceItem>& shown) {
  for (const GuidanceItem& one : shown) {
    if (!one.fresh) continue;
    absl::Status status = AppendRead(one.guidance.id(), 1, true);
    if (status.ok()) status = inbox_->MarkGuidanceShown(one.guidance.id());
    if (!status.ok()) return status;
  }
  return absl::OkStatus();
}

}  // namespace earshot::agents
