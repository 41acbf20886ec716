#ifndef EARSHOT_DASHBOARD_FEED_DIGEST_WHERE_H_
#define EARSHOT_DASHBOARD_FEED_DIGEST_WHERE_H_

#include <optional>
#include <vector>

#include "absl/time/time.h"
#include "dashboard_feed/digest/grid.h"
#include "dashboard_feed/digest/shift_gap.h"
#include "dashboard_feed/digest/view.h"
#include "earshot/v1/digest.pb.h"

// Site by shift, the widest gap between shifts, and which site to visit. Pure.
//
// What is counted are the insights whose numbers show anyway. A place shows
// when at least k people reported there for sure: distinct ones are known
// within an insight (all its life, if it is younger than the four weeks, else
// on one day), so the most of any insight is a number that is never too high.
// A region stands for its sites where none of them shows.
namespace earshot::feed {

// For one digest. One thread.
class WhereAndWhen {
 public:
  // `view` outlives it.
  WhereAndWhen(const LeaderView& view, absl::Time now);

  // All that the digest is of, which stays where it is until it is built. Once.
  void Take(const std::vector<Glance>& all);
  // When the glances have their priority.
  v1::WhereAndWhen Build() const;

 private:
  void AddGap(v1::WhereAndWhen& where) const;

  const LeaderView& view_;
  const absl::Time now_;
  std::optional<Grid> grid_;  // and gaps_: not of a slice
  std::optional<ShiftGaps> gaps_;
};

}  // namespace earshot::feed

#endif  // EARSHOT_DASHBOARD_FEED_DIGEST_WHERE_H_
