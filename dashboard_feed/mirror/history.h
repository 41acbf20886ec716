#ifndef EARSHOT_DASHBOARD_FEED_MIRROR_HISTORY_H_
#define EARSHOT_DASHBOARD_FEED_MIRROR_HISTORY_H_

#include <cstdint>
#include <limits>
#include <map>
#include <vector>

#include "dashboard_feed/mirror/facts.h"
#include "earshot/v1/insight.pb.h"

namespace earshot::feed {

// The counts of some quarters, in a row.
struct Counts {
  const QuarterCount* first = nullptr;
  const QuarterCount* last = nullptr;  // behind the last one
  const QuarterCount* begin() const { return first; }
  const QuarterCount* end() const { return last; }
};

// From one quarter on, until before another.
Counts CountsBetween(const std::vector<QuarterCount>& counts, int64_t from,
                     int64_t to = std::numeric_limits<int32_t>::max());

// When and where all insights together were observed: what the router sent, day
// by day since 1970-01-01 (UTC); the counts of each stand in its Facts. The
// Mirror, whose own it is, keeps the last kDaysKept days. One thread. Memory:
// 16 bytes a place and day, and 20 for each place, day and six hours of an
// insight that had any.
class History {
 public:
  static constexpr int32_t kDaysKept = 42;

  // Replaces what `facts` had of this day.
  void Take(const v1::DayCounts& day, Places& places, Facts& facts);
  // Earlier days are not taken any more, and in no total. False: nothing new.
  bool ForgetBefore(int32_t day);
  // What an insight had of days that are forgotten goes.
  void Trim(Facts& facts) const;

  // Reporters of all insights by day, at 4 * place + quarter.
  const std::map<int32_t, std::vector<uint32_t>>& totals() const {
    return totals_;
  }

 private:
  void Count(Counts counts, bool more);

  int32_t first_kept_ = std::numeric_limits<int32_t>::min() / 4;
  std::map<int32_t, std::vector<uint32_t>> totals_;
};

}  // namespace earshot::feed

#endif  // EARSHOT_DASHBOARD_FEED_MIRROR_HISTORY_H_
