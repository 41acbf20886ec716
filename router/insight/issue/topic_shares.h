#ifndef EARSHOT_ROUTER_INSIGHT_ISSUE_TOPIC_SHARES_H_
#define EARSHOT_ROUTER_INSIGHT_ISSUE_TOPIC_SHARES_H_

#include <vector>

#include "router/insight/issue/issue_text.h"

namespace earshot::router {

// The kMostShares most likely labels of a text, by label, from the scores that
// a topic model gave it: scores that lie a third of the spread between the best
// and the middle one below the best get 1/e of its share.
std::vector<LabelShare> SharesOf(const std::vector<double>& scores);

}  // namespace earshot::router

#endif  // EARSHOT_ROUTER_INSIGHT_ISSUE_TOPIC_SHARES_H_
