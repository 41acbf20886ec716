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
  enum class Kind { kText, kLine, kMoment, kChoice, kHidden };
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
};

// Those that the loop's table allows in its state, the likeliest first.
std::vector<DecisionForm> FormsFor(const v1::Insight& insight, absl::Time now);

}  // namespace earshot::feed

#endif  // EARSHOT_DASHBOARD_FEED_PAGE_FORMS_H_
