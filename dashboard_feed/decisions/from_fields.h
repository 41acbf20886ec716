#ifndef EARSHOT_DASHBOARD_FEED_DECISIONS_FROM_FIELDS_H_
#define EARSHOT_DASHBOARD_FEED_DECISIONS_FROM_FIELDS_H_

#include <map>
#include <string>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "earshot/v1/decision.pb.h"

namespace earshot::feed {

// A decision as a form or a script puts it: a verb as the command is called,
// and what goes with it by name.
//
//   ack            until (may be empty)
//   assign         owner, due
//   answer         text, intent: will_do (default) or need_more
//   decline        reason
//   resolve        text
//   reopen         reason
//   mute           reason, until; until now ends it
//   rename         title
//   correct-topic  topic
//
// Moments as in until.h. InvalidArgument: no such verb, no such moment. What
// the words may be is checked where all decisions are. Pure.
absl::StatusOr<v1::Decision> DecisionFrom(
    const std::string& verb, const std::map<std::string, std::string>& fields,
    absl::Time now, absl::TimeZone zone);

}  // namespace earshot::feed

#endif  // EARSHOT_DASHBOARD_FEED_DECISIONS_FROM_FIELDS_H_
