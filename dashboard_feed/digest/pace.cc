#include "dashboard_feed/digest/pace.h"

#include <algorithm>
#include <map>
#include <numeric>
#include <string_view>
#include <utility>

#include "base/os/at_once.h"

namespace earshot::feed {
namespace {

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
                     absl::Time now, size_t worth_a_thread)
    : model_(model), coverage_(coverage), now_(QuarterOf(now)) {
  first_ = now_ - 4 * kLookedBack;
  FindParts();
  LearnParts();
  if (mode_ != Mode::kJudged) return;
  Listen();
  std::shared_ptr<Words> words;
  os::BothAtOnce(
      heard_.size() >= worth_a_thread,
      [&] {
        FindAkin();
        JudgeGroups();
      },
      [&] { words = HearWords(); });
  TakeWords(*words);
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

// False: nobody of the scope.
bool ScopePace::HearOne(const Facts& facts, Heard& heard,
                        std::vector<uint32_t>& theme) {
  const auto length = static_cast<size_t>(now_ + 1 - first_);
  const int64_t severe_from = (now_ - kLately) / 4 * 4;
  theme.resize(length * parts_.size());
  const auto recents = static_cast<ptrdiff_t>(recents_.size());
  uint32_t people = 0;
  uint32_t severe = 0;
  uint32_t severe_lately = 0;
  Sums sums;
  for (const QuarterCount& count :
       CountsBetween(facts.counts, first_, now_ + 1)) {
    if ((coverage_.OfPlace(count.place) & heard.scopes) == 0) continue;
    const int64_t ago = now_ - count.quarter;
    people += count.reporters;
    severe += count.severe;
    sums.Count(ago, count.reporters);
    if (count.quarter >= severe_from) severe_lately += count.severe;
    const auto at = static_cast<size_t>(count.quarter - first_);
    theme[at] += count.reporters;
    const size_t part = part_of_place_[count.place];
    if (part == 0) continue;
    theme[part * length + at] += count.reporters;
    if (ago > kWeek) continue;
    auto in = std::find_if(recents_.begin() + recents, recents_.end(),
                           [&](const InPart& one) { return one.part == part; });
    if (in == recents_.end()) in = recents_.insert(in, InPart{part, {}});
    CountRecent(ago, count.reporters, in->recent);
  }
  heard.people = people;
  heard.severe = severe;
  heard.severe_lately = severe_lately;
  heard.sums = sums;
  heard.recent_begin = static_cast<uint32_t>(recents);
  heard.recent_end = static_cast<uint32_t>(recents_.size());
  // So that of two parts that are out of step alike the first one is told of.
  std::sort(recents_.begin() + recents, recents_.end(),
            [](const InPart& a, const InPart& b) { return a.part < b.part; });
  return heard.people > 0;
}

// Goes once through all that the scope has reported.
void ScopePace::Listen() {
  std::vector<std::vector<uint32_t>> themes(model_.words.topics.size());
  heard_of_slot_.assign(model_.insights.size(), -1);
  uint64_t severe = 0;
  heard_.reserve(coverage_.candidates());
  coverage_.EachCandidate([&](const Facts& facts) {
    if (facts.counts.empty()) return;
    Heard heard;
    heard.facts = &facts;
    heard.scopes = coverage_.OfTopic(facts.topic);
    if (!HearOne(facts, heard, themes[facts.topic])) return;
    severe += heard.severe;
    heard.marks = facts.marks;
    for (const AkinFacts& other : facts.akin) {
      if (other.score_milli < kAkinMilli) continue;
      suggested_.emplace_back(static_cast<uint32_t>(heard_.size()), other.slot);
    }
    heard.young = facts.counts.front().quarter >= now_ - kWeek;
    heard.fresh = heard.young && facts.familiar_milli < kFamiliarMilli;
    heard_of_slot_[facts.slot] = static_cast<int32_t>(heard_.size());
    heard_.push_back(heard);
  });
  severe_is_rare_ = severe * 4 <= static_cast<uint64_t>(now_ - parts_[0].began);
  JudgeThemes(themes);
}

// `themes`: people by topic, at part * length + quarter.
void ScopePace::JudgeThemes(const std::vector<std::vector<uint32_t>>& themes) {
  const auto length = static_cast<size_t>(now_ + 1 - first_);
  Series series{first_, {}};
  for (size_t number = 0; number < parts_.size(); ++number) {
    Part& part = parts_[number];
    part.themes.assign(themes.size(), 0);
    for (size_t topic = 0; topic < themes.size(); ++topic) {
      if (themes[topic].empty()) continue;
      const auto begin =
          themes[topic].begin() + static_cast<ptrdiff_t>(number * length);
      series.people.assign(begin, begin + static_cast<ptrdiff_t>(length));
      part.themes[topic] =
          JudgeTrend(series, part.profile, part.began, now_, rules_).surprise;
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

// People of one insight in a part by quarter. Of one that many speak of all
// parts are filled at once.
void ScopePace::Fill(const Heard& heard, size_t part, Scratch& scratch) const {
  const auto length = static_cast<size_t>(now_ + 1 - first_);
  const Counts counts = CountsBetween(heard.facts->counts, first_, now_ + 1);
  std::vector<uint32_t>& people = scratch.series.people;
  scratch.series.first = first_;
  const bool many = static_cast<size_t>(counts.end() - counts.begin()) > length;
  if (!many) {
    people.assign(length, 0);
    for (const QuarterCount& count : counts) {
      if (!Covers(count.place, part, heard.scopes)) continue;
      people[static_cast<size_t>(count.quarter - first_)] += count.reporters;
    }
    return;
  }
  std::vector<uint32_t>& by_part = scratch.by_part;
  if (!std::exchange(scratch.filled, true)) {
    by_part.assign(length * parts_.size(), 0);
    for (const QuarterCount& count : counts) {
      if (!Covers(count.place, 0, heard.scopes)) continue;
      const auto at = static_cast<size_t>(count.quarter - first_);
      by_part[at] += count.reporters;
      const size_t in = part_of_place_[count.place];
      if (in > 0) by_part[in * length + at] += count.reporters;
    }
  }
  const auto begin = by_part.begin() + static_cast<ptrdiff_t>(part * length);
  people.assign(begin, begin + static_cast<ptrdiff_t>(length));
}

Trend ScopePace::Judge(const Heard& heard, const Recent& recent, size_t number,
                       Scratch& scratch) const {
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
  Fill(heard, number, scratch);
  return JudgeTrend(scratch.series, part.profile, part.began, now_, rules);
}

// Of itself, in the part where it is most out of step.
void ScopePace::JudgeAlone(const Facts& facts, const Heard& heard,
                           Scratch& scratch, Lately& lately) const {
  // The rest of what was said before is more than it.
  if (heard.young && facts.familiar_milli >= kSaidBeforeMilli) return;
  Best best;
  scratch.filled = false;
  JudgePart(heard, {0, RecentOf(heard.sums)}, scratch, best);
  for (const InPart& in : RecentsOf(heard)) {
    JudgePart(heard, in, scratch, best);
  }
  if (best.trend.course == Trend::Course::kSteady) return;
  lately.trend = best.trend;
  lately.region = parts_[best.part].region;
  CountPeople(facts, heard.scopes, best.part, lately);
  if (lately.people < kFewestWithTheme) lately.trend = Trend();
}

void ScopePace::JudgePart(const Heard& heard, const InPart& in,
                          Scratch& scratch, Best& best) const {
  if (in.recent[Sums::kSeven] < kFewestWithTheme) return;
  const Trend trend = Judge(heard, in.recent, in.part, scratch);
  if (trend.surprise > best.trend.surprise) best = {trend, in.part};
}

Lately ScopePace::Of(const Facts& facts, Scratch& scratch) const {
  Lately lately;
  const Heard* const heard =
      mode_ == Mode::kJudged ? HeardOf(facts.slot) : nullptr;
  if (heard == nullptr) return lately;
  lately.severe = heard->severe_lately;
  if (heard->sums.of[Sums::kSeven] >= kFewestWithTheme) {
    JudgeAlone(facts, *heard, scratch, lately);
  }
  if (!heard->grouped) return lately;
  for (const Part& part : parts_) {
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
