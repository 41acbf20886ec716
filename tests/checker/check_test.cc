#include <gmock/gmock.h>

#include "tests/checker/check_fixture.h"

namespace earshot::checker {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

TEST_F(CheckTest, NothingIsWrongWithNothing) {
  EXPECT_THAT(Found(), IsEmpty());
}

TEST_F(CheckTest, OkAndNotStoredIsLost) {
  Report("pc1", "a");
  EXPECT_THAT(Found(), ElementsAre("lost pc1 a"));
}

TEST_F(CheckTest, OnlyWhatWasOkCanBeLost) {
  Report("pc1", "refused", Outcome::kRefused);
  Report("pc1", "unknown", Outcome::kUnknown);
  Report("pc1", "open", Outcome::kInvoked);
  Whole("pc1", "ok", 1, 1);
  EXPECT_THAT(Found(), IsEmpty());
}

TEST_F(CheckTest, StoredAndNeverReportedIsInvented) {
  Stored("a", 1);
  Counted("a", 1);
  EXPECT_THAT(Found(), ElementsAre("invented  a"));
}

TEST_F(CheckTest, StoredAndRefusedIsInvented) {
  Report("pc1", "a", Outcome::kRefused);
  Report("pc1", "a", Outcome::kRefused);
  Stored("a", 1);
  Counted("a", 1);
  EXPECT_THAT(Found(), ElementsAre("invented pc1 a"));
}

TEST_F(CheckTest, WhatMayHaveBeenTakenMayBeStored) {
  Report("pc1", "unknown", Outcome::kUnknown);
  Report("pc1", "open", Outcome::kInvoked);
  Report("pc1", "once", Outcome::kRefused);
  Report("pc1", "once", Outcome::kUnknown);
  uint64_t position = 0;
  for (const char* id : {"unknown", "open", "once"}) {
    Stored(id, ++position);
    Counted(id, 1);
  }
  EXPECT_THAT(Found(), IsEmpty());
}

TEST_F(CheckTest, StoredAndInNoInsightIsNotCounted) {
  Report("pc1", "a");
  Stored("a", 1);
  EXPECT_THAT(Found(), ElementsAre("not_counted pc1 a"));
}

TEST_F(CheckTest, RepeatAloneIsInAnInsight) {
  Report("pc1", "a");
  Stored("a", 1);
  Counted("a", 1, /*repeat=*/true);
  EXPECT_THAT(Found(), IsEmpty());
}

TEST_F(CheckTest, TwoCountsOrTwoInsightsAreTwice) {
  Whole("pc1", "a", 1, 1);
  Counted("a", 1);
  Counted("a", 1);
  Whole("pc1", "b", 2, 1);
  Counted("b", 2, /*repeat=*/true);
  EXPECT_THAT(Found(),
              ElementsAre("counted_twice pc1 a", "counted_twice pc1 b"));
}

TEST_F(CheckTest, SameIdStoredAgainAndShownAsARepeatCountsOnce) {
  Whole("pc1", "a", 1, 1);
  Report("pc1", "a");
  Stored("a", 2);
  Counted("a", 1, /*repeat=*/true);
  EXPECT_THAT(Found(), IsEmpty());
}

TEST_F(CheckTest, TotalOtherThanWhatIsCountedIsWrong) {
  Whole("pc1", "a", 1, 1);
  Whole("pc1", "b", 2, 1);
  Counted("b", 1, /*repeat=*/true);
  Total("feed", 1, 2);
  EXPECT_THAT(Found(), IsEmpty());
  Total("feed", 1, 3);
  Total("feed", 9, 1);
  EXPECT_THAT(Found(), ElementsAre("wrong_total feed 1", "wrong_total feed 9"));
}

TEST_F(CheckTest, LaterReportStoredEarlierIsOutOfOrder) {
  Whole("pc1", "a", 3, 1);
  Whole("pc1", "b", 2, 1);
  EXPECT_THAT(Found(), ElementsAre("out_of_order pc1 b"));
}

TEST_F(CheckTest, OrderIsOfOneAgentAndOneLane) {
  Whole("pc1", "a", 3, 1);
  Whole("pc2", "b", 2, 1);
  Report("pc1", "urgent", Outcome::kOk, 0);
  Stored("urgent", 1);
  Counted("urgent", 1);
  EXPECT_THAT(Found(), IsEmpty());
}

TEST_F(CheckTest, OrderIsOfTheFirstPlaceInTheLog) {
  Whole("pc1", "a", 1, 1);
  Whole("pc1", "b", 2, 1);
  Stored("a", 3);
  Counted("a", 1, /*repeat=*/true);
  EXPECT_THAT(Found(), IsEmpty());
}

TEST_F(CheckTest, WhatMayHaveBeenTakenEarlierIsNotOutOfOrder) {
  Report("pc1", "a", Outcome::kUnknown);
  Whole("pc1", "b", 2, 1);
  Whole("pc1", "a", 1, 1);
  EXPECT_THAT(Found(), IsEmpty());
}

TEST_F(CheckTest, RefusedAndTakenLaterHasItsOrderFromThen) {
  Report("pc1", "a", Outcome::kRefused);
  Whole("pc1", "b", 2, 1);
  Whole("pc1", "a", 1, 1);
  EXPECT_THAT(Found(), ElementsAre("out_of_order pc1 a"));
}

TEST_F(CheckTest, AnswerNeverShownIsUnansweredRepeatsToo) {
  Whole("pc1", "a", 1, 1);
  Report("pc1", "b");
  Stored("b", 2);
  Counted("b", 1, /*repeat=*/true);
  Whole("pc1", "other", 3, 2);
  Answer("d", 1);
  EXPECT_THAT(Found(), ElementsAre("unanswered pc1 a", "unanswered pc1 b"));
  Shown("pc1", "a", "d");
  Shown("pc1", "b", "d");
  EXPECT_THAT(Found(), IsEmpty());
}

TEST_F(CheckTest, OnlyAnOkAnswerMustBeShown) {
  Whole("pc1", "a", 1, 1);
  Answer("unknown", 1, Outcome::kUnknown);
  Answer("refused", 1, Outcome::kRefused);
  EXPECT_THAT(Found(), IsEmpty());
}

TEST_F(CheckTest, WhoJoinsLateNeedsTheStandingAnswerAlone) {
  Answer("first", 1);
  Answer("second", 1);
  Whole("pc1", "a", 1, 1);
  Shown("pc1", "a", "second");
  Whole("pc1", "b", 2, 1);
  Shown("pc1", "b", "first");
  EXPECT_THAT(Found(), ElementsAre("unanswered pc1 b"));
}

TEST_F(CheckTest, AnswerThatMayHaveReplacedTheStandingOneWillDo) {
  Answer("first", 1);
  Answer("second", 1, Outcome::kUnknown);
  Whole("pc1", "a", 1, 1);
  Shown("pc1", "a", "second");
  EXPECT_THAT(Found(), IsEmpty());
}

TEST_F(CheckTest, OfAnswersGivenAtOnceEitherMayStand) {
  for (const Outcome outcome : {Outcome::kInvoked, Outcome::kOk}) {
    for (const char* const id : {"first", "second"}) {
      Event& event = Add(What::kAnswer, "amara", id);
      event.outcome = outcome;
      event.insight = 1;
    }
  }
  Whole("pc1", "a", 1, 1);
  Shown("pc1", "a", "first");
  EXPECT_THAT(Found(), IsEmpty());
}

TEST_F(CheckTest, SameAnswerShownAgainIsTwice) {
  Whole("pc1", "a", 1, 1);
  Answer("d", 1);
  Answer("e", 1);
  Shown("pc1", "a", "d");
  Shown("pc1", "a", "e");
  EXPECT_THAT(Found(), IsEmpty());
  Shown("pc1", "a", "d");
  EXPECT_THAT(Found(), ElementsAre("answered_twice pc1 a"));
}

TEST_F(CheckTest, AnswerShownToAnotherAgentIsWrong) {
  Whole("pc1", "a", 1, 1);
  Answer("d", 1);
  Shown("pc1", "a", "d");
  Shown("pc2", "a", "d");
  EXPECT_THAT(Found(), ElementsAre("answered_wrong pc2 a"));
}

TEST_F(CheckTest, AnswerOfAnotherInsightIsWrong) {
  Whole("pc1", "a", 1, 1);
  Answer("d", 2);
  Shown("pc1", "a", "d");
  EXPECT_THAT(Found(), ElementsAre("answered_wrong pc1 a"));
}

TEST_F(CheckTest, AnswerThatNobodyGaveIsWrong) {
  Whole("pc1", "a", 1, 1);
  Answer("refused", 1, Outcome::kRefused);
  Shown("pc1", "a", "refused");
  Shown("pc1", "a", "invented");
  EXPECT_THAT(Found(),
              ElementsAre("answered_wrong pc1 a", "answered_wrong pc1 a"));
}

TEST_F(CheckTest, AnswerOfACloneGoesToItsMachine) {
  Whole("pc1#2", "a", 1, 1);
  Answer("d", 1);
  Shown("pc1", "a", "d");
  EXPECT_THAT(Found(), IsEmpty());
}

TEST_F(CheckTest, PeriodSentAgainIsTwiceUnlessMarked) {
  Digest("daily", "monday");
  Digest("daily", "tuesday");
  Digest("weekly", "monday");
  Digest("daily", "monday", /*repeat=*/true);
  EXPECT_THAT(Found(), IsEmpty());
  Digest("daily", "monday");
  EXPECT_THAT(Found(), ElementsAre("digest_twice amara daily"));
}

TEST_F(CheckTest, ExpectedAlarmMustComeAfterwards) {
  Add(What::kAlarm, "pc1", "new_epoch");
  Add(What::kExpectAlarm, "pc1", "new_epoch");
  Add(What::kAlarm, "pc2", "new_epoch");
  Add(What::kAlarm, "pc1", "hub_regressed");
  EXPECT_THAT(Found(), ElementsAre("no_alarm pc1 new_epoch"));
  Add(What::kAlarm, "pc1#2", "new_epoch");
  EXPECT_THAT(Found(), IsEmpty());
}

TEST_F(CheckTest, FindingsAreByBreachAndThenInTheOrderOfTheHistory) {
  Stored("invented", 1);
  Counted("invented", 1);
  Report("pc1", "z");
  Report("pc1", "a");
  EXPECT_THAT(Found(),
              ElementsAre("lost pc1 z", "lost pc1 a", "invented  invented"));
}

}  // namespace
}  // namespace earshot::checker
