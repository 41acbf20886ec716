#ifndef EARSHOT_DASHBOARD_FEED_EXPLAIN_IN_FULL_H_
#define EARSHOT_DASHBOARD_FEED_EXPLAIN_IN_FULL_H_

#include <vector>

#include "absl/time/time.h"
#include "dashboard_feed/digest/view.h"
#include "earshot/v1/digest.pb.h"

namespace earshot::feed {

// One insight as a page of its own shows it: as a line of a digest, but with
// every verbatim that the leader may read. In full they have the names by which
// they are split off as well. Pure.
std::vector<v1::Verbatim> VerbatimsInFull(const Seen& seen,
                                          const GroupRules& rules);
v1::DigestItem ItemInFull(const Seen& seen, const GroupRules& rules,
                          absl::TimeZone zone);

}  // namespace earshot::feed

#endif  // EARSHOT_DASHBOARD_FEED_EXPLAIN_IN_FULL_H_
