#include "dashboard_feed/digest/loop_slices.h"

#include <algorithm>
#include <cstdint>
#include <map>
#include <string>
#include <utility>

#include "dashboard_feed/digest/health_sum.h"
#include "dashboard_feed/digest/issue.h"

namespace earshot::feed {
namespace {

using Sums = std::map<uint32_t, HealthSum>;

HealthSum& SumOf(uint32_t number, absl::Time now, Sums& sums) {
  return sums.try_emplace(number, now).first->second;
}

// By topic: its first level.
std::vector<uint32_t> FirstLevels(const Names& topics, Names& levels) {
  std::vector<uint32_t> of_topic;
  for (uint32_t topic = 0; topic < topics.size(); ++topic) {
    const std::string& path = topics[topic];
    of_topic.push_back(levels.NumberOf(path.substr(0, path.find('/'))));
  }
  return of_topic;
}

// By place; sites that the organisation does not name are in none, "".
std::vector<uint32_t> RegionsOfPlaces(const Model& model, Names& regions) {
  const Places& places = model.words.places;
  const uint32_t none = regions.NumberOf("");
  std::vector<uint32_t> of_site(places.sites().size(), none);
  for (const v1::Site& site : model.organisation.sites()) {
    const auto number = places.sites().Find(site.id());
    if (number) of_site[*number] = regions.NumberOf(site.region());
  }
  std::vector<uint32_t> of_place;
  for (uint32_t place = 0; place < places.size(); ++place) {
    of_place.push_back(of_site[places.SiteOf(place)]);
  }
  return of_place;
}

// Parts of which no leader has decided anything, and what has no name, are
// left out: `parts` are in the order of their numbers.
template <typename Parts>
void Put(const Names& names, Sums& sums, Parts& parts) {
  std::vector<v1::LoopSlice> slices;
  for (auto& [number, sum] : sums) {
    if (!sum.any() || names[number].empty()) continue;
    v1::LoopSlice& slice = slices.emplace_back();
    slice.set_name(names[number]);
    *slice.mutable_health() = sum.Put();
  }
  std::sort(slices.begin(), slices.end(),
            [](const v1::LoopSlice& a, const v1::LoopSlice& b) {
              return a.health().opened() != b.health().opened()
                         ? a.health().opened() > b.health().opened()
                         : a.name() < b.name();
            });
  if (slices.size() > kMostLoopSlices) slices.resize(kMostLoopSlices);
  parts.Assign(slices.begin(), slices.end());
}

// Scratch for one insight: people by region.
class ByRegion {
 public:
  ByRegion(const LeaderView& view, absl::Time now)
      : view_(view),
        now_(now),
        of_place_(RegionsOfPlaces(view.model(), regions_)) {}

  bool worth_while() const { return regions_.size() > 2; }  // one is ""

  void Take(const Glance& glance) {
    people_.clear();
    view_.EachCell(glance, [&](const CellFacts& cell) {
      people_[of_place_[cell.place]] += cell.reporters;
    });
    // People are counted where they were heard first.
    const uint64_t least = view_.rules().numbers;
    for (auto& [region, people] : people_) {
      people = std::min<uint64_t>(people, glance.reporters);
      if (people < least) return;
    }
    for (const auto& [region, people] : people_) {
      SumOf(region, now_, sums_).Take(glance, people);
    }
  }
  void Fill(v1::LoopHealth& health) {
    Put(regions_, sums_, *health.mutable_by_region());
  }

 private:
  const LeaderView& view_;
  const absl::Time now_;
  Names regions_;
  const std::vector<uint32_t> of_place_;
  std::map<uint32_t, uint64_t> people_;
  Sums sums_;
};

}  // namespace

void AddSlices(const LeaderView& view, const std::vector<Glance>& all,
               absl::Time now, v1::LoopHealth& health) {
  if (view.slice()) return;
  Names levels;
  const std::vector<uint32_t> level_of =
      FirstLevels(view.model().words.topics, levels);
  Sums by_topic;
  ByRegion by_region(view, now);
  for (const Glance& glance : all) {
    if (!IsIssue(glance) || glance.hidden) continue;
    SumOf(level_of[glance.topic], now, by_topic).Take(glance, glance.reporters);
    if (by_region.worth_while()) by_region.Take(glance);
  }
  Put(levels, by_topic, *health.mutable_by_topic());
  by_region.Fill(health);
}

}  // namespace earshot::feed
