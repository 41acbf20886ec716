#ifndef EARSHOT_ROUTER_LOOP_ON_DUTY_H_
#define EARSHOT_ROUTER_LOOP_ON_DUTY_H_

#include <cstddef>
#include <map>
#include <string>
#include <unordered_map>
#include <vector>

#include "absl/time/time.h"
#include "earshot/v1/configuration.pb.h"
#include "earshot/v1/insight.pb.h"
#include "proto/contract/leader_scope.h"
#include "proto/contract/working_hours.h"

namespace earshot::router {

// Who answers for what, who is above them, and when they work:
// an organisation, made ready to be asked often. One thread. Memory: the
// organisation twice, and kMostKnown places.
class OnDuty {
 public:
  static constexpr size_t kMostKnown = 100000;

  explicit OnDuty(v1::Organisation organisation);
  OnDuty(const OnDuty&) = delete;
  OnDuty& operator=(const OnDuty&) = delete;

  // The leader who took it, else whose scope covers where most of it was
  // observed: of several the one furthest down, and of these the one whose
  // scope covers the fewest sites, then the first by id. Empty: nobody's.
  std::string InCharge(const v1::Insight& insight) const;
  // The next one up; empty: there is none.
  std::string Above(const std::string& leader) const;
  // When so much of the leader's working time has passed.
  absl::Time After(const std::string& leader, absl::Time from,
                   absl::Duration working) const;

  const v1::Organisation& organisation() const { return organisation_; }
  const v1::LoopRules& rules() const { return rules_; }

 private:
  struct Member {
    const v1::Leader* leader;
    contract::LeaderScope scope;
    contract::WorkingHours hours;
    absl::TimeZone zone;
    int depth = 0;  // leaders above
    size_t sites = 0;
  };
  const Member* Find(const std::string& leader) const;
  std::string Covering(const std::string& topic, const v1::Cell& cell) const;

  const v1::Organisation organisation_;
  const v1::LoopRules rules_;
  std::vector<Member> members_;  // the first that covers a place answers for it
  std::map<std::string, size_t> by_id_;
  mutable std::unordered_map<std::string, std::string> known_;
};

}  // namespace earshot::router

#endif  // EARSHOT_ROUTER_LOOP_ON_DUTY_H_
