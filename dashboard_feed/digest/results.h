#ifndef EARSHOT_DASHBOARD_FEED_DIGEST_RESULTS_H_
#define EARSHOT_DASHBOARD_FEED_DIGEST_RESULTS_H_

#include <string>

#include "dashboard_feed/digest/view.h"
#include "earshot/v1/digest.pb.h"

namespace earshot::feed {

// What came of a question, as its leader may see it: counts once k have
// answered, texts once as many have as a listing of verbatims needs. How many
// machines of a scope were asked shows always. Pure.
v1::QuestionLine LineOf(const v1::QuestionResult& result,
                        const GroupRules& rules);
v1::GuidanceLine LineOf(const v1::GuidanceReach& reach);

// A leader's own, the latest first.
v1::ResultList ResultsOf(const Model& model, const std::string& leader);

// For people.
std::string ResultsAsText(const v1::ResultList& results, absl::TimeZone zone);

}  // namespace earshot::feed

#endif  // EARSHOT_DASHBOARD_FEED_DIGEST_RESULTS_H_
