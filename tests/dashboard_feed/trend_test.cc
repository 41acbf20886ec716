#include "dashboard_feed/trend/trend.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <random>
#include <vector>

namespace earshot::feed {
namespace {

constexpr int64_t kBegan = 80000;
constexpr int kWeeks = 6;

// People of an insight by quarter, day by day as drawn.
class Drawn {
 public:
  explicit Drawn(uint64_t seed) : random_(seed) { series_.first = kBegan; }

  // So many quarters with people at this mean.
  Drawn& Add(int quarters, double mean) {
    for (int i = 0; i < quarters; ++i) series_.people.push_back(Poisson(mean));
    return *this;
  }
  Trend Judge() const {
    const int64_t now = kBegan + static_cast<int64_t>(series_.people.size());
    return JudgeTrend(series_, WeekProfile(), kBegan, now, TrendRules());
  }

 private:
  // Knuth's, so that a seed means the same with every standard library.
  uint32_t Poisson(double mean) {
    double left = std::exp(-mean);
    uint32_t count = 0;
    for (double product = Uniform(); product > left; product *= Uniform()) {
      ++count;
    }
    return count;
  }
  double Uniform() {
    return (static_cast<double>(random_() >> 11) + 0.5) / 9007199254740992.0;
  }

  std::mt19937_64 random_;
  Series series_;
};

// Every quarter has as many people as it says.
Trend JudgeEach(const std::vector<uint32_t>& people) {
  return JudgeTrend({kBegan, people}, WeekProfile(), kBegan,
                    kBegan + static_cast<int64_t>(people.size()), TrendRules());
}

std::vector<uint32_t> Quiet(size_t quarters) {
  return std::vector<uint32_t>(quarters, 0);
}

TEST(TrendTest, ASteadyIssueIsNeverCalledRising) {
  for (const double mean : {0.2, 1.0, 3.0}) {
    for (uint64_t seed = 1; seed <= 300; ++seed) {
      const Trend trend = Drawn(seed).Add(28 * kWeeks, mean).Judge();
      EXPECT_EQ(trend.course, Trend::Course::kSteady)
          << "seed " << seed << ", mean " << mean << ", " << trend.people
          << " people in " << trend.hours << " hours, expected "
          << trend.expected;
    }
  }
}

// Of fewer people the same says less: 12 a day have to be two and a half times
// as many, whatever chance does.
TEST(TrendTest, TwiceAsManyOverAWeekIsRising) {
  for (uint64_t seed = 1; seed <= 300; ++seed) {
    EXPECT_EQ(Drawn(seed).Add(28 * 5, 10).Add(28, 20).Judge().course,
              Trend::Course::kRising)
        << "seed " << seed;
    EXPECT_EQ(Drawn(seed).Add(28 * 5, 3).Add(28, 7.5).Judge().course,
              Trend::Course::kRising)
        << "seed " << seed;
  }
  auto people = std::vector<uint32_t>(size_t{28} * 5, 2);
  people.insert(people.end(), 28, 4);
  EXPECT_EQ(JudgeEach(people).course, Trend::Course::kRising);
}

TEST(TrendTest, SixPeopleInTwoDaysOfAnIssueNeverHeardOfAreNew) {
  auto people = Quiet(28 * kWeeks);
  for (size_t back = 1; back <= 6; ++back) people[people.size() - back] = 1;
  const Trend trend = JudgeEach(people);
  EXPECT_EQ(trend.course, Trend::Course::kNew);
  EXPECT_EQ(trend.people, 6U);
  EXPECT_GE(trend.surprise, TrendRules().surprise);
}

TEST(TrendTest, FewerThanTheFewestAreNeverNews) {
  auto people = Quiet(28 * kWeeks);
  people.back() = TrendRules().fewest - 1;
  EXPECT_EQ(JudgeEach(people).course, Trend::Course::kSteady);
}

TEST(TrendTest, NothingIsCalledWhileItIsNotKnownWhatIsUsual) {
  EXPECT_EQ(JudgeEach({0, 0, 0, 0, 9, 9, 9, 9}).course, Trend::Course::kSteady);
}

TEST(TrendTest, AnOutbreakThatIsOverIsNotCalled) {
  auto people = Quiet(28 * kWeeks);
  const size_t week = people.size() - 28;
  for (size_t i = week + 4; i < week + 12; ++i) people[i] = 6;
  EXPECT_EQ(JudgeEach(people).course, Trend::Course::kSteady);
}

TEST(TrendTest, AnOutbreakIsNotWhatIsUsualWhenTheNextOneComes) {
  auto people = Quiet(28 * kWeeks);
  for (size_t i = 40; i < 52; ++i) people[i] = 8;
  for (size_t back = 1; back <= 8; ++back) people[people.size() - back] = 4;
  EXPECT_NE(JudgeEach(people).course, Trend::Course::kSteady);
}

TEST(TrendTest, WhatCameEverySaturdayIsNoNewsOnTheNext) {
  std::vector<uint32_t> people;
  for (int week = 0; week < kWeeks; ++week) {
    for (int day = 0; day < 7; ++day) {
      for (int i = 0; i < 4; ++i) people.push_back(day == 6 ? 5 : 0);
    }
  }
  EXPECT_EQ(JudgeEach(people).course, Trend::Course::kSteady);
  // Had it not, it would be.
  auto quiet = Quiet(people.size());
  std::fill(quiet.end() - 4, quiet.end(), 5);
  EXPECT_EQ(JudgeEach(quiet).course, Trend::Course::kNew);
}

TEST(TrendTest, MorePeopleNeverLowerTheSurprise) {
  auto people = std::vector<uint32_t>(28 * kWeeks, 1);
  double last = 0;
  for (uint32_t more = 0; more < 60; ++more) {
    people[people.size() - 2] = 1 + more;
    const double surprise = JudgeEach(people).surprise;
    EXPECT_GE(surprise, last) << more << " more";
    last = surprise;
  }
  EXPECT_GT(last, 0);
}

TEST(TrendTest, AScopeThatReportsMoreOnSaturdaysExpectsMoreOfThem) {
  std::vector<uint64_t> counts(static_cast<size_t>(28 * kWeeks));
  for (size_t i = 0; i < counts.size(); ++i) {
    counts[i] = i % 28 >= 24 ? 300 : 100;
  }
  const WeekProfile profile(kBegan, counts);
  double mean = 0;
  for (int i = 0; i < 28; ++i) mean += profile.Share(kBegan + i) / 28;
  EXPECT_NEAR(mean, 1, 0.02);
  EXPECT_GT(profile.Share(kBegan + 24), 2 * profile.Share(kBegan + 1));
  EXPECT_EQ(profile.Share(kBegan + 24), profile.Share(kBegan + 24 - 280));
}

TEST(TrendTest, AScopeOfLittleDataHasAFlatWeek) {
  EXPECT_EQ(WeekProfile(kBegan, {9, 0, 0}).Share(kBegan), 1);
  std::vector<uint64_t> counts(56, 0);
  counts[0] = 1;
  EXPECT_NEAR(WeekProfile(kBegan, counts).Share(kBegan), 1, 0.1);
}

// P(X >= count) as one minus the sum of all below.
double DirectTail(uint32_t count, double mean, double size) {
  double below = 0;
  for (uint32_t k = 0; k < count; ++k) {
    below +=
        std::exp(std::lgamma(k + size) - std::lgamma(size) -
                 std::lgamma(k + 1.0) + k * std::log(mean / (mean + size)) +
                 size * std::log(size / (mean + size)));
  }
  return 1 - below;
}

TEST(LogTailTest, EqualsADirectSumForSmallNumbers) {
  for (const double mean : {0.1, 0.5, 2.0, 7.5}) {
    for (const double size : {0.3, 1.0, 4.0, 25.0}) {
      for (uint32_t count = 0; count <= 12; ++count) {
        const double direct = DirectTail(count, mean, size);
        if (direct < 1e-7) continue;  // lost in rounding
        EXPECT_NEAR(LogTail(count, mean, size), std::log10(direct), 1e-4)
            << count << " of " << mean << ", size " << size;
      }
    }
  }
}

TEST(LogTailTest, NeverRisesWithTheCountNorAboveCertainty) {
  double last = 0;
  for (uint32_t count = 0; count < 500; ++count) {
    const double tail = LogTail(count, 20, 3);
    EXPECT_LE(tail, last) << count;
    last = tail;
  }
}

}  // namespace
}  // namespace earshot::feed
