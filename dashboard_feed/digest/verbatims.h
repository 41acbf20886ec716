#ifndef EARSHOT_DASHBOARD_FEED_DIGEST_VERBATIMS_H_
#define EARSHOT_DASHBOARD_FEED_DIGEST_VERBATIMS_H_

#include <cstddef>
#include <vector>

#include "earshot/v1/insight.pb.h"

// Which of an insight's verbatims speak for it. Pure; an insight has at most
// eight.
namespace earshot::feed {

// The one that has most words in common with the others (mean Jaccard index of
// their sets of words); the earliest of several. Of none: null.
const v1::Verbatim* CentralVerbatim(const v1::Insight& insight);

// The central one, then the most severe and the latest, `most` in all and no
// text twice. With `dissent` those leave out whose sentiment is the opposite of
// what most observations say, and the latest of these comes beyond the others.
// Each with its role; the insight owns nothing of what comes back.
std::vector<v1::Verbatim> ChooseVerbatims(const v1::Insight& insight,
                                          size_t most, bool dissent);

}  // namespace earshot::feed

#endif  // EARSHOT_DASHBOARD_FEED_DIGEST_VERBATIMS_H_
