// "Fixed?", answered by who reported.
#include <algorithm>
#include <nlohmann/json.hpp>
#include <utility>

#include "agents/station.h"
#include "base/os/sha256.h"
#include "proto/contract/ids.h"
#include "proto/contract/times.h"
#include "proto/contract/validate.h"

namespace earshot::agents {
namespace {

// The same for the same question, so that it counts once whatever is repeated.
std::string VerdictId(const v1::Verdict& verdict) {
  return os::Sha256("verdict" + verdict.observation() + verdict.answer())
      .substr(0, contract::kIdBytes);
}

}  // namespace

absl::StatusOr<InboxAnswer> Station::AskedNow(const Receipt& receipt) {
  const auto answers = inbox_->AnswersOf(receipt.hash);
  if (!answers.ok()) return answers.status();
  const auto asking =
      std::find_if(answers->begin(), answers->end(),
                   [](const InboxAnswer& answer) { return answer.asks; });
  if (asking == answers->end()) {
    return absl::FailedPreconditionError(
        "nobody has said that this is fixed; see 'earshot-agent inbox'");
  }
  if (asking->fixed != v1::Verdict::FIXED_UNSPECIFIED) {
    return absl::AlreadyExistsError(
        "you have answered that; if it is back, report it again");
  }
  return *asking;
}

absl::StatusOr<v1::ControlResponse> Station::GiveVerdict(
    const v1::ControlRequest& request) {
  v1::Verdict verdict;
  if (!verdict.ParseFromString(request.body())) {
    return absl::InvalidArgumentError("the text is not UTF-8");
  }
  const auto plain = contract::NormaliseReceipt(
      request.arguments().empty() ? "" : request.arguments(0));
  if (!plain.ok()) return plain.status();
  const auto receipt = inbox_->FindReceipt(contract::ReceiptHash(*plain));
  if (!receipt.ok()) return receipt.status();
  const auto asked = AskedNow(*receipt);
  if (!asked.ok()) return asked.status();
  verdict.set_observation(receipt->record.bytes);
  verdict.set_answer(asked->answer.id());
  contract::Redaction redaction = settings_.redactor.Redact(verdict.reason());
  if (!redaction.spans.empty()) verdict.set_reason(std::move(redaction.text));
  const absl::Time now = clock_.Wall();
  *verdict.mutable_at() =
      contract::ToStamp(receipt->person ? now : settings_.shifts.At(now).start);
  if (const auto refusal = contract::Validate(verdict)) {
    return absl::InvalidArgumentError(refusal->text);
  }
  absl::Status status = Append(receipt->lane, v1::RECORD_VERDICT,
                               VerdictId(verdict), verdict.SerializeAsString());
  if (status.ok()) {
    status =
        inbox_->NoteVerdict(verdict.answer(), receipt->hash, verdict.fixed());
  }
  if (!status.ok()) return status;
  v1::ControlResponse response;
  response.set_body(nlohmann::json{{"next", WhatHappensNext()}}.dump());
  return response;
}

}  // namespace earshot::agents
