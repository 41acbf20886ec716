#include "dashboard_feed/digest/pace.h"

#include <algorithm>
#include <map>
#include <numeric>
#include <string_view>
#include <utility>

namespace earshot::feed {
namespace {

constexpr int64_t kQuarterSeconds = 6 * 3600;
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
// A trend is reckoned for what is so many deviations above what is usual.
constexpr double kDeviations = 1;

int64_t QuarterOf(absl::Time time) {
  const int64_t seconds = absl::ToUnixSeconds(time);
  return (seconds - (seconds < 0 ? kQuarterSeconds - 1 : 0)) / kQuarterSeconds;
}

}  // namespace

ScopePace::ScopePace(const Model& model, const Coverage& coverage,
                     absl::Time now)
    : model_(model), coverage_(coverage), now_(QuarterOf(now)) {
  first_ = now_ - 4 * kLookedBack;
  series_.first = first_;
  FindParts();
  LearnParts();
  if (mode_ != Mode::kJudged) return;
  Listen();
  FindAkin();
  JudgeGroups();
  JudgeWords();
  JudgeFresh();
}

void ScopePace::FindParts() {
  parts_.emplace_back();
  std::map<std::string_view, std::string_view> region_of;
  for (const v1::Site& site : model_.organisation.sites()) {
    region_of[site.id()] = site.region();
  }
  const Places& places = model_.words.places;
  std::vector<std::string_view> region_of_site;
  for (uint32_t site = 0; site < places.sites().size(); ++site) {
    const auto found = region_of.find(places.sites()[site]);
    region_of_site.push_back(found == region_of.end() ? std::string_view()
                                                      : found->second);
  }
  std::map<std::string_view, uint8_t> numbers;
  part_of_place_.assign(places.size(), 0);
  for (uint32_t place = 0; place < places.size(); ++place) {
    if (coverage_.OfPlace(place) == 0) continue;
    const std::string_view region = region_of_site[places.SiteOf(place)];
    if (region.empty() || numbers.size() >= kMostRegions) continue;
    const auto [found, added] =
        numbers.try_emplace(region, static_cast<uint8_t>(numbers.size() + 1));
    if (added) {
      parts_.emplace_back();
      parts_.back().region = region;
    }
    part_of_place_[place] = found->second;
  }
  if (parts_.size() != 2) return;
  parts_.pop_back();  // one region is the whole
  part_of_place_.assign(places.size(), 0);
}

// How much each part reports, and since when.
void ScopePace::LearnParts() {
  const int64_t first = (now_ / 4 - kLookedBack) * 4;
  const auto length = static_cast<size_t>(now_ - first);
  std::vector<std::vector<uint64_t>> counts(parts_.size(),
                                            std::vector<uint64_t>(length));
  for (Part& part : parts_) part.began = now_;
  uint64_t total = 0;
  for (const auto& [day, by_place] : model_.history.totals()) {
    for (size_t i = 0; i < by_place.size(); ++i) {
      const auto place = static_cast<uint32_t>(i / 4);
      if (by_place[i] == 0 || coverage_.OfPlace(place) == 0) continue;
      const int64_t quarter = int64_t{day} * 4 + static_cast<int64_t>(i % 4);
      if (quarter >= first) total += by_place[i];
      const size_t region = part_of_place_[place];
      for (const size_t part : {size_t{0}, region}) {
        parts_[part].began = std::min(parts_[part].began, quarter);
        if (quarter >= first && quarter < now_) {
          counts[part][static_cast<size_t>(quarter - first)] += by_place[i];
        }
        if (region == 0) break;
      }
    }
  }
  const int64_t known = now_ - parts_[0].began;
  if (total < kSmall || (known < kFirstDay && total < kFirstLook)) return;
  mode_ = known < 4 * kLearningDays ? Mode::kLearning : Mode::kJudged;
  for (size_t i = 0; i < parts_.size(); ++i) {
    parts_[i].share = static_cast<double>(std::accumulate(
                          counts[i].begin(), counts[i].end(), uint64_t{0})) /
                      static_cast<double>(std::max<uint64_t>(total, 1));
    const int64_t from = std::max(first, parts_[i].began);
    counts[i].erase(counts[i].begin(), counts[i].begin() + (from - first));
    parts_[i].profile = WeekProfile(from, counts[i]);
    double exposure = 0;
    for (int64_t ago = 1; ago <= kWeek; ++ago) {
      exposure += parts_[i].profile.Share(now_ - ago);
      if (ago == 4) parts_[i].of_week[0] = exposure / kWeek;
      if (ago == kLately) parts_[i].of_week[1] = exposure / kWeek;
    }
    parts_[i].of_week[2] = exposure / kWeek;
  }
}

// Goes once through all that the scope has reported.
void ScopePace::Listen() {
  const auto length = static_cast<size_t>(now_ + 1 - first_);
  std::vector<std::vector<uint32_t>> themes(model_.words.topics.size());
  heard_of_slot_.assign(model_.insights.size(), -1);
  const int64_t severe_from = (now_ - kLately) / 4 * 4;
  uint64_t severe = 0;
  heard_.reserve(coverage_.candidates());
  coverage_.EachCandidate([&](const Facts& facts) {
    if (facts.counts.empty()) return;
    Heard heard;
    heard.facts = &facts;
    heard.scopes = coverage_.OfTopic(facts.topic);
    std::vector<uint32_t>& theme = themes[facts.topic];
    theme.resize(length * parts_.size());
    for (const QuarterCount& count :
         CountsBetween(facts.counts, first_, now_ + 1)) {
      if ((coverage_.OfPlace(count.place) & heard.scopes) == 0) continue;
      heard.people += count.reporters;
      heard.severe += count.severe;
      heard.sums.Count(now_ - count.quarter, count.reporters);
      if (count.quarter >= severe_from) heard.severe_lately += count.severe;
      const auto at = static_cast<size_t>(count.quarter - first_);
      theme[at] += count.reporters;
      const size_t part = part_of_place_[count.place];
      if (part > 0) theme[part * length + at] += count.reporters;
    }
    severe += heard.severe;
    if (heard.people == 0) return;
    heard.young = facts.counts.front().quarter >= now_ - kWeek;
    heard.fresh = heard.young && facts.familiar_milli < kFamiliarMilli;
    heard_of_slot_[facts.slot] = static_cast<int32_t>(heard_.size());
    heard_.push_back(std::move(heard));
  });
  severe_is_rare_ = severe * 4 <= static_cast<uint64_t>(now_ - parts_[0].began);
  JudgeThemes(themes);
}

// `themes`: people by topic, at part * length + quarter.
void ScopePace::JudgeThemes(const std::vector<std::vector<uint32_t>>& themes) {
  const auto length = static_cast<size_t>(now_ + 1 - first_);
  for (size_t number = 0; number < parts_.size(); ++number) {
    Part& part = parts_[number];
    part.themes.assign(themes.size(), 0);
    for (size_t topic = 0; topic < themes.size(); ++topic) {
      if (themes[topic].empty()) continue;
      const auto begin =
          themes[topic].begin() + static_cast<ptrdiff_t>(number * length);
      series_.people.assign(begin, begin + static_cast<ptrdiff_t>(length));
      part.themes[topic] =
          JudgeTrend(series_, part.profile, part.began, now_, rules_).surprise;
    }
  }
}

int ScopePace::learned_days() const {
  return static_cast<int>((now_ - parts_[0].began) / 4);
}

const ScopePace::Heard* ScopePace::HeardOf(uint32_t slot) const {
  if (slot >= heard_of_slot_.size() || heard_of_slot_[slot] < 0) return nullptr;
  return &heard_[static_cast<size_t>(heard_of_slot_[slot])];
}

Trend ScopePace::Judge(const Heard& heard, const Recent& recent,
                       size_t number) const {
  const Part& part = parts_[number];
  TrendRules rules = rules_;
  if (!heard.fresh) {
    rules.surprise = kNotFresh;
    rules.fewest = kFewestNotFresh;
  }
  if (part.themes[heard.facts->topic] >= kThemeSurprise) {
    rules.surprise = kWithTheme;
    if (heard.fresh) rules.fewest = kFewestWithTheme;
  }
  if (!MayBeOutOfStep(heard.sums, recent, number, rules.fewest, kDeviations)) {
    return {};
  }
  if (number > 0) rules.surprise += heard.fresh ? kOfPart : kOfPartNotFresh;
  series_.people.assign(static_cast<size_t>(now_ + 1 - first_), 0);
  for (const QuarterCount& count :
       CountsBetween(heard.facts->counts, first_, now_ + 1)) {
    if (!Covers(count.place, number, heard.scopes)) continue;
    series_.people[static_cast<size_t>(count.quarter - first_)] +=
        count.reporters;
  }
  return JudgeTrend(series_, part.profile, part.began, now_, rules);
}

// Of itself, in the part where it is most out of step.
void ScopePace::JudgeAlone(const Facts& facts, const Heard& heard,
                           Lately& lately) const {
  // The rest of what was said before is more than it.
  if (heard.young && facts.familiar_milli >= kSaidBeforeMilli) return;
  recent_.assign(parts_.size() - 1, Recent{});
  if (!recent_.empty()) AddRecent(heard, recent_);
  size_t best = 0;
  for (size_t part = 0; part < parts_.size(); ++part) {
    const Recent recent = part == 0 ? RecentOf(heard.sums) : recent_[part - 1];
    if (recent[Sums::kSeven] < kFewestWithTheme) continue;
    const Trend trend = Judge(heard, recent, part);
    if (trend.surprise <= lately.trend.surprise) continue;
    lately.trend = trend;
    best = part;
  }
  if (lately.trend.course == Trend::Course::kSteady) return;
  lately.region = parts_[best].region;
  CountPeople(facts, heard.scopes, best, lately);
  if (lately.people < kFewestWithTheme) lately.trend = Trend();
}

Lately ScopePace::Of(const Facts& facts) const {
  Lately lately;
  const Heard* const heard =
      mode_ == Mode::kJudged ? HeardOf(facts.slot) : nullptr;
  if (heard == nullptr) return lately;
  lately.severe = heard->severe_lately;
  if (heard->sums.of[Sums::kSeven] >= kFewestWithTheme) {
    JudgeAlone(facts, *heard, lately);
  }
  for (const Part& part : parts_) {
    if (part.groups.empty()) continue;
    const auto group = part.groups.find(facts.slot);
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
void ScopePace::CountPeople(const Facts& facts, Scopes scopes, size_t part,
                            Lately& lately) const {
  const Places& places = model_.words.places;
  std::map<uint32_t, uint32_t> known;
  for (const CellFacts& cell : facts.cells) {
    if (Covers(cell.place, 0, scopes)) {
      known[places.SiteOf(cell.place)] += cell.reporters;
    }
  }
  std::map<uint32_t, uint32_t> heard;
  for (const QuarterCount& count :
       CountsBetween(facts.counts, now_ - lately.trend.hours / 6, now_ + 1)) {
    if (!Covers(count.place, part, scopes)) continue;
    heard[places.SiteOf(count.place)] += count.reporters;
  }
  for (const auto& [site, people] : heard) {
    lately.people += std::min(people, std::max(known[site], 1U));
    if (people > 0) ++lately.sites;
  }
}

}  // namespace earshot::feed
