#include "router/text/measure.h"

#include <gtest/gtest.h>

namespace earshot::router {
namespace {

TEST(Measure, CountsByHand) {
  const std::vector<Judged> judged{
      {.label = 0, .said = 0, .confidence = 0.9, .in_scope = 0.9},
      {.label = 0, .said = 1, .confidence = 0.4, .in_scope = 0.8},
      {.label = 1,
       .said = 1,
       .confidence = 0.8,
       .in_scope = 0.2,
       .rejected = true},
      {.label = 1, .said = 1, .confidence = 0.7, .in_scope = 0.7},
      {.out_of_scope = true, .said = 1, .in_scope = 0.1, .rejected = true},
      {.out_of_scope = true, .said = 0, .in_scope = 0.75}};
  const Measures m = Measure(judged, 3);
  EXPECT_EQ(m.texts, 4U);
  EXPECT_DOUBLE_EQ(m.accuracy, 0.75);
  // F1 of label 0: 2/3; of 1: 4/5; label 2 does not occur.
  EXPECT_NEAR(m.macro_f1, (2.0 / 3 + 0.8) / 2, 1e-12);
  ASSERT_EQ(m.confusions.size(), 1U);
  EXPECT_EQ(m.confusions[0].label, 0U);
  EXPECT_EQ(m.confusions[0].said, 1U);
  EXPECT_DOUBLE_EQ(m.rejection.recall, 0.5);
  EXPECT_DOUBLE_EQ(m.rejection.in_scope_accuracy, 0.5);
  // Of eight pairs, the in-scope text is the higher in 4 + 2.
  EXPECT_DOUBLE_EQ(m.rejection.area, 6.0 / 8);
  EXPECT_NEAR(m.calibration_error, (0.1 + 0.4 + 0.2 + 0.3) / 4, 1e-12);
  EXPECT_DOUBLE_EQ(m.coverage.front().accuracy, 0.75);
  EXPECT_DOUBLE_EQ(m.coverage.back().accuracy, 1);
}

TEST(Measure, NothingJudgedIsZeroNotNaN) {
  const Measures m = Measure({}, 2);
  EXPECT_EQ(m.accuracy, 0);
  EXPECT_EQ(m.calibration_error, 0);
}

}  // namespace
}  // namespace earshot::router
