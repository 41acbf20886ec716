#ifndef EARSHOT_DASHBOARD_FEED_DIGEST_VIEW_H_
#define EARSHOT_DASHBOARD_FEED_DIGEST_VIEW_H_

#include <cstdint>
#include <deque>
#include <optional>
#include <set>
#include <span>
#include <string>
#include <vector>

#include "absl/time/time.h"
#include "dashboard_feed/digest/coverage.h"
#include "dashboard_feed/digest/glance.h"
#include "dashboard_feed/mirror/model.h"

// What one leader may see: scope and small groups, in one place. Everything
// that is shown to a leader, and every decision that is taken from one, goes
// through here. Pure; one thread.
//
//   k          distinct reporters that a number needs; below it is "<k"
//   slice      a scope limited by shifts, or with fewer than k reporters in
//              90 days: there, what is below k shows at the next shift end.
//              Of several scopes of a leader one that is makes a slice of all,
//              as another leader may see the others alone
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

// One insight as a leader sees it, with its words.
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
void SortByPriority(std::span<Glance> glances);
// The first `most` in that order, where they stand.
std::vector<uint32_t> HighestOf(std::span<const Glance> glances, size_t most);

class LeaderView {
 public:
  // `model` and `leader` outlive it. Times are told in the zone `shown_in`,
  // empty: the leader's; shifts end in the leader's.
  LeaderView(const Model& model, const v1::Leader& leader, absl::Time now,
             const std::string& shown_in = "");
  // kOneByOne: only Find and NumbersOf may be called; it costs little.
  enum class Of { kAll, kOneByOne };
  LeaderView(const Model& model, const v1::Leader& leader, absl::Time now,
             Of of);

  // With its words; of what was merged the insight that holds it now. Nothing:
  // it is not in the scope, or not yet to be seen.
  std::optional<Seen> Find(uint64_t insight) const;
  // The same of its last version, for its numbers alone: no words, cells or
  // names of sites.
  std::optional<Seen> NumbersOf(const v1::Insight& latest) const;

  struct Listing {
    std::vector<Glance> seen;  // in no order
    uint32_t hidden = 0;     // waiting for a shift's end, or too small a slice
    std::deque<Facts> held;  // of earlier versions, which `seen` points to
  };
  // `narrow` may be null.
  Listing List(const v1::Scope* narrow) const;

  // One of these; nothing: it is not listed.
  std::optional<Glance> One(uint64_t insight, const v1::Scope* narrow,
                            std::deque<Facts>& held) const;

  // Calls `call` with each cell of it that is in the scope.
  template <typename Call>
  void EachCell(const Glance& glance, const Call& call) const {
    for (const CellFacts& cell : glance.facts->cells) {
      if ((coverage_.OfPlace(cell.place) & glance.scopes) != 0) call(cell);
    }
  }

  const Model& model() const { return model_; }
  const std::string& leader() const { return leader_; }  // id
  const Coverage& coverage() const { return coverage_; }
  const GroupRules& rules() const { return rules_; }
  bool slice() const { return slice_; }
  absl::TimeZone zone() const { return zone_; }
  absl::Time last_shift_end() const { return last_shift_end_; }
  absl::Time next_shift_end() const { return next_shift_end_; }

 private:
  using Scopes = Coverage::Scopes;
  enum class Sight { kSeen, kHeld, kOutside };
  LeaderView(const Model& model, const v1::Leader& leader, absl::Time now,
             const std::string& shown_in, Of of);
  // view.cc: with words.
  Sight Look(const v1::Insight& latest, bool words, Seen& seen) const;
  bool Count(Scopes scopes, Seen& seen) const;
  using Cells = google::protobuf::RepeatedPtrField<v1::Cell>;
  bool CountCells(Scopes scopes, const v1::Insight& insight, Seen& seen,
                  Cells* kept) const;
  void Hold(const v1::Insight& latest, Seen& seen) const;
  void NamePlaces(Seen& seen) const;
  // view_list.cc: by facts.
  Sight Glimpse(const Facts& latest, std::deque<Facts>& held,
                Glance& glance) const;
  bool CountFacts(const Facts& facts, Glance& glance) const;
  Sight Narrow(const std::vector<bool>& narrow_topics,
               const std::vector<bool>* narrow_places,
               const Glance& glance) const;

  const Model& model_;
  const std::string leader_;
  const Coverage coverage_;
  GroupRules rules_;
  absl::TimeZone zone_;
  bool slice_ = false;
  absl::Time last_shift_end_;
  absl::Time next_shift_end_;
  mutable std::vector<uint32_t> counted_sites_;  // scratch: by site, for whom
  mutable uint32_t counting_ = 0;
};

}  // namespace earshot::feed

#endif  // EARSHOT_DASHBOARD_FEED_DIGEST_VIEW_H_
