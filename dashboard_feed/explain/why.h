#ifndef EARSHOT_DASHBOARD_FEED_EXPLAIN_WHY_H_
#define EARSHOT_DASHBOARD_FEED_EXPLAIN_WHY_H_

#include <cstdint>
#include <optional>
#include <string>

#include "absl/time/time.h"
#include "dashboard_feed/digest/digest.h"
#include "dashboard_feed/mirror/model.h"
#include "earshot/v1/digest.pb.h"

// Why a leader was, or was not, told of an insight. Says nothing that the
// leader may not see anyway. Pure.
namespace earshot::feed {

// Where a digest that was made lists it, and why there; nothing: it does not.
std::optional<std::string> WhereListed(const v1::Digest& digest,
                                       uint64_t insight);

// What the subscription's next digest would do with it as of `request.to`, and
// what keeps it out. The leader can see the insight.
std::string WhatNext(const Model& model, const v1::Leader& leader,
                     const DigestRequest& request, uint64_t insight);

// The verbatims that the leader may read, a line each, with the name that
// `split` takes.
std::string VerbatimsOf(const Seen& seen, const GroupRules& rules);

// What leaders did with it, a line each, oldest first; empty: nothing. The
// leader can see the insight.
std::string HistoryOf(const v1::Insight& insight, absl::TimeZone zone);

}  // namespace earshot::feed

#endif  // EARSHOT_DASHBOARD_FEED_EXPLAIN_WHY_H_
