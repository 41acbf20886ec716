#include "dashboard_feed/channels/retry.h"

#include <gtest/gtest.h>

#include "tests/testing/seeded_random.h"

namespace earshot::feed {
namespace {

const absl::Time kNow = absl::FromUnixSeconds(1'800'000'000);

Attempt Of(Attempt::Result result) {
  Attempt attempt;
  attempt.result = result;
  attempt.reason = "http 503";
  return attempt;
}

TEST(RetryTest, WhatWasDeliveredOrRefusedIsNotTriedAgain) {
  const absl::Time until = kNow + absl::Hours(1);
  EXPECT_EQ(
      AfterAttempt(Of(Attempt::Result::kDelivered), 1, until, kNow, 7).step,
      Next::Step::kDone);
  EXPECT_EQ(AfterAttempt(Of(Attempt::Result::kRefused), 1, until, kNow, 7).step,
            Next::Step::kPark);
}

TEST(RetryTest, WaitsGrowAreJitteredAndEndInTime) {
  constexpr uint64_t kSeed = 20261124;
  SCOPED_TRACE(kSeed);
  testing::SeededRandom random(kSeed);
  for (int round = 0; round < 200; ++round) {
    const absl::Time until =
        kNow + absl::Seconds(static_cast<int64_t>(random.Below(20'000)));
    absl::Time now = kNow;
    uint32_t attempts = 0;
    while (true) {
      ++attempts;
      ASSERT_LT(attempts, 200u) << "it never ends";
      const Next next = AfterAttempt(Of(Attempt::Result::kTryAgain), attempts,
                                     until, now, random.NonZero());
      if (next.step == Next::Step::kPark) break;
      ASSERT_EQ(next.step, Next::Step::kAgain);
      ASSERT_GT(next.at, now);
      ASSERT_LE(next.at, until);
      ASSERT_LE(next.at - now, kLongestWait);
      if (next.at < until) {
        ASSERT_GE(next.at - now, kFirstWait / 2);
      }
      now = next.at;
    }
    EXPECT_GE(now, until) << "the last attempt is at the end";
  }
}

TEST(RetryTest, TwoThatFailedTogetherComeBackApart) {
  const Attempt attempt = Of(Attempt::Result::kTryAgain);
  const absl::Time until = kNow + absl::Hours(1);
  EXPECT_NE(AfterAttempt(attempt, 3, until, kNow, 1).at,
            AfterAttempt(attempt, 3, until, kNow, 9000).at);
}

TEST(RetryTest, NothingComesSoonerThanTheReceiverAsked) {
  Attempt attempt = Of(Attempt::Result::kTryAgain);
  attempt.wait = absl::Minutes(20);
  const Next next = AfterAttempt(attempt, 1, kNow + absl::Hours(1), kNow, 7);
  EXPECT_EQ(next.step, Next::Step::kAgain);
  EXPECT_GE(next.at, kNow + absl::Minutes(20));
  const Next late = AfterAttempt(attempt, 1, kNow + absl::Minutes(10), kNow, 7);
  EXPECT_EQ(late.step, Next::Step::kPark);
  EXPECT_NE(late.why.find("wait too long"), std::string::npos);
}

}  // namespace
}  // namespace earshot::feed
