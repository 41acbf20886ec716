// What several insights come to together: the same issue in other words.
#include <algorithm>
#include <cmath>
#include <map>
#include <utility>

#include "dashboard_feed/digest/pace.h"

namespace earshot::feed {
namespace {

// What is counted with others: few people each, and likely the same issue.
constexpr uint32_t kMostOfSmall = 400;
constexpr double kAkinSurprise = 5;
constexpr uint32_t kFewestOfGroup = 5;

// A group is looked into when the plain sum of its insights' people is so many
// deviations above what is usual.
constexpr double kGroupDeviations = 2;

}  // namespace

void ScopePace::Sums::Count(int64_t quarters_ago, uint32_t people) {
  CountRecent(quarters_ago, people, of);
  if (quarters_ago > kWeek && quarters_ago <= 5 * kWeek) {
    of[kWeeks + static_cast<size_t>((quarters_ago - kWeek - 1) / kWeek)] +=
        people;
  }
}

void ScopePace::Sums::Add(const Sums& other) {
  for (size_t i = 0; i < of.size(); ++i) of[i] += other.of[i];
}

// Of those that the scope was heard in from end to end.
double ScopePace::QuietestWeek(const Sums& sums) const {
  const int64_t known = now_ - parts_[0].began;
  double quietest = 0;
  for (size_t week = 0; week < 4; ++week) {
    if (known < kWeek * (static_cast<int64_t>(week) + 2)) break;
    const double people = sums.of[Sums::kWeeks + week];
    quietest = week == 0 ? people : std::min(quietest, people);
  }
  return quietest;
}

bool ScopePace::MayBeOutOfStep(const Sums& sums, const Recent& recent,
                               size_t part, uint32_t fewest,
                               double deviations) const {
  const double quietest = QuietestWeek(sums) * parts_[part].share;
  for (size_t i = 0; i < recent.size(); ++i) {
    const double expected = quietest * parts_[part].of_week[i];
    if (recent[i] >= fewest &&
        recent[i] >= expected + deviations * std::sqrt(expected)) {
      return true;
    }
  }
  return false;
}

void ScopePace::AddRecents(const Heard& heard, std::span<Recent> recent) const {
  for (const InPart& in : RecentsOf(heard)) {
    Recent& of = recent[in.part - 1];
    for (size_t i = 0; i < of.size(); ++i) of[i] += in.recent[i];
  }
}

bool ScopePace::Heard::MayLeadGroup() const {
  return lately() > 0 && people <= kMostOfSmall && MayLead();
}

// With whom each that may lead may be the same issue in other words; of a pair
// both ways.
void ScopePace::FindAkin() {
  std::vector<std::pair<uint32_t, uint32_t>> pairs;
  for (const auto& [one, slot] : suggested_) {
    const int32_t there =
        slot < heard_of_slot_.size() ? heard_of_slot_[slot] : -1;
    if (there < 0) continue;
    const auto found = static_cast<uint32_t>(there);
    if (heard_[one].people > kMostOfSmall ||
        heard_[found].people > kMostOfSmall) {
      continue;
    }
    if (heard_[one].MayLeadGroup()) pairs.emplace_back(one, found);
    if (heard_[found].MayLeadGroup()) pairs.emplace_back(found, one);
  }
  std::sort(pairs.begin(), pairs.end());
  pairs.erase(std::unique(pairs.begin(), pairs.end()), pairs.end());
  akin_.reserve(pairs.size());
  for (const auto& [of, other] : pairs) {
    Heard& heard = heard_[of];
    if (heard.akin_end == 0) {
      heard.akin_begin = static_cast<uint32_t>(akin_.size());
    }
    akin_.push_back(other);
    heard.akin_end = static_cast<uint32_t>(akin_.size());
  }
}

void ScopePace::JudgeGroups() {
  std::vector<uint32_t> members;
  std::vector<Recent> recent(parts_.size() - 1);
  std::vector<size_t> parts;
  Together together;
  for (uint32_t i = 0; i < heard_.size(); ++i) {
    Heard& heard = heard_[i];
    const auto akin = AkinOf(heard);
    if (akin.empty()) continue;
    members.assign(1, i);
    members.insert(members.end(), akin.begin(), akin.end());
    Sums sums;
    for (const uint32_t member : members) sums.Add(heard_[member].sums);
    if (sums.of[Sums::kSeven] < kFewestOfGroup) continue;
    if (AnotherIsMost(members)) continue;
    std::fill(recent.begin(), recent.end(), Recent{});
    for (const uint32_t member : members) AddRecents(heard_[member], recent);
    parts.clear();
    for (size_t part = 0; part < parts_.size(); ++part) {
      if (MayBeOutOfStep(sums, part == 0 ? RecentOf(sums) : recent[part - 1],
                         part, kFewestOfGroup, kGroupDeviations)) {
        parts.push_back(part);
      }
    }
    if (parts.empty()) continue;
    Merge(members, together);
    for (const size_t part : parts) {
      auto lately = JudgeTogether(together, part, kAkinSurprise);
      if (!lately) continue;
      for (const uint32_t other : akin) {
        lately->akin.push_back(heard_[other].facts->id);
      }
      parts_[part].groups.emplace(heard.facts->slot, *std::move(lately));
      heard.grouped = true;
    }
  }
}

bool ScopePace::AnotherIsMost(std::span<const uint32_t> members) const {
  uint64_t all = 0;
  uint32_t most = 0;
  for (const uint32_t member : members) {
    const uint32_t people = heard_[member].sums.of[Sums::kSeven];
    all += people;
    if (member != members.front()) most = std::max(most, people);
  }
  return most * uint64_t{2} > all;
}

void ScopePace::Merge(std::span<const uint32_t> members,
                      Together& together) const {
  auto& counts = together.counts;
  counts.clear();
  for (const uint32_t member : members) {
    const Heard& heard = heard_[member];
    for (const QuarterCount& count :
         CountsBetween(heard.facts->counts, first_, now_ + 1)) {
      if (!Covers(count.place, 0, heard.scopes)) continue;
      const auto quarter = static_cast<uint64_t>(count.quarter - first_);
      counts.push_back({quarter << 32 | count.place, count.reporters});
    }
  }
  std::sort(counts.begin(), counts.end(),
            [](const Together::Count& a, const Together::Count& b) {
              return a.at != b.at ? a.at < b.at : a.people > b.people;
            });
  counts.erase(
      std::unique(counts.begin(), counts.end(),
                  [](const Together::Count& a, const Together::Count& b) {
                    return a.at == b.at;
                  }),
      counts.end());
  together.of_week.assign(parts_.size(), 0);
  const auto week = static_cast<uint64_t>(now_ - kWeek - first_);
  for (const Together::Count& count : counts) {
    if ((count.at >> 32) < week) continue;
    together.of_week[0] += count.people;
    const size_t part = part_of_place_[static_cast<uint32_t>(count.at)];
    if (part > 0) together.of_week[part] += count.people;
  }
}

std::optional<Lately> ScopePace::JudgeTogether(Together& together, size_t part,
                                               double surprise) const {
  if (together.of_week[part] < kFewestOfGroup) return std::nullopt;
  const auto in_part = [&](const Together::Count& count) {
    return part == 0 || part_of_place_[static_cast<uint32_t>(count.at)] == part;
  };
  Series& series = together.series;
  series.first = first_;
  series.people.assign(static_cast<size_t>(now_ + 1 - first_), 0);
  for (const Together::Count& count : together.counts) {
    if (in_part(count)) series.people[count.at >> 32] += count.people;
  }
  TrendRules rules = rules_;
  rules.surprise = surprise + (part > 0 ? kOfPart : 0);
  rules.fewest = kFewestOfGroup;
  Lately lately;
  lately.trend =
      JudgeTrend(series, parts_[part].profile, parts_[part].began, now_, rules);
  if (lately.trend.course == Trend::Course::kSteady) return std::nullopt;
  CountTogether(together, part, now_ - lately.trend.hours / 6, lately);
  if (lately.people < kFewestOfGroup) return std::nullopt;
  lately.region = parts_[part].region;
  return lately;
}

void ScopePace::CountTogether(const Together& together, size_t part,
                              int64_t from, Lately& lately) const {
  std::map<uint32_t, uint32_t> sites;
  for (const Together::Count& count : together.counts) {
    const auto place = static_cast<uint32_t>(count.at);
    if (static_cast<int64_t>(count.at >> 32) + first_ < from ||
        (part > 0 && part_of_place_[place] != part)) {
      continue;
    }
    uint32_t& site = sites[model_.words.places.SiteOf(place)];
    site = std::max(site, count.people);
  }
  for (const auto& [site, people] : sites) lately.people += people;
  lately.sites = static_cast<uint32_t>(sites.size());
}

}  // namespace earshot::feed
