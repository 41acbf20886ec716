#ifndef EARSHOT_DASHBOARD_FEED_TREND_TREND_H_
#define EARSHOT_DASHBOARD_FEED_TREND_TREND_H_

#include <array>
#include <cstdint>
#include <vector>

// Whether an insight is heard of more, or less, than was to be expected. Pure.
//
// Time is counted in quarters: six hours, number 0 begins at 1970-01-01 00:00
// UTC. What is counted is people: distinct reporters of a day and place, so
// that one who reports forty times in a day is one.
//
// The model: people in a stretch of time are Poisson with a rate that is gamma
// distributed (so their number is negative binomial), the rate times the share
// that the hours of the week have in all that the scope reports. The rate is
// learned from the time before the stretch; how much it wanders of itself,
// from how its days differ from one another. See README.md for the constants.
namespace earshot::feed {

inline constexpr int kQuartersOfWeek = 28;

// How much of a week's reports each quarter of it has; mean 1.
class WeekProfile {
 public:
  // Flat.
  WeekProfile();
  // From counts by quarter, of which the first is number `first`. Quarters
  // with little data lean towards flat.
  WeekProfile(int64_t first, const std::vector<uint64_t>& counts);

  double Share(int64_t quarter) const;
  // The shares of the quarters from one until before another, summed up.
  double Sum(int64_t from, int64_t to) const;

 private:
  void AddUp();

  std::array<double, kQuartersOfWeek> share_;
  std::array<double, kQuartersOfWeek + 1> before_;  // sum of those before it
};

// People of one insight in one scope by quarter; ends before `first` +
// people.size().
struct Series {
  int64_t first = 0;
  std::vector<uint32_t> people;
};

struct Trend {
  enum class Course { kSteady, kNew, kRising, kFalling };
  Course course = Course::kSteady;
  int hours = 0;        // of the stretch that says so
  uint32_t people = 0;  // in it
  double expected = 0;  // in it
  double surprise = 0;  // -log10 of the probability of so many, or more
};

struct TrendRules {
  double surprise = 3.85;      // to be called new or rising
  double falling = 3;          // fewer than expected
  uint32_t fewest = 4;         // people in the stretch
  double ratio = 1.4;          // times the expected, to be called rising
  int learning_quarters = 20;  // of history before anything is called new
};

// `now`: the first quarter that is not over; the series goes up to it or one
// beyond. `began`: the first quarter of which the scope has any data.
Trend JudgeTrend(const Series& series, const WeekProfile& profile,
                 int64_t began, int64_t now, const TrendRules& rules);

// log10 of P(X >= count), X negative binomial with this mean and size (Gamma
// shape).
double LogTail(uint32_t count, double mean, double size);

}  // namespace earshot::feed

#endif  // EARSHOT_DASHBOARD_FEED_TREND_TREND_H_
