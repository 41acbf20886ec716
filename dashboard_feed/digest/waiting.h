#ifndef EARSHOT_DASHBOARD_FEED_DIGEST_WAITING_H_
#define EARSHOT_DASHBOARD_FEED_DIGEST_WAITING_H_

#include <set>
#include <string>

#include "absl/time/time.h"
#include "dashboard_feed/digest/glance.h"
#include "dashboard_feed/mirror/model.h"

// What leaders have let wait, as the router escalates it. Pure.
namespace earshot::feed {

// The leaders for whom this one acts now: themselves, and those who named them
// as a deputy for these days.
std::set<std::string> ActsFor(const v1::Organisation& organisation,
                              const v1::Leader& leader, absl::Time now);

// Which insights this leader is told to see to. Made for one digest.
class Waiting {
 public:
  Waiting(const Model& model, const v1::Leader& leader, absl::Time now);

  // Passed on to them, or overdue for everybody in whose scope it is.
  bool IsEscalated(const Glance& glance) const;
  // For a line of the digest; empty: nobody waits.
  std::string Text(const v1::Insight& insight, absl::TimeZone zone) const;

 private:
  const Model& model_;
  std::set<std::string> acts_for_;
  std::set<uint32_t> numbers_;  // the same, as facts have them
};

}  // namespace earshot::feed

#endif  // EARSHOT_DASHBOARD_FEED_DIGEST_WAITING_H_
