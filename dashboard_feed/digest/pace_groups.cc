// What several insights come to together: the same issue in other words.
#include <algorithm>
#include <map>
#include <string>
#include <utility>

#include "dashboard_feed/digest/pace.h"

namespace earshot::feed {
namespace {

// What is counted with others: few people each, and likely the same issue.
constexpr uint64_t kMostOfSmall = 150;
constexpr uint32_t kAkinMilli = 600;
constexpr double kAkinSurprise = 5;
constexpr uint32_t kFewestOfGroup = 5;
// Of words there are many: one or other is out of step by chance.
constexpr double kMarkSurprise = 5.5;
constexpr double kVotes = 5.5;  // of all its words
constexpr uint32_t kFewestSitesOfMark = 3;
constexpr uint64_t kLatelyShare = 2;  // half of its people are of late

}  // namespace

// All of the scope, and with whom each may be the same issue in other words;
// both ways.
ScopePace::Smalls ScopePace::FindSmalls() const {
  Smalls smalls;
  const int64_t first = now_ - 4 * kLookedBack;
  for (const auto& [id, days] : model_.history.insights()) {
    const auto known = model_.insights.find(id);
    if (known == model_.insights.end()) continue;
    const Scopes scopes = scope_.OfTopic(known->second.latest().topic());
    Small small;
    for (auto day = days.lower_bound(static_cast<int32_t>(first / 4));
         day != days.end(); ++day) {
      for (const QuarterCount& count : day->second) {
        const int64_t quarter = int64_t{day->first} * 4 + count.quarter;
        if (quarter > now_ || !Covers(count.place, 0, scopes)) continue;
        small.counts.push_back({quarter, count.place, count.reporters});
        small.people += count.reporters;
        small.severe += count.severe;
        if (quarter >= now_ - kLately) small.lately += count.reporters;
      }
    }
    if (small.people > 0) smalls.emplace(id, std::move(small));
  }
  for (auto& [id, small] : smalls) {
    if (small.people > kMostOfSmall) continue;
    const auto found = model_.insights.find(id);
    if (found == model_.insights.end()) continue;
    for (const v1::SuggestedInsight& other :
         found->second.latest().suggested()) {
      if (other.score_milli() < kAkinMilli) continue;
      const auto there = smalls.find(other.insight());
      if (there == smalls.end() || there->second.people > kMostOfSmall) {
        continue;
      }
      small.akin.push_back(other.insight());
      there->second.akin.push_back(id);
    }
  }
  for (auto& [id, small] : smalls) {
    std::sort(small.akin.begin(), small.akin.end());
  }
  return smalls;
}

void ScopePace::JudgeGroups() {
  const Smalls smalls = FindSmalls();
  uint64_t severe = 0;
  for (const auto& [id, small] : smalls) severe += small.severe;
  severe_is_rare_ = severe * 4 <= static_cast<uint64_t>(now_ - parts_[0].began);
  for (const auto& [id, small] : smalls) {
    if (small.lately == 0 || small.akin.empty()) continue;
    std::vector<const Small*> members{&small};
    for (const uint64_t other : small.akin) {
      members.push_back(&smalls.at(other));
    }
    for (size_t part = 0; part < parts_.size(); ++part) {
      auto lately = JudgeTogether(members, part, kAkinSurprise);
      if (!lately) continue;
      lately->akin = small.akin;
      parts_[part].groups.emplace(id, *std::move(lately));
    }
  }
  JudgeMarks(smalls);
}

// Words that are suddenly in many people's mouths (bursty features: Fung, Yu,
// Yu and Lu, VLDB 2005): an insight that is new or rises by itself, however
// little, and was opened with one of them, is counted with the others of it.
void ScopePace::JudgeMarks(const Smalls& smalls) {
  std::map<uint32_t, std::vector<uint64_t>> by_mark;
  std::unordered_map<uint32_t, uint64_t> lately;
  for (const auto& [id, small] : smalls) {
    const auto found = model_.insights.find(id);
    if (found == model_.insights.end()) continue;
    for (const uint32_t mark : found->second.latest().marks()) {
      by_mark[mark].push_back(id);
      lately[mark] += small.lately;
    }
  }
  std::vector<std::unordered_map<uint64_t, Lately>> told(parts_.size());
  for (auto& [mark, ids] : by_mark) {
    if (lately[mark] < kFewestOfGroup || ids.size() < 2) continue;
    std::sort(ids.begin(), ids.end());
    for (size_t part = 0; part < parts_.size(); ++part) {
      JudgeMark(ids, smalls, part, told[part]);
    }
  }
  for (size_t part = 0; part < parts_.size(); ++part) {
    for (auto& [id, one] : told[part]) {
      if (one.trend.surprise < kVotes) continue;
      Lately& kept = parts_[part].groups[id];
      if (one.trend.surprise > kept.trend.surprise) kept = std::move(one);
    }
  }
}

// The surprises of an insight's words add up: of those that say the same, the
// one with the most such words leads.
void ScopePace::JudgeMark(const std::vector<uint64_t>& ids,
                          const Smalls& smalls, size_t part,
                          std::unordered_map<uint64_t, Lately>& told) const {
  std::vector<const Small*> members;
  std::vector<uint64_t> out_of_step;
  for (const uint64_t id : ids) {
    const Small& small = smalls.at(id);
    members.push_back(&small);
    if (small.lately > 0 && small.lately * kLatelyShare >= small.people) {
      out_of_step.push_back(id);
    }
  }
  if (out_of_step.size() < 2) return;
  auto together = JudgeTogether(members, part, kMarkSurprise);
  if (!together || together->sites < kFewestSitesOfMark) return;
  const double surprise = together->trend.surprise;
  together->akin = std::move(out_of_step);
  for (const uint64_t id : together->akin) {
    const auto [one, added] = told.try_emplace(id, *together);
    if (added) continue;
    const double sum = one->second.trend.surprise + surprise;
    if (together->people > one->second.people) one->second = *together;
    one->second.trend.surprise = sum;
  }
}

// Who speaks of one issue in several ways is still one: of a place and quarter
// the largest count of any of them is taken, not the sum.
std::optional<Lately> ScopePace::JudgeTogether(
    const std::vector<const Small*>& members, size_t part,
    double surprise) const {
  std::unordered_map<uint64_t, uint32_t> most;
  const auto first = static_cast<uint64_t>(now_ - 4 * kLookedBack);
  for (const Small* member : members) {
    for (const Small::Count& count : member->counts) {
      if (!Covers(count.place, part, kAnyScope)) continue;
      const uint64_t quarter = static_cast<uint64_t>(count.quarter) - first;
      uint32_t& at = most[quarter << 32 | count.place];
      at = std::max(at, count.people);
    }
  }
  if (most.empty()) return std::nullopt;
  Series series;
  series.first = static_cast<int64_t>(first);
  series.people.assign(static_cast<size_t>(4 * kLookedBack + 1), 0);
  for (const auto& [at, people] : most) {
    series.people[static_cast<size_t>(at >> 32)] += people;
  }
  TrendRules rules = rules_;
  rules.surprise = surprise + (part > 0 ? kOfPart : 0);
  rules.fewest = kFewestOfGroup;
  Lately lately;
  lately.trend =
      JudgeTrend(series, parts_[part].profile, parts_[part].began, now_, rules);
  if (lately.trend.course == Trend::Course::kSteady) return std::nullopt;
  std::map<std::string, uint32_t> sites;
  for (const auto& [at, people] : most) {
    const auto quarter = static_cast<int64_t>((at >> 32) + first);
    if (quarter < now_ - lately.trend.hours / 6) continue;
    const auto place = static_cast<uint32_t>(at);
    uint32_t& site = sites[model_.history.places()[place].site];
    site = std::max(site, people);
  }
  for (const auto& [site, people] : sites) lately.people += people;
  lately.sites = static_cast<uint32_t>(sites.size());
  if (lately.people < kFewestOfGroup) return std::nullopt;
  lately.region = parts_[part].region;
  return lately;
}

}  // namespace earshot::feed
