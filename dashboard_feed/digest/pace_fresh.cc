// What is said for the first time, each in words of its own: few say each of
// these, and together they are many. An insight that is less than a week old
// and was opened with little that had been said before (first story detection:
// Allan, Papka and Lavrenko, SIGIR 1998) is counted with those like it, by the
// cosine of the words that they were opened with, in the whole organisation.
#include <algorithm>
#include <cmath>
#include <unordered_map>
#include <utility>

#include "dashboard_feed/digest/pace.h"

namespace earshot::feed {
namespace {

constexpr double kAlike = 0.2;  // cosine
constexpr uint32_t kFewestEverywhere = 5;
constexpr uint32_t kFewestHere = 2;
constexpr uint32_t kFewestFreshSites = 2;
constexpr double kGoesOn = 0.34;  // of a week's people, in its last three
                                  // days
constexpr int64_t kKnownAfter = 12 * 4;  // quarters; before, all is new
constexpr double kPriorInsights = 200;   // how rare a word is at first
constexpr size_t kMostFresh = 1500;      // the most people first
constexpr size_t kMostSharing = 200;     // a word of more says nothing
// As surprising as the least that is told: no test was made.
constexpr double kFreshSurprise = 4;

}  // namespace

struct ScopePace::Fresh {
  uint32_t heard = 0;  // place in heard_
  double length = 0;
};

std::vector<ScopePace::Fresh> ScopePace::FindFresh() const {
  std::vector<Fresh> fresh;
  for (uint32_t i = 0; i < heard_.size(); ++i) {
    const Heard& heard = heard_[i];
    const Facts& facts = *heard.facts;
    if (!heard.fresh || facts.marks.empty() ||
        heard.sums.of[Sums::kSeven] == 0 ||
        facts.kind == v1::OBSERVATION_KIND_NOISE) {
      continue;
    }
    fresh.push_back({i, 0});
  }
  if (fresh.size() > kMostFresh) {
    std::nth_element(fresh.begin(), fresh.begin() + kMostFresh, fresh.end(),
                     [&](const Fresh& a, const Fresh& b) {
                       const Facts& left = *heard_[a.heard].facts;
                       const Facts& right = *heard_[b.heard].facts;
                       return std::pair(right.reporters, left.id) <
                              std::pair(left.reporters, right.id);
                     });
    fresh.resize(kMostFresh);
  }
  std::sort(fresh.begin(), fresh.end(),
            [](const Fresh& a, const Fresh& b) { return a.heard < b.heard; });
  return fresh;
}

double ScopePace::WeightOf(uint32_t mark) const {
  const auto all = static_cast<double>(model_.insights.known());
  const double having = model_.insights.Having(mark);
  return std::log((kPriorInsights + all) / (1 + having));
}

void ScopePace::JudgeFresh() {
  if (now_ - parts_[0].began < kKnownAfter) return;
  std::vector<Fresh> fresh = FindFresh();
  struct Having {
    double square = 0;            // of the word's weight
    std::vector<uint32_t> fresh;  // that were opened with it
  };
  std::unordered_map<uint32_t, Having> having;
  for (uint32_t i = 0; i < fresh.size(); ++i) {
    double sum = 0;
    for (const uint32_t mark : heard_[fresh[i].heard].facts->marks) {
      Having& of = having[mark];
      if (of.fresh.empty()) of.square = std::pow(WeightOf(mark), 2);
      sum += of.square;
      of.fresh.push_back(i);
    }
    fresh[i].length = std::sqrt(sum);
  }
  std::vector<double> shared(fresh.size(), 0);
  std::vector<uint32_t> met;
  std::vector<uint32_t> members;
  for (const Fresh& one : fresh) {
    if (heard_[one.heard].lately() == 0) continue;
    met.clear();
    for (const uint32_t mark : heard_[one.heard].facts->marks) {
      const Having& of = having.at(mark);
      if (of.fresh.size() > kMostSharing) continue;
      for (const uint32_t other : of.fresh) {
        if (shared[other] == 0) met.push_back(other);
        shared[other] += of.square;
      }
    }
    members.assign(1, one.heard);
    for (const uint32_t other : met) {
      const double common = std::exchange(shared[other], 0);
      if (fresh[other].heard != one.heard &&
          common >= kAlike * one.length * fresh[other].length) {
        members.push_back(fresh[other].heard);
      }
    }
    JudgeFreshGroup(members);
  }
}

// Of who says it at one site in several ways there may be one: of each site the
// largest number of any of them is taken.
uint32_t ScopePace::PeopleEverywhere(std::span<const uint32_t> members) const {
  std::unordered_map<uint32_t, uint32_t> most;
  std::unordered_map<uint32_t, uint32_t> own;
  for (const uint32_t member : members) {
    own.clear();
    for (const CellFacts& cell : heard_[member].facts->cells) {
      own[model_.words.places.SiteOf(cell.place)] += cell.reporters;
    }
    for (const auto& [site, people] : own) {
      uint32_t& known = most[site];
      known = std::max(known, people);
    }
  }
  uint32_t sum = 0;
  for (const auto& [site, people] : most) sum += people;
  return sum;
}

void ScopePace::JudgeFreshGroup(std::span<const uint32_t> members) {
  Sums sums;
  for (const uint32_t member : members) sums.Add(heard_[member].sums);
  if (sums.of[Sums::kSeven] < kFewestHere ||
      sums.of[Sums::kThree] < kGoesOn * sums.of[Sums::kSeven] ||
      PeopleEverywhere(members) < kFewestEverywhere) {
    return;
  }
  if (AnotherIsMost(members)) return;
  Together together;
  Merge(members, together);
  Lately lately;
  CountTogether(together, 0, now_ - kWeek, lately);
  if (lately.people < kFewestHere || lately.sites < kFewestFreshSites) return;
  lately.trend = {.course = Trend::Course::kNew,
                  .hours = static_cast<int>(6 * kWeek),
                  .people = lately.people,
                  .expected = 0,
                  .surprise = kFreshSurprise};
  for (const uint32_t member : members.subspan(1)) {
    lately.akin.push_back(heard_[member].facts->id);
  }
  heard_[members[0]].grouped = true;
  Lately& known = parts_[0].groups[heard_[members[0]].facts->slot];
  if (known.trend.surprise < kFreshSurprise) known = std::move(lately);
}

}  // namespace earshot::feed
