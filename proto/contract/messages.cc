#include "proto/contract/messages.h"

#include <fmt/format.h>

#include <algorithm>
#include <string>
#include <utility>

#include "proto/contract/ids.h"
#include "proto/contract/times.h"

namespace earshot::contract {
namespace {

bool IsBlank(const std::string& text) {
  return text.find_first_not_of(" \t\r\n") == std::string::npos;
}

bool IsText(const std::string& text) {
  return text.size() <= kMaxAnswerBytes && IsUtf8(text) && !IsBlank(text);
}

size_t RedactOne(const Redactor& redactor, std::string* text) {
  Redaction redaction = redactor.Redact(*text);
  if (redaction.spans.empty()) return 0;
  *text = std::move(redaction.text);
  return redaction.spans.size();
}

const char* WrongForm(const v1::Question& question) {
  switch (question.form_case()) {
    case v1::Question::kChoice: {
      const auto& options = question.choice().options();
      if (options.size() < 2 || options.size() > kMostOptions ||
          !std::all_of(options.begin(), options.end(),
                       [](const std::string& one) { return IsName(one); })) {
        return "a choice has 2 to 10 options of 1 to 64 printable characters";
      }
      return nullptr;
    }
    case v1::Question::kScale:
      if (question.scale().low() >= question.scale().high() ||
          question.scale().high() - question.scale().low() > kMostSteps) {
        return "a scale goes from a number to one at most 10 above";
      }
      return nullptr;
    case v1::Question::kOpenText:
      return nullptr;
    default:
      return "say how it is answered: by a choice, a scale or a text";
  }
}

}  // namespace

std::optional<Refusal> Validate(const v1::Question& question) {
  const auto refuse = [](std::string text) {
    return Refusal{"question_invalid", std::move(text)};
  };
  if (!IsName(question.leader())) return refuse("a question names its leader");
  if (!IsText(question.text())) {
    return refuse(fmt::format("ask in words, in at most {} bytes of UTF-8",
                              kMaxAnswerBytes));
  }
  if (const char* wrong = WrongForm(question)) return refuse(wrong);
  const absl::Duration open =
      ToTime(question.closes_at()) - ToTime(question.at());
  if (!question.has_closes_at() || open <= absl::ZeroDuration() ||
      open > absl::Hours(24 * kLongestAskDays)) {
    return refuse(fmt::format("it closes within {} days", kLongestAskDays));
  }
  if (!question.opened_by().empty() &&
      question.opened_by().size() != kIdBytes) {
    return refuse("opened_by is not a record's id");
  }
  return std::nullopt;
}

std::optional<Refusal> Validate(const v1::Guidance& guidance) {
  const bool roles =
      std::all_of(guidance.roles().begin(), guidance.roles().end(),
                  [](const std::string& one) { return IsName(one); });
  if (!IsName(guidance.leader()) || !IsText(guidance.text()) || !roles ||
      guidance.roles_size() > kMostRoles) {
    return Refusal{"guidance_invalid",
                   fmt::format("guidance has a leader, words of at most {} "
                               "bytes, and at most {} roles",
                               kMaxAnswerBytes, kMostRoles)};
  }
  return std::nullopt;
}

std::optional<Refusal> Validate(const v1::QuestionAnswer& answer) {
  const bool about =
      answer.observation().empty() || answer.observation().size() == kIdBytes;
  const bool said =
      answer.value_case() == v1::QuestionAnswer::kText
          ? IsText(answer.text())
          : answer.value_case() != v1::QuestionAnswer::VALUE_NOT_SET;
  if (answer.question().size() != kIdBytes || !about || !said) {
    return Refusal{"question_answer_invalid",
                   "an answer names its question, and says something"};
  }
  return std::nullopt;
}

std::optional<Refusal> Validate(const v1::ReadReceipt& receipt) {
  constexpr uint32_t kMost = 1000000;
  if (receipt.id().size() == kIdBytes && receipt.count() > 0 &&
      receipt.count() <= kMost) {
    return std::nullopt;
  }
  return Refusal{"read_invalid", "a read receipt says what, and how many"};
}

size_t Redact(const Redactor& redactor, v1::Question& question) {
  size_t hits = RedactOne(redactor, question.mutable_text());
  if (question.has_choice()) {
    for (std::string& one : *question.mutable_choice()->mutable_options()) {
      hits += RedactOne(redactor, &one);
    }
  }
  return hits;
}

size_t Redact(const Redactor& redactor, v1::Guidance& guidance) {
  size_t hits = RedactOne(redactor, guidance.mutable_text());
  for (std::string& role : *guidance.mutable_roles()) {
    hits += RedactOne(redactor, &role);
  }
  return hits;
}

size_t Redact(const Redactor& redactor, v1::QuestionAnswer& answer) {
  return answer.value_case() == v1::QuestionAnswer::kText
             ? RedactOne(redactor, answer.mutable_text())
             : 0;
}

size_t Choices(const v1::Question& question) {
  if (question.has_choice()) {
    return static_cast<size_t>(question.choice().options_size());
  }
  return question.has_scale()
             ? question.scale().high() - question.scale().low() + 1
             : 0;
}

std::optional<size_t> ChoiceOf(const v1::Question& question,
                               const v1::QuestionAnswer& answer) {
  size_t choice = 0;
  if (question.has_choice() &&
      answer.value_case() == v1::QuestionAnswer::kOption) {
    choice = answer.option();
  } else if (question.has_scale() &&
             answer.value_case() == v1::QuestionAnswer::kPoint &&
             answer.point() >= question.scale().low()) {
    choice = answer.point() - question.scale().low();
  } else {
    return std::nullopt;
  }
  return choice < Choices(question) ? std::optional(choice) : std::nullopt;
}

}  // namespace earshot::contract
