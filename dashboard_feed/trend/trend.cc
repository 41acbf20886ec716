#include "dashboard_feed/trend/trend.h"

#include <algorithm>
#include <cmath>
#include <numeric>

namespace earshot::feed {
namespace {

// What is believed of a rate before anything is known: Gamma(shape, 1/days).
constexpr double kPriorShape = 0.3;
constexpr double kPriorQuarters = 4;
// A rate wanders by itself: at least so much of its square is variance.
constexpr double kLeastWander = 0.04;
constexpr double kMostWander = 2.0;
constexpr double kWanderPrior = 6;  // days that the least counts as
constexpr int64_t kBaselineQuarters = 28 * 4;
// A flat week counts as so many reports in each quarter.
constexpr double kFlat = 20;

size_t OfWeek(int64_t quarter) {
  const int64_t of_week = quarter % kQuartersOfWeek;
  return static_cast<size_t>(of_week < 0 ? of_week + kQuartersOfWeek : of_week);
}

uint32_t PeopleAt(const Series& series, int64_t quarter) {
  const int64_t index = quarter - series.first;
  return index < 0 || index >= static_cast<int64_t>(series.people.size())
             ? 0
             : series.people[static_cast<size_t>(index)];
}

struct Stretch {
  double people = 0;
  double exposure = 0;  // quarters, weighed by the profile
};

Stretch Sum(const Series& series, const WeekProfile& profile, int64_t from,
            int64_t to) {
  Stretch sum;
  for (int64_t quarter = from; quarter < to; ++quarter) {
    sum.people += PeopleAt(series, quarter);
    sum.exposure += profile.Share(quarter);
  }
  return sum;
}

// Variance of the rate over its square, from whole days.
double Wander(const Series& series, const WeekProfile& profile, double rate,
              int64_t from, int64_t to) {
  double excess = kLeastWander * kWanderPrior;
  double weight = kWanderPrior;
  for (int64_t day = to - 4; day >= from; day -= 4) {
    const Stretch sum = Sum(series, profile, day, day + 4);
    const double mean = rate * sum.exposure;
    if (mean < 1) continue;
    const double off = sum.people - mean;
    excess += (off * off - mean) / (mean * mean);
    weight += 1;
  }
  return std::clamp(excess / weight, kLeastWander, kMostWander);
}

}  // namespace

WeekProfile::WeekProfile(int64_t first, const std::vector<uint64_t>& counts) {
  share_.fill(1.0);
  if (counts.size() < kQuartersOfWeek) return;
  std::array<double, kQuartersOfWeek> sum{};
  std::array<double, kQuartersOfWeek> seen{};
  for (size_t i = 0; i < counts.size(); ++i) {
    const size_t of_week = OfWeek(first + static_cast<int64_t>(i));
    sum[of_week] += static_cast<double>(counts[i]);
    seen[of_week] += 1;
  }
  const double total = std::accumulate(sum.begin(), sum.end(), 0.0);
  const double mean = total / static_cast<double>(counts.size());
  if (mean <= 0) return;
  for (size_t i = 0; i < share_.size(); ++i) {
    share_[i] = (sum[i] + kFlat) / (seen[i] * mean + kFlat);
  }
}

double WeekProfile::Share(int64_t quarter) const {
  return share_[OfWeek(quarter)];
}

double LogTail(uint32_t count, double mean, double size) {
  if (count == 0 || mean <= 0) return 0;
  const double p = mean / (mean + size);
  // The probability of `count`, then the rest as a geometric-like sum.
  const double n = count;
  const double log_at = std::lgamma(n + size) - std::lgamma(size) -
                        std::lgamma(n + 1) + n * std::log(p) +
                        size * std::log1p(-p);
  double sum = 1;
  double term = 1;
  for (double k = n; k < n + 100000; ++k) {
    term *= p * (k + size) / (k + 1);
    sum += term;
    if (term < 1e-9 * sum) break;
  }
  return std::min(0.0, (log_at + std::log(sum)) / std::log(10.0));
}

Trend JudgeTrend(const Series& series, const WeekProfile& profile,
                 int64_t began, int64_t now, const TrendRules& rules) {
  Trend best;
  const int64_t end =
      std::max(now, series.first + static_cast<int64_t>(series.people.size()));
  for (const int stretch : {4, 12, 28}) {
    const int64_t from = now - stretch;
    const int64_t base = std::max(began, from - kBaselineQuarters);
    if (from - base < rules.learning_quarters) break;
    const Stretch before = Sum(series, profile, base, from);
    const Stretch lately = Sum(series, profile, from, end);
    const double shape = kPriorShape + before.people;
    const double rate = shape / (kPriorQuarters + before.exposure);
    const double mean = rate * lately.exposure;
    const double wander =
        before.people < 4
            ? kLeastWander
            : Wander(series, profile, rate, base, from);
    const double size = 1 / (1 / shape + wander);
    const auto people = static_cast<uint32_t>(lately.people);
    const double surprise = -LogTail(people, mean, size);
    const bool fresh = before.people < 2;
    const bool enough =
        fresh ? people >= rules.fewest_new : lately.people >= rules.ratio * mean;
    if (!enough || surprise < rules.surprise || surprise <= best.surprise) {
      continue;
    }
    best = {fresh ? Trend::Course::kNew : Trend::Course::kRising,
            static_cast<int>(6 * (end - from)), people, mean, surprise};
  }
  return best;
}

}  // namespace earshot::feed
