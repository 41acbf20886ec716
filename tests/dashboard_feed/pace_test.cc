#include "dashboard_feed/digest/pace.h"

#include <gtest/gtest.h>

#include <algorithm>

#include "tests/dashboard_feed/pace_fixture.h"

namespace earshot::feed {
namespace {

TEST_F(PaceTest, WhereLittleComesInAllOfItCanBeRead) {
  for (int ago = 1; ago <= 30; ++ago) HeardOnce(1, "north-1", ago);
  const Judged pace = Pace();
  EXPECT_EQ(pace.mode(), ScopePace::Mode::kSmall);
  EXPECT_EQ(pace.Of(1).trend.course, Trend::Course::kSteady);
}

TEST_F(PaceTest, TooShortAHistoryIsStillBeingLearned) {
  HearOfTheUsual(3);
  for (const std::string& site : sites_) Heard(1, site, 1, 20);
  const Judged pace = Pace();
  EXPECT_EQ(pace.mode(), ScopePace::Mode::kLearning);
  EXPECT_EQ(pace.learned_days(), 3);
  EXPECT_EQ(pace.Of(1).trend.course, Trend::Course::kSteady);
}

TEST_F(PaceTest, WhatIsUsualIsInStep) {
  HearOfTheUsual();
  const Judged pace = Pace();
  EXPECT_EQ(pace.mode(), ScopePace::Mode::kJudged);
  EXPECT_EQ(pace.Of(kChronic).trend.course, Trend::Course::kSteady);
}

TEST_F(PaceTest, AnIssueThatManyBeginToSpeakOfIsNew) {
  HearOfTheUsual();
  for (const std::string& site : sites_) HeardOnce(1, site, 1);
  const Lately lately = Pace().Of(1);
  EXPECT_EQ(lately.trend.course, Trend::Course::kNew);
  EXPECT_EQ(lately.people, 8U);
  EXPECT_EQ(lately.sites, 8U);
  EXPECT_EQ(lately.region, "");
}

TEST_F(PaceTest, OneLoudPersonAtOneSiteIsNeverOutOfStep) {
  for (int days = 1; days <= 14; ++days) {
    SCOPED_TRACE(days);
    model_.days.clear();
    model_.days.clear();
    HearOfTheUsual();
    Insight(1).clear_cells();
    v1::Cell& cell = *Insight(1).add_cells();
    cell.set_site("north-1");
    cell.set_reporters(1);
    for (int ago = 1; ago <= days; ++ago) {
      HeardOnce(1, "north-1", ago);
      Heard(1, "north-1", ago, 0, 40);
    }
    const Lately lately = Pace().Of(1);
    EXPECT_EQ(lately.trend.course, Trend::Course::kSteady);
  }
}

TEST_F(PaceTest, ARiseInOneOfFourRegionsIsFoundThoughTheSumHardlyMoves) {
  HearOfTheUsual();
  for (int ago = 1; ago <= 35; ++ago) {
    for (const std::string& site : sites_) {
      Heard(1, site, ago, ago <= 7 && site == "north-1" ? 4 : 1);
    }
  }
  const Lately lately = Pace().Of(1);
  EXPECT_EQ(lately.trend.course, Trend::Course::kRising);
  EXPECT_EQ(lately.region, "north");
  EXPECT_EQ(lately.sites, 2U);
}

TEST_F(PaceTest, WhatRisesElsewhereIsNoNewsToTheLeaderOfAnotherRegion) {
  HearOfTheUsual();
  for (int ago = 1; ago <= 2; ++ago) {
    Heard(1, "north-1", ago, 4);
    HeardOnce(1, "south-1", ago);
  }
  leader_.mutable_scope()->add_regions("south");
  HeardOnce(2, "south-1", 1);
  for (int ago = 1; ago <= 35; ++ago) Heard(3, "south-1", ago, 3);
  const Judged pace = Pace();
  ASSERT_EQ(pace.mode(), ScopePace::Mode::kJudged);
  EXPECT_EQ(pace.Of(1).trend.course, Trend::Course::kSteady);
}

TEST_F(PaceTest, ReportsOfSeverityFiveAreCountedForThreeDays) {
  HearOfTheUsual();
  for (const int ago : {1, 2, 9}) {
    HeardOnce(1, "north-1", ago);
    v1::DayCounts& counts = model_.days[{1, kToday - ago}];
    counts.mutable_cells(1)->set_severe(1);
  }
  EXPECT_EQ(Pace().Of(1).severe, 2U);
}

// Six issues, of which one person each speaks.
class FewOfEachTest : public PaceTest {
 protected:
  static constexpr uint64_t kIssues = 6;

