#include "dashboard_feed/digest/pace.h"

#include <algorithm>
#include <map>
#include <utility>

namespace earshot::feed {
namespace {

constexpr int64_t kQuarterSeconds = 6 * 3600;
constexpr int64_t kLongest = 28;  // quarters that a trend looks at
// So many reports in the time looked back at can be read one by one.
constexpr uint64_t kSmall = 300;
// Whoever begins wants to see something: the first day shows what there is.
constexpr int64_t kFirstDay = 4;  // quarters
constexpr uint64_t kFirstLook = 1500;
constexpr size_t kMostRegions = 250;
// What an insight needs of its own when its topic is out of step.
constexpr double kThemeSurprise = 4;
constexpr double kWithTheme = 2;
constexpr uint32_t kFewestWithTheme = 3;

int64_t QuarterOf(absl::Time time) {
  const int64_t seconds = absl::ToUnixSeconds(time);
  return (seconds - (seconds < 0 ? kQuarterSeconds - 1 : 0)) / kQuarterSeconds;
}

}  // namespace

ScopePace::ScopePace(const Model& model, const v1::Leader& leader,
                     absl::Time now)
    : model_(model), scope_(model.organisation, leader), now_(QuarterOf(now)) {
  parts_.emplace_back();
  FindPlaces();
  uint64_t total = 0;
  Learn(parts_[0], 0, total);
  const int64_t known = now_ - parts_[0].began;
  if (total < kSmall || (known < kFirstDay && total < kFirstLook)) {
    mode_ = Mode::kSmall;
  } else if (known < 4 * kLearningDays) {
    mode_ = Mode::kLearning;
  } else {
    mode_ = Mode::kJudged;
    for (size_t i = 1; i < parts_.size(); ++i) {
      uint64_t ignored = 0;
      Learn(parts_[i], i, ignored);
    }
    JudgeThemes();
    JudgeGroups();
  }
}

void ScopePace::FindPlaces() {
  std::map<std::string, std::string> region_of;
  for (const v1::Site& site : model_.organisation.sites()) {
    region_of[site.id()] = site.region();
  }
  std::map<std::string, uint8_t> numbers;
  for (const Place& place : model_.history.places()) {
    scopes_of_place_.push_back(
        scope_.OfPlace(place.site, place.channel, place.shift));
    if (scopes_of_place_.back() == 0) {
      part_of_place_.push_back(0);
      continue;
    }
    const std::string& region = region_of[place.site];
    if (region.empty() || numbers.size() >= kMostRegions) {
      part_of_place_.push_back(0);
      continue;
    }
    const auto [found, added] =
        numbers.try_emplace(region, static_cast<uint8_t>(numbers.size() + 1));
    if (added) {
      parts_.emplace_back();
      parts_.back().region = region;
    }
    part_of_place_.push_back(found->second);
  }
  if (parts_.size() == 2) parts_.pop_back();  // one region is the whole
}

void ScopePace::Learn(Part& part, size_t number, uint64_t& total) const {
  const int64_t first = (now_ / 4 - kLookedBack) * 4;
  std::vector<uint64_t> counts(static_cast<size_t>(now_ - first), 0);
  part.began = now_;
  for (const auto& [day, by_place] : model_.history.totals()) {
    for (size_t i = 0; i < by_place.size(); ++i) {
      if (by_place[i] == 0 ||
          !Covers(static_cast<uint32_t>(i / 4), number, kAnyScope)) {
        continue;
      }
      const int64_t quarter = int64_t{day} * 4 + static_cast<int64_t>(i % 4);
      part.began = std::min(part.began, quarter);
      if (quarter < first) continue;
      total += by_place[i];
      if (quarter < now_) {
        counts[static_cast<size_t>(quarter - first)] += by_place[i];
      }
    }
  }
  const int64_t from = std::max(first, part.began);
  counts.erase(counts.begin(), counts.begin() + (from - first));
  part.profile = WeekProfile(from, counts);
}

void ScopePace::AddPeople(const History::Days& days, size_t part, Scopes scopes,
                          Series& series) const {
  for (const auto& [day, counts] : days) {
    for (const QuarterCount& count : counts) {
      const int64_t at = int64_t{day} * 4 + count.quarter - series.first;
      if (at < 0 || at >= static_cast<int64_t>(series.people.size())) continue;
      if (!Covers(count.place, part, scopes)) continue;
      series.people[static_cast<size_t>(at)] += count.reporters;
    }
  }
}

Series ScopePace::SeriesOf(const History::Days& days, size_t part,
                           Scopes scopes) const {
  Series series;
  if (days.empty() ||
      (int64_t{days.rbegin()->first} + 1) * 4 <= now_ - kLongest) {
    return series;
  }
  series.first = std::max<int64_t>(int64_t{days.begin()->first} * 4,
                                   now_ - 4 * kLookedBack);
  if (series.first > now_) return series;
  series.people.assign(static_cast<size_t>(now_ + 1 - series.first), 0);
  AddPeople(days, part, scopes, series);
  return series;
}

void ScopePace::JudgeThemes() {
  for (size_t part = 0; part < parts_.size(); ++part) {
    Series empty;
    empty.first = now_ - 4 * kLookedBack;
    empty.people.assign(static_cast<size_t>(now_ + 1 - empty.first), 0);
    std::unordered_map<std::string, Series> themes;
    for (const auto& [id, days] : model_.history.insights()) {
      const auto found = model_.insights.find(id);
      if (found == model_.insights.end()) continue;
      const std::string& topic = found->second.latest().topic();
      AddPeople(days, part, scope_.OfTopic(topic),
                themes.try_emplace(topic, empty).first->second);
    }
    for (const auto& [topic, series] : themes) {
      const Trend trend = JudgeTrend(series, parts_[part].profile,
                                     parts_[part].began, now_, rules_);
      if (trend.surprise > 0) parts_[part].themes[topic] = trend.surprise;
    }
  }
}

int ScopePace::learned_days() const {
  return static_cast<int>((now_ - parts_[0].began) / 4);
}

Trend ScopePace::Judge(const History::Days& days, size_t part,
                       const std::string& topic) const {
  const Series series = SeriesOf(days, part, scope_.OfTopic(topic));
  if (series.people.empty()) return {};
  TrendRules rules = rules_;
  const auto theme = parts_[part].themes.find(topic);
  if (theme != parts_[part].themes.end() && theme->second >= kThemeSurprise) {
    rules.surprise = kWithTheme;
    rules.fewest = kFewestWithTheme;
  }
  if (part > 0) rules.surprise += kOfPart;
  return JudgeTrend(series, parts_[part].profile, parts_[part].began, now_,
                    rules);
}

Lately ScopePace::Of(const v1::Insight& insight) const {
  Lately lately;
  if (mode_ != Mode::kJudged) return lately;
  const History::Days& days = model_.history.Of(insight.id());
  const Scopes scopes = scope_.OfTopic(insight.topic());
  for (auto day = days.lower_bound(static_cast<int32_t>((now_ - kLately) / 4));
       day != days.end(); ++day) {
    for (const QuarterCount& count : day->second) {
      if (Covers(count.place, 0, scopes)) lately.severe += count.severe;
    }
  }
  size_t best = 0;
  for (size_t part = 0; part < parts_.size(); ++part) {
    const Trend trend = Judge(days, part, insight.topic());
    if (trend.surprise <= lately.trend.surprise) continue;
    lately.trend = trend;
    best = part;
  }
  if (lately.trend.course != Trend::Course::kSteady) {
    lately.region = parts_[best].region;
    CountPeople(insight, days, best, lately);
    if (lately.people < kFewestWithTheme) lately.trend = Trend();
  }
  for (const Part& part : parts_) {
    const auto group = part.groups.find(insight.id());
    if (group == part.groups.end() ||
        group->second.trend.surprise <= lately.trend.surprise) {
      continue;
    }
    const uint32_t severe = lately.severe;
    lately = group->second;
    lately.severe = severe;
  }
  return lately;
}

// Who reports each day is one person; the cells know how many there are.
void ScopePace::CountPeople(const v1::Insight& insight,
                            const History::Days& days, size_t part,
                            Lately& lately) const {
  std::map<std::string, uint32_t> known;
  for (const v1::Cell& cell : insight.cells()) {
    known[cell.site()] += cell.reporters();
  }
  std::map<std::string, uint32_t> heard;
  const Scopes scopes = scope_.OfTopic(insight.topic());
  const int64_t from = now_ - lately.trend.hours / 6;
  for (auto day = days.lower_bound(static_cast<int32_t>(from / 4));
       day != days.end(); ++day) {
    for (const QuarterCount& count : day->second) {
      if (int64_t{day->first} * 4 + count.quarter < from) continue;
      if (!Covers(count.place, part, scopes)) continue;
      heard[model_.history.places()[count.place].site] += count.reporters;
    }
  }
  for (const auto& [site, people] : heard) {
    lately.people += std::min(people, std::max(known[site], 1U));
    if (people > 0) ++lately.sites;
  }
}

}  // namespace earshot::feed
