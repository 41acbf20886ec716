#include "dashboard_feed/mirror/history.h"

#include <algorithm>

namespace earshot::feed {
namespace {

constexpr int32_t kQuarters = 4;  // of a day

// The day of a quarter, also before 1970.
int32_t DayOf(int32_t quarter) {
  return (quarter - (quarter < 0 ? kQuarters - 1 : 0)) / kQuarters;
}

bool Earlier(const QuarterCount& count, int64_t quarter) {
  return count.quarter < quarter;
}

}  // namespace

Counts CountsBetween(const std::vector<QuarterCount>& counts, int64_t from,
                     int64_t to) {
  const QuarterCount* first = counts.data();
  const QuarterCount* last = first + counts.size();
  // Mostly all of it, or little at the end.
  if (first != last && first->quarter < from) {
    first = std::lower_bound(first, last, from, &Earlier);
  }
  if (first != last && (last - 1)->quarter >= to) {
    last = std::lower_bound(first, last, to, &Earlier);
  }
  return {first, last};
}

void History::Take(const v1::DayCounts& day, Places& places, Facts& facts) {
  if (day.day() < first_kept_) return;
  const int32_t first = day.day() * kQuarters;
  std::vector<QuarterCount>& counts = facts.counts;
  const Counts old = CountsBetween(counts, first, first + kQuarters);
  Count(old, false);
  std::vector<QuarterCount> cells;
  for (const v1::DayCell& cell : day.cells()) {
    if (cell.observations() == 0 || cell.quarter() >= kQuarters) continue;
    cells.push_back(
        {first + static_cast<int32_t>(cell.quarter()),
         places.NumberOf({cell.site(), cell.channel(), cell.shift()}),
         cell.observations(), cell.reporters(), cell.severe()});
  }
  std::sort(cells.begin(), cells.end(),
            [](const QuarterCount& a, const QuarterCount& b) {
              return std::pair(a.quarter, a.place) <
                     std::pair(b.quarter, b.place);
            });
  const auto begin = counts.begin() + (old.first - counts.data());
  const auto end = counts.begin() + (old.last - counts.data());
  const auto same =
      std::min<ptrdiff_t>(end - begin, static_cast<ptrdiff_t>(cells.size()));
  std::copy(cells.begin(), cells.begin() + same, begin);
  if (same < end - begin) {
    counts.erase(begin + same, end);
  } else {
    counts.insert(begin + same, cells.begin() + same, cells.end());
  }
  Count(CountsBetween(counts, first, first + kQuarters), true);
}

void History::Count(Counts counts, bool more) {
  for (const QuarterCount& count : counts) {
    const int32_t day = DayOf(count.quarter);
    std::vector<uint32_t>& totals = totals_[day];
    const size_t at = size_t{4} * count.place +
                      static_cast<size_t>(count.quarter - day * kQuarters);
    if (totals.size() <= at) totals.resize(at + 1);
    totals[at] =
        more ? totals[at] + count.reporters : totals[at] - count.reporters;
  }
}

bool History::ForgetBefore(int32_t day) {
  if (day <= first_kept_) return false;
  first_kept_ = day;
  totals_.erase(totals_.begin(), totals_.lower_bound(day));
  return true;
}

void History::Trim(Facts& facts) const {
  std::vector<QuarterCount>& counts = facts.counts;
  if (counts.empty() ||
      counts.front().quarter >= int64_t{first_kept_} * kQuarters) {
    return;
  }
  counts.erase(counts.begin(),
               std::lower_bound(counts.begin(), counts.end(),
                                int64_t{first_kept_} * kQuarters, &Earlier));
  counts.shrink_to_fit();
}

}  // namespace earshot::feed
