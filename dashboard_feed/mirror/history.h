#ifndef EARSHOT_DASHBOARD_FEED_MIRROR_HISTORY_H_
#define EARSHOT_DASHBOARD_FEED_MIRROR_HISTORY_H_

#include <cstdint>
#include <limits>
#include <map>
#include <string>
#include <tuple>
#include <unordered_map>
#include <vector>

#include "earshot/v1/insight.pb.h"

namespace earshot::feed {

// Where something was observed. All empty: places beyond a day's bound.
struct Place {
  std::string site;
  std::string channel;
  std::string shift;
  friend auto operator<=>(const Place&, const Place&) = default;
};

// Counts of six hours at one place. 20 bytes.
struct QuarterCount {
  uint32_t place = 0;         // index into History::places()
  uint32_t quarter = 0;       // of the day, 0 to 3
  uint32_t observations = 0;  // repeats left out
  uint32_t reporters = 0;     // first heard in the insight that day there
  uint32_t severe = 0;        // of severity 5
};

// When and where each insight was observed: what the router sent, day by day
// since 1970-01-01 (UTC), with places told once. The Mirror, whose own it is,
// keeps the last kDaysKept days. One thread. Memory: 20 bytes for
// each place, day and six hours of an insight that had any.
class History {
 public:
  static constexpr int32_t kDaysKept = 42;
  using Days = std::map<int32_t, std::vector<QuarterCount>>;

  // Replaces what it had of this insight and day.
  void Take(const v1::DayCounts& counts);
  // Earlier days go, and are not taken any more. Given by the clock: a report
  // from an agent whose clock is ahead must not push out what there is.
  void ForgetBefore(int32_t day);
  void Clear();

  // Nothing was sent of it: empty.
  const Days& Of(uint64_t insight) const;
  const std::unordered_map<uint64_t, Days>& insights() const {
    return insights_;
  }
  const std::vector<Place>& places() const { return places_; }
  // Reporters of all insights by day, at 4 * place + quarter.
  const std::map<int32_t, std::vector<uint32_t>>& totals() const {
    return totals_;
  }

 private:
  void Count(int32_t day, const std::vector<QuarterCount>& cells, bool more);
  uint32_t IndexOf(const v1::DayCell& cell);

  std::unordered_map<uint64_t, Days> insights_;
  int32_t first_kept_ = std::numeric_limits<int32_t>::min();
  std::map<int32_t, std::vector<uint32_t>> totals_;
  std::vector<Place> places_;
  std::map<Place, uint32_t> index_;
};

}  // namespace earshot::feed

#endif  // EARSHOT_DASHBOARD_FEED_MIRROR_HISTORY_H_
