// Merges and splits, what stands of answers, verdicts, erasure.
#include <gmock/gmock.h>

#include "tests/checker/check_fixture.h"

namespace earshot::checker {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

class CheckLoopTest : public CheckTest {};

TEST_F(CheckLoopTest, AnOkMergeLeavesBothInOneInsight) {
  Regroup(What::kMerge, "merge 1", 7, 7);
  Regroup(What::kMerge, "merge 2", 17, 18);
  Regroup(What::kMerge, "merge 3", 27, 28, Outcome::kUnknown);
  EXPECT_THAT(Found(), ElementsAre("not_merged amara merge 2"));
}

TEST_F(CheckLoopTest, AMergeMayBeUndone) {
  Regroup(What::kMerge, "merge 1", 7, 8);
  Regroup(What::kSplit, "split 2", 17, 18, Outcome::kUnknown);
  EXPECT_THAT(Found(), ElementsAre("not_merged amara merge 1"));
  Regroup(What::kSplit, "split 3", 7, 8, Outcome::kUnknown);
  EXPECT_THAT(Found(), IsEmpty());
}

TEST_F(CheckLoopTest, WhatWasLostIsNeitherTogetherNorApart) {
  Regroup(What::kMerge, "merge 1", 7, 0);
  Regroup(What::kSplit, "split 2", 0, 0);
  EXPECT_THAT(Found(), IsEmpty());
}

TEST_F(CheckLoopTest, AnOkSplitLeavesThemApart) {
  Regroup(What::kSplit, "split 1", 7, 8);
  Regroup(What::kSplit, "split 2", 17, 17);
  Regroup(What::kSplit, "split 3", 27, 27, Outcome::kRefused);
  Regroup(What::kSplit, "split 4", 37, 37, Outcome::kUnknown);
  EXPECT_THAT(Found(), ElementsAre("not_split amara split 2"));
}

TEST_F(CheckLoopTest, WhatWasSplitMayBeMergedLaterAndNotBefore) {
  Regroup(What::kMerge, "merge 1", 7, 7);
  Regroup(What::kSplit, "split 2", 7, 7);
  EXPECT_THAT(Found(), ElementsAre("not_split amara split 2"));
  Regroup(What::kMerge, "merge 3", 7, 7, Outcome::kUnknown);
  EXPECT_THAT(Found(), IsEmpty());
}

TEST_F(CheckLoopTest, AMergeOfOthersExcusesNothing) {
  Regroup(What::kSplit, "split 1", 7, 7);
  Regroup(What::kMerge, "merge 2", 8, 9, Outcome::kUnknown);
  EXPECT_THAT(Found(), ElementsAre("not_split amara split 1"));
}

TEST_F(CheckLoopTest, AnAnswerStaysWithWhatWasSplitOff) {
  Whole("pc1", "a", 1, 8);
  Answer("d", 7);
  Shown("pc1", "a", "d");
  EXPECT_THAT(Found(), ElementsAre("answered_wrong pc1 a"));
  Regroup(What::kSplit, "split 1", 9, 8);
  EXPECT_THAT(Found(), ElementsAre("answered_wrong pc1 a"));
  history_.back().akin = {7};
  EXPECT_THAT(Found(), IsEmpty());
}

TEST_F(CheckLoopTest, AResolveIsAnAnswerAsWell) {
  Whole("pc1", "a", 1, 1);
  Decided("fixed", 2);
  Resolve("fixed", 1);
  EXPECT_THAT(Found(), ElementsAre("unanswered pc1 a"));
  Shown("pc1", "a", "fixed");
  EXPECT_THAT(Found(), IsEmpty());
}

TEST_F(CheckLoopTest, WhatIsFinishedMayRefuseAnotherAnswer) {
  Whole("pc1", "a", 1, 1);
  Whole("pc1", "b", 2, 1);
  Resolve("fixed", 1);
  Answer("later", 1);
  Shown("pc1", "a", "fixed");
  Shown("pc1", "b", "fixed");
  EXPECT_THAT(Found(), IsEmpty());
  Shown("pc1", "a", "later");
  EXPECT_THAT(Found(), ElementsAre("unanswered pc1 b"))
      << "what one was shown was not refused";
}

TEST_F(CheckLoopTest, AResolveOfWhatWasLostMayHaveFinishedAny) {
  Whole("pc1", "a", 1, 1);
  Resolve("fixed", 0);
  Answer("later", 1);
  EXPECT_THAT(Found(), IsEmpty());
}

TEST_F(CheckLoopTest, AnAnswerBeforeTheResolveWasNotRefused) {
  Whole("pc1", "a", 1, 1);
  Answer("first", 1);
  Resolve("fixed", 1, Outcome::kUnknown);
  Decided("first", 2);
  EXPECT_THAT(Found(), ElementsAre("unanswered pc1 a"));
}

TEST_F(CheckLoopTest, WhoComesWhenItIsOpenAgainNeedsNoAnswer) {
  Resolve("fixed", 1);
  Whole("pc1", "before", 1, 1);
  Decided("fixed", 2);
  Whole("pc1", "after", 3, 1);
  State(1, "reopened", "fixed");
  EXPECT_THAT(Found(), ElementsAre("unanswered pc1 before"));
  State(1, "confirmed", "fixed");
  EXPECT_THAT(Found(),
              ElementsAre("unanswered pc1 before", "unanswered pc1 after"))
      << "it stands";
}

TEST_F(CheckLoopTest, AnOkVerdictIsInTheLog) {
  Verdict("a", "fixed", "yes");
  Verdict("b", "fixed", "yes", Outcome::kUnknown);
  EXPECT_THAT(Found(), ElementsAre("verdict_lost pc1 a"));
  Heard("a", "fixed", "yes");
  Heard("b", "fixed", "yes");
  EXPECT_THAT(Found(), IsEmpty());
}

TEST_F(CheckLoopTest, AVerdictThatNobodyGaveIsInvented) {
  Verdict("a", "fixed", "yes");
  Verdict("b", "fixed", "no", Outcome::kRefused);
  Heard("a", "fixed", "yes");
  EXPECT_THAT(Found(), IsEmpty());
  Heard("a", "fixed", "no");
  Heard("b", "fixed", "no");
  Heard("c", "fixed", "yes");
  EXPECT_THAT(Found(),
              ElementsAre("verdict_invented pc1 a", "verdict_invented pc1 b",
                          "verdict_invented pc1 c"));
}

TEST_F(CheckLoopTest, AVerdictCountsOnce) {
  Verdict("a", "fixed", "yes");
  Heard("a", "fixed", "yes");
  Heard("a", "fixed", "yes");
  State(1, "resolved", "fixed", 1);
  EXPECT_THAT(Found(), IsEmpty());
  State(1, "resolved", "fixed", 2);
  EXPECT_THAT(Found(), ElementsAre("verdict_twice router 1"));
}

TEST_F(CheckLoopTest, ANoWithAReasonDoesNotLeaveItFinished) {
  Whole("pc1", "a", 1, 1);
  Whole("pc1", "b", 2, 2);
  Resolve("fixed", 1);
  Shown("pc1", "a", "fixed");
  Verdict("a", "fixed", "no_because");
  Heard("a", "fixed", "no_because");
  State(1, "reopened", "fixed", 1);
  EXPECT_THAT(Found(), IsEmpty());
  for (const char* finished : {"resolved", "confirmed", "unchallenged"}) {
    State(1, finished, "fixed", 1);
  }
  EXPECT_THAT(Found(), ElementsAre("overruled pc1 a", "overruled pc1 a",
                                   "overruled pc1 a"));
}

TEST_F(CheckLoopTest, ALaterAnswerIsNotOverruledByAnEarlierNo) {
  Whole("pc1", "a", 1, 1);
  Resolve("fixed", 1);
  Verdict("a", "fixed", "no_because");
  Heard("a", "fixed", "no_because");
  Resolve("fixed better", 1);
  Shown("pc1", "a", "fixed better");
  State(1, "resolved", "fixed better");
  EXPECT_THAT(Found(), IsEmpty());
}

TEST_F(CheckLoopTest, ANoWithoutAReasonAloneReopensNothing) {
  Whole("pc1", "a", 1, 1);
  Resolve("fixed", 1);
  Shown("pc1", "a", "fixed");
  Verdict("a", "fixed", "no");
  Heard("a", "fixed", "no");
  State(1, "resolved", "fixed", 1);
  EXPECT_THAT(Found(), IsEmpty());
}

TEST_F(CheckLoopTest, WhatWasErasedIsInNoFile) {
  Whole("pc1", "a", 1, 1);
  Whole("pc1", "b", 2, 1);
  Erase("a");
  Erase("b", Outcome::kUnknown);
  EXPECT_THAT(Found(), IsEmpty());
  Add(What::kFound, "router/log.db", "b");
  EXPECT_THAT(Found(), IsEmpty());
  Add(What::kFound, "feed/mirror.db", "a");
  EXPECT_THAT(Found(), ElementsAre("not_erased feed/mirror.db a"));
}

TEST_F(CheckLoopTest, WhatWasErasedBeforeItWasReadCountsNowhere) {
  Report("pc1", "a");
  Stored("a", 1);
  EXPECT_THAT(Found(), ElementsAre("not_counted pc1 a"));
  Erase("a");
  EXPECT_THAT(Found(), IsEmpty());
}

TEST_F(CheckLoopTest, AnErasedReportsAnswersGoAsWell) {
  Whole("pc1", "a", 1, 1);
  Answer("d", 1);
  Erase("a");
  EXPECT_THAT(Found(), IsEmpty());
}

TEST_F(CheckLoopTest, WhatWasErasedIsNotLostEither) {
  Report("pc1", "a");
  Erase("a");
  EXPECT_THAT(Found(), ElementsAre("lost pc1 a"));
}

}  // namespace
}  // namespace earshot::checker
