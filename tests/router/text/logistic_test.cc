#include "router/text/logistic.h"

#include <gtest/gtest.h>

#include <cmath>

#include "tests/testing/seeded_random.h"

namespace earshot::router {
namespace {

TEST(Logistic, FindsTheCurveThatTheTrialsWereDrawnFrom) {
  testing::SeededRandom random(9);
  std::vector<Trial> trials;
  for (int i = 0; i < 20000; ++i) {
    const double input = static_cast<double>(random.Below(4000)) / 1000 - 2;
    const double likely = 1 / (1 + std::exp(-(2 * input - 1)));
    trials.push_back(
        {.inputs = {input},
         .so = static_cast<double>(random.Below(1000000)) / 1e6 < likely});
  }
  const v1::Logistic fitted = FitLogistic(trials);
  EXPECT_NEAR(fitted.weights(0), 2, 0.15);
  EXPECT_NEAR(fitted.bias(), -1, 0.15);
}

TEST(Logistic, TrialsThatAllSayTheSameGiveAFiniteAnswer) {
  const v1::Logistic fitted = FitLogistic(std::vector<Trial>{
      {.inputs = {1, 2}, .so = true}, {.inputs = {2, 1}, .so = true}});
  const double likely = Probability(fitted, std::vector<double>{1, 1});
  EXPECT_GT(likely, 0.5);
  EXPECT_LE(likely, 1);
  EXPECT_EQ(Probability(FitLogistic({}), {}), 0.5);
}

}  // namespace
}  // namespace earshot::router
