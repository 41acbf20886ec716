#ifndef EARSHOT_TESTS_DASHBOARD_FEED_PACE_FIXTURE_H_
#define EARSHOT_TESTS_DASHBOARD_FEED_PACE_FIXTURE_H_

#include <gtest/gtest.h>

#include <algorithm>
#include <string>
#include <vector>

#include "dashboard_feed/digest/pace.h"
#include "tests/dashboard_feed/held_model.h"

namespace earshot::feed {

inline constexpr int32_t kToday = 20760;
inline constexpr uint64_t kChronic = 900;

// Four regions of two sites each. Days are told by how long ago they were.
class PaceTest : public ::testing::Test {
 protected:
  PaceTest() {
    for (const char* region : {"north", "east", "south", "west"}) {
      for (const char* number : {"-1", "-2"}) {
        v1::Site& site = *model_.organisation.add_sites();
        site.set_id(std::string(region) + number);
        site.set_region(region);
        sites_.push_back(site.id());
      }
    }
    leader_.set_id("dana");
  }

  v1::Insight& Insight(uint64_t id) {
    const bool fresh = !model_.said.contains(id);
    v1::Insight& insight = model_.Say(id, absl::UnixEpoch());
    if (!fresh) return insight;
    insight.set_topic("checkout");
    for (const std::string& site : sites_) {
      v1::Cell& cell = *insight.add_cells();
      cell.set_site(site);
      cell.set_channel("store");
      cell.set_observations(1);
      cell.set_reporters(id == kChronic ? 1000 : 200);
    }
    return insight;
  }

  // So many people that day at the site, in every quarter.
  void Heard(uint64_t id, const std::string& site, int days_ago,
             uint32_t people, uint32_t observations = 0) {
    Insight(id);
    v1::DayCounts& counts = model_.days[{id, kToday - days_ago}];
    counts.set_insight(id);
    counts.set_day(kToday - days_ago);
    for (uint32_t quarter = 0; quarter < 4; ++quarter) {
      v1::DayCell& cell = *counts.add_cells();
      cell.set_site(site);
      cell.set_channel("store");
      cell.set_quarter(quarter);
      cell.set_reporters(people);
      cell.set_observations(std::max(people, observations));
    }
  }

  // One person, once.
  void HeardOnce(uint64_t id, const std::string& site, int days_ago) {
    Heard(id, site, days_ago, 0);
    v1::DayCounts& counts = model_.days[{id, kToday - days_ago}];
    v1::DayCell& cell = *counts.mutable_cells(counts.cells_size() - 3);
    cell.set_reporters(1);
    cell.set_observations(1);
  }

  // What the scope speaks of all the time.
  void HearOfTheUsual(int days = 35) {
    Insight(kChronic).set_topic("rota");
    for (int ago = 1; ago <= days; ++ago) {
      for (const std::string& site : sites_) Heard(kChronic, site, ago, 1);
    }
  }

  struct Judged {
    Judged(const Model& model, const v1::Leader& leader)
        : facts(model.insights),
          coverage(model, leader),
          pace(model, coverage,
               absl::UnixEpoch() + absl::Hours(24 * kToday) +
                   absl::Minutes(30)) {}
    Lately Of(uint64_t id) const {
      ScopePace::Scratch scratch;
      return pace.Of(*facts.Find(id), scratch);
    }
    ScopePace::Mode mode() const { return pace.mode(); }
    int learned_days() const { return pace.learned_days(); }

    const FactsTable& facts;
    const Coverage coverage;
    const ScopePace pace;
  };

  Judged Pace() { return {model_.Fresh(), leader_}; }

  HeldModel model_;
  v1::Leader leader_;
  std::vector<std::string> sites_;
};

}  // namespace earshot::feed

#endif  // EARSHOT_TESTS_DASHBOARD_FEED_PACE_FIXTURE_H_
