#include "dashboard_feed/digest/pace.h"

#include <algorithm>
#include <map>
#include <string>

#include "dashboard_feed/leaders/scope.h"

namespace earshot::feed {
namespace {

constexpr int64_t kQuarterSeconds = 6 * 3600;
constexpr int64_t kLookedBack = 28 + 7;  // days
// So many reports in the time looked back at can be read one by one.
constexpr uint64_t kSmall = 300;

int64_t QuarterOf(absl::Time time) {
  const int64_t seconds = absl::ToUnixSeconds(time);
  return (seconds - (seconds < 0 ? kQuarterSeconds - 1 : 0)) / kQuarterSeconds;
}

}  // namespace

ScopePace::ScopePace(const Model& model, const v1::Leader& leader,
                     absl::Time now)
    : model_(model), now_(QuarterOf(now)) {
  const History& history = model.history;
  covered_.reserve(history.places().size());
  for (const Place& place : history.places()) {
    covered_.push_back(place.site.empty()
                           ? !LimitsPlaces(leader.scope())
                           : PlaceInScope(model.organisation, leader.scope(),
                                          place.site, place.channel,
                                          place.shift));
  }
  const auto today = static_cast<int32_t>(now_ / 4);
  const int64_t first = (today - kLookedBack) * 4;
  std::vector<uint64_t> counts(static_cast<size_t>(now_ - first), 0);
  uint64_t total = 0;
  began_ = now_;
  for (const auto& [day, by_place] : history.totals()) {
    for (size_t i = 0; i < by_place.size(); ++i) {
      if (by_place[i] == 0 || covered_[i / 4] == 0) continue;
      const int64_t quarter = int64_t{day} * 4 + static_cast<int64_t>(i % 4);
      began_ = std::min(began_, quarter);
      if (quarter < first) continue;
      total += by_place[i];
      if (quarter < now_) {
        counts[static_cast<size_t>(quarter - first)] += by_place[i];
      }
    }
  }
  // Whole weeks only, and none from before anything was told.
  const int64_t from = std::max(first, began_);
  counts.erase(counts.begin(), counts.begin() + (from - first));
  profile_ = WeekProfile(from, counts);
  if (total < kSmall) {
    mode_ = Mode::kSmall;
  } else if (now_ - began_ < rules_.learning_quarters + 4) {
    mode_ = Mode::kLearning;
  } else {
    mode_ = Mode::kJudged;
  }
}

int ScopePace::learned_days() const {
  return static_cast<int>((now_ - began_) / 4);
}

Lately ScopePace::Of(const v1::Insight& insight) const {
  Lately lately;
  const History::Days& days = model_.history.Of(insight.id());
  if (days.empty() || mode_ != Mode::kJudged) return lately;
  Series series;
  series.first =
      std::max<int64_t>(int64_t{days.begin()->first} * 4, now_ - 4 * kLookedBack);
  series.people.assign(
      static_cast<size_t>(std::max<int64_t>(now_ + 1 - series.first, 0)), 0);
  for (const auto& [day, counts] : days) {
    for (const QuarterCount& count : counts) {
      const int64_t at = int64_t{day} * 4 + count.quarter - series.first;
      if (at < 0 || at >= static_cast<int64_t>(series.people.size())) continue;
      if (covered_[count.place] == 0) continue;
      series.people[static_cast<size_t>(at)] += count.reporters;
      if (at + series.first >= now_ - 4) lately.severe += count.severe;
    }
  }
  lately.trend = JudgeTrend(series, profile_, began_, now_, rules_);
  if (lately.trend.course == Trend::Course::kSteady) return lately;
  // Who reports each day is one person; the cells know how many there are.
  std::map<std::string, uint32_t> known;
  for (const v1::Cell& cell : insight.cells()) {
    known[cell.site()] += cell.reporters();
  }
  std::map<std::string, uint32_t> heard;
  const int64_t from = now_ - lately.trend.hours / 6;
  for (const auto& [day, counts] : days) {
    for (const QuarterCount& count : counts) {
      if (int64_t{day} * 4 + count.quarter < from) continue;
      if (covered_[count.place] == 0) continue;
      heard[model_.history.places()[count.place].site] += count.reporters;
    }
  }
  for (const auto& [site, people] : heard) {
    lately.people += std::min(people, std::max(known[site], 1U));
    if (people > 0) ++lately.sites;
  }
  if (lately.people < rules_.fewest_new) lately.trend = Trend();
  return lately;
}

}  // namespace earshot::feed
