#ifndef EARSHOT_DASHBOARD_FEED_PAGE_FORMS_H_
#define EARSHOT_DASHBOARD_FEED_PAGE_FORMS_H_

#include <string>
#include <utility>
#include <vector>

#include "absl/time/time.h"
#include "earshot/v1/insight.pb.h"

// What a leader can decide about an insight, as forms. Pure.
namespace earshot::feed {

struct FormField {
  enum class Kind { kText, kLine, kMoment, kChoice, kTick, kHidden };
  std::string name;
  std::string label;
  Kind kind = Kind::kText;
  bool required = false;
  std::string value;
  std::vector<std::pair<std::string, std::string>> options;  // value, label
};

struct DecisionForm {
  std::string verb;  // as the command is called
  std::string heading;
  std::string button;
  std::vector<FormField> fields;
  bool likely = true;  // false: shown among what is rarely done
};

// Those that the loop's table allows in its state, the likeliest first, and the
// form that asks its reporters something. `verbatims`: those that the leader
// may read, which may be split off.
std::vector<DecisionForm> FormsFor(const v1::Insight& insight,
                                   const std::vector<v1::Verbatim>& verbatims,
                                   absl::Time now);

// Verb of the form that asks: it is no decision.
inline constexpr char kAskVerb[] = "ask";

}  // namespace earshot::feed

#endif  // EARSHOT_DASHBOARD_FEED_PAGE_FORMS_H_
