#include "dashboard_feed/decisions/question_fields.h"

#include "absl/strings/ascii.h"
#include "absl/strings/str_split.h"
#include "base/http/http_server.h"

namespace earshot::feed {

absl::StatusOr<v1::Question> QuestionFrom(
    const std::map<std::string, std::string>& fields) {
  v1::Question question;
  question.set_text(http::FieldOf(fields, "text"));
  const std::string answers = http::FieldOf(fields, "answers");
  if (answers.empty() || answers == "text") {
    question.mutable_open_text();
  } else if (answers == "yes_no") {
    question.mutable_choice()->add_options("yes");
    question.mutable_choice()->add_options("no");
  } else if (answers == "scale") {
    question.mutable_scale()->set_low(1);
    question.mutable_scale()->set_high(5);
  } else if (answers.find('|') != std::string::npos) {
    for (const auto option :
         absl::StrSplit(answers, '|', absl::SkipWhitespace())) {
      const auto plain = absl::StripAsciiWhitespace(option);
      question.mutable_choice()->add_options(plain.data(), plain.size());
    }
  } else {
    return absl::InvalidArgumentError(
        "'answers' is text, yes_no, scale, or options with a bar between: "
        "left | right");
  }
  return question;
}

}  // namespace earshot::feed
