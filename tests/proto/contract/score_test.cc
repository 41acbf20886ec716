#include "proto/contract/score.h"

#include <gtest/gtest.h>

#include <random>

namespace earshot::contract {
namespace {

struct Evidence {
  uint32_t severity = 1;
  uint64_t people = 1;
  uint64_t sites = 1;
  uint64_t observations = 1;
  uint64_t negative = 0;
  uint64_t units = 0;
  bool open = false;
  v1::State state = v1::HEARD;
  uint32_t regressions = 0;
  int64_t overdue = -1;
};

int64_t Total(const Evidence& e, const v1::PriorityWeights& weights = {}) {
  Score score(weights);
  score.Severity(e.severity);
  score.Breadth(e.people, e.sites, "");
  score.Volume(e.observations);
  score.Sentiment(e.negative);
  score.Cost(e.units);
  score.Safety(e.open);
  score.Recurrence(e.state, e.regressions);
  score.Age(e.overdue);
  v1::Insight insight;
  score.Fill(insight);
  return insight.priority_milli();
}

TEST(Score, MoreEvidenceNeverRanksLower) {
  const auto seed = std::random_device{}();
  SCOPED_TRACE(testing::Message() << "seed " << seed);
  std::mt19937_64 random(seed);
  for (int round = 0; round < 20000; ++round) {
    Evidence less;
    const auto some = [&] { return random() >> (random() % 62 + 1); };
    less.severity = static_cast<uint32_t>(random() % 5 + 1);
    less.people = some();
    less.sites = some();
    less.observations = some();
    less.negative = some();
    less.units = some();
    less.overdue = static_cast<int64_t>(random() % 400);
    Evidence more = less;
    switch (random() % 6) {
      case 0:
        ++more.people;
        break;
      case 1:
        ++more.sites;
        break;
      case 2:
        more.observations += random() % 1000;
        break;
      case 3:
        ++more.negative;
        break;
      case 4:
        more.units += random() % 1000;
        break;
      default:
        ++more.overdue;
    }
    ASSERT_GE(Total(more), Total(less)) << "round " << round;
  }
}

TEST(Score, OneLoudPersonNeverOutranksFortyStores) {
  Evidence loud;
  loud.severity = 5;
  loud.observations = 1'000'000;
  loud.negative = 1'000'000;
  loud.units = 1'000'000'000;
  loud.open = true;
  loud.state = v1::REOPENED;
  loud.regressions = 1;
  loud.overdue = 10'000;
  Evidence stores;
  stores.people = 40;
  stores.sites = 40;
  stores.observations = 40;
  EXPECT_LT(Total(loud), Total(stores));
}

TEST(Score, NoPartGrowsWithoutBound) {
  Evidence all;
  all.people = all.sites = all.observations = UINT64_MAX;
  all.negative = all.units = UINT64_MAX - 1;
  all.overdue = INT64_MAX;
  all.regressions = UINT32_MAX;
  EXPECT_LT(Total(all), 30'000);
}

TEST(Score, WeightsAreTheOrganisations) {
  v1::PriorityWeights weights;
  weights.set_people(1400);
  Evidence many;
  many.people = 16;
  EXPECT_EQ(Total(many, weights) - Total(many), 4 * 700);
}

}  // namespace
}  // namespace earshot::contract
