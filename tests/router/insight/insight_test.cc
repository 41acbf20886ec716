#include "router/insight/insight.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <random>
#include <string>
#include <vector>

#include "absl/time/civil_time.h"
#include "proto/contract/times.h"

namespace earshot::router {
namespace {

constexpr absl::CivilDay kFirst(2026, 1, 1);

Evidence Said(int day, uint32_t severity, const std::string& sentiment,
              const std::string& text = "text") {
  Evidence evidence;
  v1::ObservationRecord& record = evidence.observation;
  static int number = 0;
  record.set_observation("observation-" + std::to_string(++number));
  record.set_site("store-1");
  record.set_severity(severity);
  record.set_quote(true);
  const absl::Time at =
      absl::FromCivil(kFirst + day, absl::UTCTimeZone()) + absl::Hours(9);
  *record.mutable_observed_at() = contract::ToStamp(at);
  *record.mutable_received_at() = contract::ToStamp(at);
  evidence.text = text;
  evidence.reading.set_sentiment(sentiment);
  return evidence;
}

bool Quotes(const v1::Insight& insight, const Evidence& evidence) {
  const auto& all = insight.verbatims();
  return std::any_of(all.begin(), all.end(), [&](const auto& verbatim) {
    return verbatim.observation() == evidence.observation.observation();
  });
}

TEST(Insight, TheFirstVerbatimTheSevereOnesAndTheLatestDissentStay) {
  const uint64_t seed = std::random_device()();
  SCOPED_TRACE(seed);
  std::mt19937_64 random(seed);
  const Evidence first = Said(0, 1, "negative");
  v1::Insight insight = OpenInsight(1, first);
  AddEvidence(insight, first);
  for (int i = 0; i < 10; ++i) AddEvidence(insight, Said(0, 1, "negative"));
  const Evidence dissent = Said(1, 1, "positive");
  AddEvidence(insight, dissent);
  const Evidence severe = Said(1, 5, "negative");
  AddEvidence(insight, severe);
  for (int i = 0; i < 200; ++i) {
    const Evidence latest =
        Said(2, 1 + static_cast<uint32_t>(random() % 4), "negative");
    AddEvidence(insight, latest);
    ASSERT_LE(insight.verbatims_size(), kMostVerbatims);
    ASSERT_TRUE(Quotes(insight, first));
    ASSERT_TRUE(Quotes(insight, dissent));
    ASSERT_TRUE(Quotes(insight, severe));
    ASSERT_TRUE(Quotes(insight, latest));
  }
  const Evidence later = Said(3, 1, "positive");
  AddEvidence(insight, later);
  AddEvidence(insight, Said(3, 2, "negative"));
  EXPECT_TRUE(Quotes(insight, later)) << "the latest that dissents";
}

TEST(Insight, WeeksAndMonthsCountEveryObservationOnce) {
  const uint64_t seed = std::random_device()();
  SCOPED_TRACE(seed);
  std::mt19937_64 random(seed);
  std::vector<Evidence> all;
  v1::Insight insight = OpenInsight(1, Said(0, 1, ""));
  const auto check = [&] {
    for (const auto* spans : {&insight.weeks(), &insight.months()}) {
      uint64_t sum = 0;
      int32_t before = -1;
      for (const v1::SpanCount& span : *spans) {
        sum += span.observations();
        ASSERT_GT(span.first_day(), before);
        before = span.first_day();
      }
      ASSERT_EQ(sum, all.size());
    }
  };
  for (int i = 0; i < 300; ++i) {  // in any order, within 20 weeks
    all.push_back(Said(static_cast<int>(random() % 140),
                       1 + static_cast<uint32_t>(random() % 5), ""));
    AddEvidence(insight, all.back());
    check();
  }
  while (!all.empty()) {
    std::swap(all[random() % all.size()], all.back());
    RemoveEvidence(insight, all.back(), false);
    all.pop_back();
    check();
  }
}

TEST(Insight, AWeekBeginsOnMondayAndAMonthOnItsFirst) {
  v1::Insight insight = OpenInsight(1, Said(0, 1, ""));
  for (int day = 0; day < 60; ++day) AddEvidence(insight, Said(day, 1, ""));
  constexpr absl::CivilDay kEpoch(1970, 1, 1);
  ASSERT_EQ(insight.months_size(), 3);
  EXPECT_EQ(kEpoch + insight.months(1).first_day(), absl::CivilDay(2026, 2, 1));
  EXPECT_EQ(insight.months(1).observations(), 28U);
  for (const v1::SpanCount& week : insight.weeks()) {
    EXPECT_EQ(absl::GetWeekday(kEpoch + week.first_day()),
              absl::Weekday::monday);
  }
}

TEST(Insight, OldWeeksAndMonthsGoAndNothingGrowsWithoutBound) {
  v1::Insight insight = OpenInsight(1, Said(0, 1, ""));
  for (int day = 0; day < 4000; ++day) AddEvidence(insight, Said(day, 1, ""));
  EXPECT_EQ(insight.weeks_size(), kMostWeeks);
  EXPECT_EQ(insight.months_size(), kMostMonths);
  const v1::SpanCount oldest = insight.months(0);
  AddEvidence(insight, Said(0, 1, ""));  // of what is forgotten
  RemoveEvidence(insight, Said(1, 1, ""), false);
  EXPECT_EQ(insight.months(0).first_day(), oldest.first_day());
  EXPECT_EQ(insight.months(0).observations(), oldest.observations());
}

}  // namespace
}  // namespace earshot::router
