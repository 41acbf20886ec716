#include "router/log/whose_words.h"

#include "earshot/v1/log.pb.h"

namespace earshot::router {
namespace {

template <typename Record>
std::string ObservationOf(const LogRow& row) {
  Record record;
  return record.ParseFromString(row.body) ? record.observation()
                                          : std::string();
}

}  // namespace

std::string WhoseWords(const LogRow& row) {
  switch (row.kind) {
    case v1::LOG_OBSERVATION:
      return ObservationOf<v1::ObservationRecord>(row);
    case v1::LOG_VERDICT:
      return ObservationOf<v1::VerdictRecord>(row);
    case v1::LOG_QUESTION_ANSWER:
      return ObservationOf<v1::QuestionAnswerRecord>(row);
    default:
      return "";
  }
}

}  // namespace earshot::router
