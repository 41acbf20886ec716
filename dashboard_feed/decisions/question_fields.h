#ifndef EARSHOT_DASHBOARD_FEED_DECISIONS_QUESTION_FIELDS_H_
#define EARSHOT_DASHBOARD_FEED_DECISIONS_QUESTION_FIELDS_H_

#include <map>
#include <string>

#include "absl/status/statusor.h"
#include "earshot/v1/question.pb.h"

namespace earshot::feed {

// A question as fields of a form or of JSON say it: `text`, and in `answers`
// how it is answered: text (default), yes_no, scale (1 to 5), or options with
// a bar between, such as "left | right". InvalidArgument. Pure.
absl::StatusOr<v1::Question> QuestionFrom(
    const std::map<std::string, std::string>& fields);

}  // namespace earshot::feed

#endif  // EARSHOT_DASHBOARD_FEED_DECISIONS_QUESTION_FIELDS_H_