  FewOfEachTest() {
    HearOfTheUsual();
    for (uint64_t id = 1; id <= kIssues; ++id) {
      HeardOnce(id, sites_[id], 1 + static_cast<int>(id % 2));
      // Of topics that are told apart, so that none of them adds up.
      Insight(id).set_topic("topic-" + std::to_string(id));
      // So that none of them adds up as something said for the first time.
      for (v1::Cell& cell : *Insight(id).mutable_cells()) {
        cell.set_reporters(0);
      }
    }
  }
};

TEST_F(FewOfEachTest, AloneNoneOfThemIsOutOfStep) {
  const Judged pace = Pace();
  for (uint64_t id = 1; id <= kIssues; ++id) {
    EXPECT_EQ(pace.Of(id).trend.course, Trend::Course::kSteady) << id;
  }
}

TEST_F(FewOfEachTest, ThoseThatShareASuddenlyUsedMarkAddUp) {
  for (uint64_t id = 1; id <= kIssues; ++id) Insight(id).add_marks(77);
  const Judged pace = Pace();
  for (uint64_t id = 1; id <= kIssues; ++id) {
    const Lately lately = pace.Of(id);
    EXPECT_EQ(lately.trend.course, Trend::Course::kNew) << id;
    EXPECT_EQ(lately.people, kIssues) << id;
    EXPECT_EQ(lately.sites, kIssues) << id;
    EXPECT_EQ(lately.akin.size(), kIssues) << id;
  }
}

TEST_F(FewOfEachTest, AMarkThatIsAlwaysInUseAddsUpToNothing) {
  for (uint64_t id = 1; id <= kIssues; ++id) Insight(id).add_marks(77);
  Insight(kChronic).add_marks(77);
  const Judged pace = Pace();
  for (uint64_t id = 1; id <= kIssues; ++id) {
    EXPECT_EQ(pace.Of(id).trend.course, Trend::Course::kSteady) << id;
  }
}

TEST_F(FewOfEachTest, AMarkOfOneSiteAddsUpToNothing) {
  model_.days.clear();
  HearOfTheUsual();
  for (uint64_t id = 1; id <= kIssues; ++id) {
    HeardOnce(id, "north-1", 1 + static_cast<int>(id % 2));
    Insight(id).add_marks(77);
  }
  EXPECT_EQ(Pace().Of(1).trend.course, Trend::Course::kSteady);
}

TEST_F(FewOfEachTest, ThoseThatAreLikelyTheSameIssueAddUp) {
  for (uint64_t id = 2; id <= kIssues; ++id) {
    v1::SuggestedInsight& suggested = *Insight(id).add_suggested();
    suggested.set_insight(1);
    suggested.set_score_milli(700);
  }
  const Lately lately = Pace().Of(1);
  EXPECT_EQ(lately.trend.course, Trend::Course::kNew);
  EXPECT_EQ(lately.people, kIssues);
  EXPECT_EQ(lately.akin.size(), kIssues - 1);
}

TEST_F(FewOfEachTest, WhoIsLikeABigStoryIsNotItsNews) {
  for (const std::string& site : sites_) HeardOnce(1, site, 1);
  v1::SuggestedInsight& suggested = *Insight(2).add_suggested();
  suggested.set_insight(1);
  suggested.set_score_milli(700);
  EXPECT_EQ(Pace().Of(1).trend.course, Trend::Course::kNew);
  EXPECT_EQ(Pace().Of(2).trend.course, Trend::Course::kSteady);
}

TEST_F(FewOfEachTest, ThoseThatAreHardlyAlikeDoNotAddUp) {
  for (uint64_t id = 2; id <= kIssues; ++id) {
    v1::SuggestedInsight& suggested = *Insight(id).add_suggested();
    suggested.set_insight(1);
    suggested.set_score_milli(500);
  }
  EXPECT_EQ(Pace().Of(1).trend.course, Trend::Course::kSteady);
}

TEST_F(FewOfEachTest, ATopicThatIsOutOfStepNeedsLessOfEachNewIssue) {
  for (uint64_t id = 1; id <= kIssues; ++id) {
    Insight(id).set_topic("tills");
  }
  // Three people: too few of their own.
  HeardOnce(1, "south-2", 1);
  HeardOnce(1, "west-1", 2);
  EXPECT_EQ(Pace().Of(1).trend.course, Trend::Course::kNew);
  for (uint64_t id = 1; id <= kIssues; ++id) {
    Insight(id).set_topic("topic-" + std::to_string(id));
  }
  EXPECT_EQ(Pace().Of(1).trend.course, Trend::Course::kSteady);
}

TEST_F(PaceTest, WhatWasSaidBeforeInOtherWordsIsNotNewByItself) {
  HearOfTheUsual();
  for (const std::string& site : sites_) Heard(1, site, 1, 5);
  EXPECT_EQ(Pace().Of(1).trend.course, Trend::Course::kNew);
  Insight(1).set_familiar_milli(800);
  EXPECT_EQ(Pace().Of(1).trend.course, Trend::Course::kSteady);
}

// One person each, in the last two days, in words of their own.
class FirstSaidTest : public PaceTest {
 protected:
  static constexpr uint64_t kSayings = 5;

