#include "dashboard_feed/trend/trend.h"

#include <algorithm>
#include <cmath>
#include <numeric>
#include <span>

namespace earshot::feed {
namespace {

// What is believed of a rate before anything is known: Gamma(shape, 1/days).
constexpr double kPriorShape = 0.3;
constexpr double kPriorQuarters = 4;
// A rate wanders by itself: at least so much of its square is variance.
constexpr double kLeastWander = 0.04;
constexpr double kMostWander = 2.0;
constexpr double kWanderPrior = 6;  // days that the least counts as
constexpr double kLeastStretchWander = 0.01;
constexpr double kGoesOn = 0.5;  // of its mean pace, in the last two days
constexpr int64_t kBaselineQuarters = 28 * 4;
// A flat week counts as so many reports in each quarter.
constexpr double kFlat = 20;

size_t OfWeek(int64_t quarter) {
  const int64_t of_week = quarter % kQuartersOfWeek;
  return static_cast<size_t>(of_week < 0 ? of_week + kQuartersOfWeek : of_week);
}

double PeopleBetween(const Series& series, int64_t from, int64_t to) {
  const auto size = static_cast<int64_t>(series.people.size());
  const int64_t first = std::clamp<int64_t>(from - series.first, 0, size);
  const int64_t last = std::clamp<int64_t>(to - series.first, first, size);
  return static_cast<double>(std::accumulate(series.people.begin() + first,
                                             series.people.begin() + last,
                                             uint64_t{0}));
}

struct Stretch {
  double people = 0;
  double exposure = 0;  // quarters, weighed by the profile
};

Stretch Sum(const Series& series, const WeekProfile& profile, int64_t from,
            int64_t to) {
  return {PeopleBetween(series, from, to), profile.Sum(from, to)};
}

// What is usual of an insight, from whole days between two quarters.
struct Usual {
  bool silent = false;  // nobody was heard
  double people = 0;    // that it was learned from
  double shape = 0;
  double rate = 0;    // of a quarter of mean share
  double wander = 0;  // variance of a day's rate over its square
};

// The same for a time in which nobody was heard.
Usual LearnOfNothing(const WeekProfile& profile, int64_t from, int64_t to) {
  const int64_t whole = (to - from) / 4 * 4;
  if (whole <= 0) return {};
  Usual usual;
  usual.silent = true;
  usual.shape = kPriorShape;
  usual.rate = usual.shape / (kPriorQuarters + profile.Sum(to - whole, to));
  usual.wander = kLeastWander;
  return usual;
}

// An outbreak that has passed is not what is usual: days with far more than
// the middle one count as that one does. At most kBaselineQuarters.
Usual Learn(const Series& series, const WeekProfile& profile, int64_t from,
            int64_t to) {
  if (PeopleBetween(series, from, to) == 0) {
    return LearnOfNothing(profile, from, to);
  }
  std::array<Stretch, kBaselineQuarters / 4> all;
  std::array<double, kBaselineQuarters / 4> rates{};
  size_t count = 0;
  for (int64_t day = to - 4; day >= from; day -= 4) {
    all[count] = Sum(series, profile, day, day + 4);
    rates[count] = all[count].people / all[count].exposure;
    ++count;
  }
  Usual usual;
  if (count == 0) return usual;
  const std::span<Stretch> days(all.data(), count);
  const auto half = static_cast<ptrdiff_t>(count / 2);
  std::nth_element(rates.begin(), rates.begin() + half,
                   rates.begin() + static_cast<ptrdiff_t>(count));
  const double middle = rates[count / 2];
  double exposure = 0;
  for (Stretch& day : days) {
    const double mean = middle * day.exposure;
    const double most =
        mean + 3 * std::sqrt(mean + kLeastWander * mean * mean) + 1;
    day.people = std::min(day.people, most);
    usual.people += day.people;
    exposure += day.exposure;
  }
  usual.shape = kPriorShape + usual.people;
  usual.rate = usual.shape / (kPriorQuarters + exposure);
  double excess = kLeastWander * kWanderPrior;
  double weight = kWanderPrior;
  for (const Stretch& day : days) {
    const double mean = usual.rate * day.exposure;
    if (mean < 1) continue;
    const double off = day.people - mean;
    excess += (off * off - mean) / (mean * mean);
    weight += 1;
  }
  usual.wander = std::clamp(excess / weight, kLeastWander, kMostWander);
  return usual;
}

// What is to be expected between two quarters: by the rate, or, where these
// hours of the week have had more in the weeks before, by those.
double Expect(const Series& series, const WeekProfile& profile,
              const Usual& usual, int64_t began, int64_t from, int64_t to) {
  if (usual.silent) return usual.rate * profile.Sum(from, to);
  double sum = 0;
  for (int64_t day = from; day < to; day += 4) {
    const int64_t end = std::min(day + 4, to);
    const double plain = usual.rate * profile.Sum(day, end);
    double before = plain;
    double weeks = 1;
    for (int week = 1; week <= 4; ++week) {
      const int64_t then = day - week * kQuartersOfWeek;
      if (then < began || then + 4 > from) continue;
      before += PeopleBetween(series, then, then + (end - day));
      weeks += 1;
    }
    sum += std::max(plain, before / weeks);
  }
  return sum;
}

}  // namespace

WeekProfile::WeekProfile() {
  share_.fill(1.0);
  AddUp();
}

WeekProfile::WeekProfile(int64_t first, const std::vector<uint64_t>& counts)
    : WeekProfile() {
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
  AddUp();
}

void WeekProfile::AddUp() {
  before_[0] = 0;
  for (size_t i = 0; i < share_.size(); ++i) {
    before_[i + 1] = before_[i] + share_[i];
  }
}

double WeekProfile::Sum(int64_t from, int64_t to) const {
  const int64_t whole_weeks = (to - from) / kQuartersOfWeek;
  const auto weeks = static_cast<double>(whole_weeks);
  const size_t begin = OfWeek(from);
  const auto rest = static_cast<size_t>((to - from) % kQuartersOfWeek);
  const double all = before_.back();
  double sum = weeks * all;
  const size_t end = begin + rest;
  if (end <= kQuartersOfWeek) return sum + before_[end] - before_[begin];
  return sum + all - before_[begin] + before_[end - kQuartersOfWeek];
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
    const Stretch lately = Sum(series, profile, from, end);
    const auto people = static_cast<uint32_t>(lately.people);
    if (people < rules.fewest) continue;
    // It has to go on: no outbreak of the week that is over.
    const double last = PeopleBetween(series, now - std::min(stretch, 8), end);
    if (last < kGoesOn * lately.people * std::min(stretch, 8) / stretch) {
      continue;
    }
    const Usual usual = Learn(series, profile, base, from);
    const double mean = Expect(series, profile, usual, began, from, end);
    const bool fresh = usual.people < 2;
    if (!fresh && lately.people < rules.ratio * mean) continue;
    // Days differ by themselves, weeks of them less.
    const double days = stretch / 4.0;
    const double wander =
        std::max(usual.wander / std::pow(days, 0.7), kLeastStretchWander);
    const double size = 1 / (1 / usual.shape + wander);
    const double surprise = -LogTail(people, mean, size);
    if (surprise < rules.surprise || surprise <= best.surprise) continue;
    best = {fresh ? Trend::Course::kNew : Trend::Course::kRising,
            static_cast<int>(6 * (end - from)), people, mean, surprise};
  }
  return best;
}

}  // namespace earshot::feed
