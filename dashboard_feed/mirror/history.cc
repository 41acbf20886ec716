#include "dashboard_feed/mirror/history.h"

#include <iterator>
#include <utility>

namespace earshot::feed {

uint32_t History::IndexOf(const v1::DayCell& cell) {
  Place place{cell.site(), cell.channel(), cell.shift()};
  const auto [found, added] = index_.try_emplace(
      std::move(place), static_cast<uint32_t>(index_.size()));
  if (added) places_.push_back(found->first);
  return found->second;
}

void History::Take(const v1::DayCounts& counts) {
  if (counts.day() < first_kept_) return;
  std::vector<QuarterCount>& cells = insights_[counts.insight()][counts.day()];
  Count(counts.day(), cells, false);
  cells.clear();
  cells.reserve(static_cast<size_t>(counts.cells_size()));
  for (const v1::DayCell& cell : counts.cells()) {
    if (cell.observations() == 0 || cell.quarter() > 3) continue;
    cells.push_back({IndexOf(cell), cell.quarter(), cell.observations(),
                     cell.reporters(), cell.severe()});
  }
  Count(counts.day(), cells, true);
}

void History::Count(int32_t day, const std::vector<QuarterCount>& cells,
                    bool more) {
  std::vector<uint32_t>& totals = totals_[day];
  if (totals.size() < 4 * places_.size()) totals.resize(4 * places_.size());
  for (const QuarterCount& cell : cells) {
    uint32_t& total = totals[size_t{4} * cell.place + cell.quarter];
    total = more ? total + cell.reporters : total - cell.reporters;
  }
}

void History::ForgetBefore(int32_t day) {
  if (day <= first_kept_) return;
  first_kept_ = day;
  totals_.erase(totals_.begin(), totals_.lower_bound(day));
  for (auto insight = insights_.begin(); insight != insights_.end();) {
    Days& days = insight->second;
    days.erase(days.begin(), days.lower_bound(day));
    insight = days.empty() ? insights_.erase(insight) : std::next(insight);
  }
}

void History::Clear() {
  first_kept_ = std::numeric_limits<int32_t>::min();
  insights_.clear();
  totals_.clear();
  places_.clear();
  index_.clear();
}

const History::Days& History::Of(uint64_t insight) const {
  static const Days kNone;
  const auto found = insights_.find(insight);
  return found == insights_.end() ? kNone : found->second;
}

}  // namespace earshot::feed
