#ifndef EARSHOT_DASHBOARD_FEED_DIGEST_VIEW_H_
#define EARSHOT_DASHBOARD_FEED_DIGEST_VIEW_H_

#include <cstdint>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "absl/time/time.h"
#include "dashboard_feed/digest/pace.h"
#include "dashboard_feed/mirror/model.h"

// What one leader may see: scope and small groups, in one place. Everything
// that is shown to a leader, and every decision that is taken from one, goes
// through here. Pure; one thread.
//
//   k          distinct reporters that a number needs; below it is "<k"
//   slice      a scope limited by shifts, or with fewer than k reporters in
//              90 days: there, what is below k shows at the next shift end
//   open       severity 5, kind risk or tag safety: at once, with site and
//              moment
//
// Numbers are always those of the leader's whole scope in the organisation
// file. A subscription's scope only chooses insights, so that no two numbers
// can be subtracted from each other.
namespace earshot::feed {

struct GroupRules {
  uint32_t numbers = 5;
  uint32_t verbatims = 10;
};
GroupRules RulesOf(const v1::Organisation& organisation);

// One insight as a leader sees it.
struct Seen {
  v1::Insight insight;  // verbatims and cells of the scope alone
  uint64_t observations = 0;
  uint32_t reporters = 0;
  uint32_t sites = 0;
  uint32_t severity_max = 0;
  bool hidden = false;                  // the numbers are below k
  bool open = false;                    // site and moment show
  bool first_exact = false;             // first_seen may be shown to the minute
  bool partial = false;                 // it has evidence outside the scope
  std::vector<std::string> site_names;  // those that may be named
  std::set<std::string> open_verbatims;  // observations with their moment
  Lately lately;  // filled by who makes a digest; costs more than the rest
};

// The highest first; ties: the lower number.
void SortByPriority(std::vector<Seen>& seen);

class LeaderView {
 public:
  // `model` and `leader` outlive it. Times are told in the zone `shown_in`,
  // empty: the leader's; shifts end in the leader's.
  LeaderView(const Model& model, const v1::Leader& leader, absl::Time now,
             const std::string& shown_in = "");

  // Nothing: it is not in the scope, or not yet to be seen.
  std::optional<Seen> Find(uint64_t insight) const;

  struct Listing {
    std::vector<Seen> seen;  // see SortByPriority
    uint32_t hidden = 0;     // waiting for a shift's end, or too small a slice
  };
  // `narrow` may be null.
  Listing List(const v1::Scope* narrow) const;

  const GroupRules& rules() const { return rules_; }
  bool slice() const { return slice_; }
  absl::TimeZone zone() const { return zone_; }
  absl::Time last_shift_end() const { return last_shift_end_; }
  absl::Time next_shift_end() const { return next_shift_end_; }

 private:
  enum class Sight { kSeen, kHeld, kOutside };
  Sight Look(const MirroredInsight& mirrored, Seen& seen) const;
  Sight Narrow(const v1::Scope& narrow, Seen& seen) const;
  bool Count(Seen& seen) const;
  void Hold(const MirroredInsight& mirrored, Seen& seen) const;
  void NamePlaces(Seen& seen) const;
  bool Covers(const std::string& site, const std::string& channel,
              const std::string& shift) const;

  const Model& model_;
  const v1::Leader& leader_;
  GroupRules rules_;
  absl::TimeZone zone_;
  bool slice_ = false;
  absl::Time last_shift_end_;
  absl::Time next_shift_end_;
};

}  // namespace earshot::feed

#endif  // EARSHOT_DASHBOARD_FEED_DIGEST_VIEW_H_