  explicit FirstSaidTest(int days = 35) {
    HearOfTheUsual(days);
    for (uint64_t id = 1; id <= kSayings; ++id) {
      HeardOnce(id, sites_[id], 1 + static_cast<int>(id % 2));
      v1::Insight& insight = Insight(id);
      insight.set_topic("topic-" + std::to_string(id));
      insight.clear_cells();
      v1::Cell& cell = *insight.add_cells();
      cell.set_site(sites_[id]);
      cell.set_channel("store");
      cell.set_observations(1);
      cell.set_reporters(1);
      insight.set_reporters(1);
      insight.set_familiar_milli(200);
      // With each of the others it has a word in common that no third has.
      for (uint64_t other = 1; other <= kSayings; ++other) {
        if (other == id) continue;
        insight.add_marks(static_cast<uint32_t>(100 * std::min(id, other) +
                                                std::max(id, other)));
      }
    }
  }
};

TEST_F(FirstSaidTest, WhatManySayInWordsOfTheirOwnAddsUp) {
  const Judged pace = Pace();
  for (uint64_t id = 1; id <= kSayings; ++id) {
    const Lately lately = pace.Of(id);
    EXPECT_EQ(lately.trend.course, Trend::Course::kNew) << id;
    EXPECT_EQ(lately.people, kSayings) << id;
    EXPECT_EQ(lately.akin.size(), kSayings - 1) << id;
  }
}

TEST_F(FirstSaidTest, WhatWasSaidBeforeAddsUpToNothing) {
  for (uint64_t id = 1; id <= kSayings; ++id) {
    Insight(id).set_familiar_milli(700);
  }
  EXPECT_EQ(Pace().Of(1).trend.course, Trend::Course::kSteady);
}

TEST_F(FirstSaidTest, WhatHasNothingInCommonAddsUpToNothing) {
  for (uint64_t id = 1; id <= kSayings; ++id) {
    for (uint32_t& mark : *Insight(id).mutable_marks()) {
      mark += static_cast<uint32_t>(1000 * id);
    }
  }
  EXPECT_EQ(Pace().Of(1).trend.course, Trend::Course::kSteady);
}

TEST_F(FirstSaidTest, WhatOneSiteSaysAddsUpToNothing) {
  model_.days.clear();
  HearOfTheUsual();
  for (uint64_t id = 1; id <= kSayings; ++id) HeardOnce(id, "north-1", 1);
  EXPECT_EQ(Pace().Of(1).trend.course, Trend::Course::kSteady);
}

TEST_F(FirstSaidTest, WhatIsOlderThanAWeekIsNotNew) {
  for (uint64_t id = 1; id <= kSayings; ++id) HeardOnce(id, sites_[id], 9);
  EXPECT_EQ(Pace().Of(1).trend.course, Trend::Course::kSteady);
}

TEST_F(FirstSaidTest, OneWhoSaysItInManyWaysIsOne) {
  // All but one by somebody at the same site.
  for (uint64_t id = 2; id <= kSayings; ++id) {
    Insight(id).mutable_cells(0)->set_site("north-1");
  }
  EXPECT_EQ(Pace().Of(1).trend.course, Trend::Course::kSteady);
}

class FirstSaidEarlyTest : public FirstSaidTest {
 protected:
  FirstSaidEarlyTest() : FirstSaidTest(10) {}
};

TEST_F(FirstSaidEarlyTest, WhereHardlyAnythingWasSaidYetNothingIsNews) {
  const Judged pace = Pace();
  ASSERT_EQ(pace.mode(), ScopePace::Mode::kJudged);
  EXPECT_EQ(pace.Of(1).trend.course, Trend::Course::kSteady);
}

}  // namespace
}  // namespace earshot::feed
