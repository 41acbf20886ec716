#include <fmt/format.h>
#include <sqlite3.h>

#include "tests/router/fold_fixture.h"

namespace earshot::router {
namespace {

TEST_F(FoldTest, SameTopicAndTextJoinOneInsight) {
  Report(Said("The till froze!", "r1"));
  Report(Said("the TILL froze", "r2"));
  Report(Said("A parcel is lost", "r1"));
  FoldAll();
  EXPECT_EQ(Insight(1).observations(), 2U);
  EXPECT_EQ(Insight(1).reporters(), 2U);
  EXPECT_EQ(Insight(1).topic(), "checkout");
  EXPECT_EQ(Insight(2).topic(), "delivery");
}

TEST_F(FoldTest, TheSameRecordUnderAnotherEpochCountsOnce) {
  const v1::Observation said = Said("The till froze");
  const std::string id = Report(said);
  FoldAll();
  // Under these rules the words alone would open another insight.
  OpenFold(R"(topics { path: "delivery" words: "till" })");
  Report(said, nullptr, id);
  FoldAll();
  EXPECT_EQ(Insight(1).observations(), 1U);
  EXPECT_EQ(Insight(1).repeats(), 1U);
  EXPECT_EQ(*views_->Number("observations"), 1U);
}

TEST_F(FoldTest, OneReporterSayingItAgainWithinADayIsShownNotCounted) {
  Report(Said("The till froze"));
  clock_.Advance(absl::Hours(23));
  Report(Said("the till froze"));
  FoldAll();
  EXPECT_EQ(Insight(1).observations(), 1U);
  EXPECT_EQ(Insight(1).repeats(), 1U);
  clock_.Advance(absl::Hours(48));
  Report(Said("the till froze"));
  FoldAll();
  EXPECT_EQ(Insight(1).observations(), 2U);
  EXPECT_EQ(Insight(1).reporters(), 1U);
}

TEST_F(FoldTest, AnAnonymousMachineIsAtMostOneReporter) {
  v1::Observation said = Said("The till froze");
  said.clear_reporter();
  Report(said);
  clock_.Advance(absl::Hours(30));
  *said.mutable_observed_at() = contract::ToStamp(clock_.Wall());
  Report(said);
  FoldAll();
  EXPECT_EQ(Insight(1).observations(), 2U);
  EXPECT_EQ(Insight(1).reporters(), 1U);
}

TEST_F(FoldTest, AnAnswerIsOwedOnceToEachContributingReport) {
  const std::string first = Report(Said("The till froze", "r1"));
  const std::string second = Report(Said("The till froze", "r2"), &other_);
  FoldAll();
  Answer(1, "Fixed on Thursday");
  FoldAll();
  const auto replies = views_->RepliesAfter("pc1", 0, 10);
  ASSERT_EQ(replies->size(), 1U);
  EXPECT_EQ((*replies)[0].record, first);
  ASSERT_EQ(RepliesOf("pc2"), 1U);
  EXPECT_EQ(fold_->TakeOwed(), (std::set<std::string>{"pc1", "pc2"}));
  const auto answer = views_->FindAnswer((*replies)[0].answer);
  ASSERT_TRUE(answer.ok() && *answer);
  EXPECT_EQ((*answer)->text(), "Fixed on Thursday");
}

TEST_F(FoldTest, WhoJoinsLaterGetsTheStandingAnswer) {
  Report(Said("The till froze", "r1"));
  FoldAll();
  Answer(1, "Fixed on Thursday");
  FoldAll();
  Report(Said("The till froze", "r2"), &other_);
  FoldAll();
  EXPECT_EQ(RepliesOf("pc2"), 1U);
  EXPECT_EQ(RepliesOf("pc1"), 1U);
}

TEST_F(FoldTest, AWithdrawnReportNoLongerCountsAndItsTextIsGone) {
  const std::string id = Report(Said("The till froze secretly", "r1"));
  Report(Said("The till froze secretly", "r2"));
  FoldAll();
  v1::Withdrawal withdrawal;
  withdrawal.set_id(id);
  Put(agent_, v1::RECORD_WITHDRAWAL, withdrawal.SerializeAsString());
  FoldAll();
  EXPECT_EQ(Insight(1).observations(), 1U);
  EXPECT_EQ(Insight(1).reporters(), 1U);
  EXPECT_EQ(Insight(1).verbatims_size(), 1);
  EXPECT_TRUE((*reader_->ReadOne(1))->erased);
}

TEST_F(FoldTest, ACorrectedReportReplacesTheOneBefore) {
  const std::string id = Report(Said("The till froze", "r1"));
  v1::Observation better = Said("The parcel is lost", "r1");
  better.set_corrects(id);
  Report(better);
  FoldAll();
  EXPECT_EQ(Insight(1).observations(), 0U);
  EXPECT_EQ(Insight(2).observations(), 1U);
}

TEST_F(FoldTest, ACorrectionOfTheSameTextKeepsWhatItCorrects) {
  const std::string id = Report(Said("The till froze", "r1"));
  FoldAll();
  v1::Observation worse = Said("The till froze", "r1");
  worse.set_severity(5);
  worse.set_corrects(id);
  Report(worse);
  FoldAll();
  EXPECT_EQ(Insight(1).observations(), 1U);
  EXPECT_EQ(Insight(1).reporters(), 1U);
  EXPECT_TRUE(Insight(1).open_always());
}

TEST_F(FoldTest, ACorrectionThatOvertakesItsReportStillReplacesIt) {
  const std::string id = random_.Bytes(16);
  v1::Observation urgent = Said("A parcel fell", "r1");
  urgent.set_severity(5);
  urgent.set_corrects(id);
  Report(urgent);
  FoldAll();
  Report(Said("A parcel fel", "r1"), nullptr, id);
  FoldAll();
  EXPECT_EQ(*views_->Number("observations"), 1U);
  EXPECT_TRUE((*reader_->ReadOne(3))->erased);
}

TEST_F(FoldTest, OnlyTheAgentThatReportedMayTakeBack) {
  const std::string id = Report(Said("The till froze", "r1"));
  FoldAll();
  v1::Withdrawal withdrawal;
  withdrawal.set_id(id);
  Put(other_, v1::RECORD_WITHDRAWAL, withdrawal.SerializeAsString());
  FoldAll();
  EXPECT_EQ(Insight(1).observations(), 1U);
  EXPECT_FALSE((*reader_->ReadOne(1))->erased);
}

TEST_F(FoldTest, ViewsMadeAgainKeepTheOrderOfWithdrawalsAndAnswers) {
  const std::string id = Report(Said("The till froze", "r1"));
  v1::Withdrawal withdrawal;
  withdrawal.set_id(id);
  Put(agent_, v1::RECORD_WITHDRAWAL, withdrawal.SerializeAsString());
  Report(Said("The till froze", "r1"));
  FoldAll();
  Answer(1, "first");
  FoldAll();
  Answer(1, "second");
  FoldAll();
  Report(Said("The till froze", "r2"), &other_);
  FoldAll();
  const uint32_t reporters = Insight(1).reporters();
  EXPECT_EQ(reporters, 2U);
  EXPECT_EQ(RepliesOf("pc2"), 1U);
  LoseViews();
  OpenFold(kTaxonomy);
  FoldAll();
  EXPECT_EQ(Insight(1).reporters(), reporters);
  EXPECT_EQ(Insight(1).observations(), 2U);
  EXPECT_EQ(RepliesOf("pc2"), 1U) << "the answer that stood then, no other";
}

TEST_F(FoldTest, UrgentReportsAreReadFirst) {
  Report(Said("The till froze", "r1"));
  v1::Observation urgent = Said("A parcel fell on someone", "r2");
  urgent.set_severity(5);
  Report(urgent);
  FoldAll();
  EXPECT_EQ(Insight(1).topic(), "delivery");
  EXPECT_TRUE(Insight(1).open_always());
  EXPECT_EQ(*views_->Number("observations"), 2U);
}

TEST_F(FoldTest, UrgentReportsComeFirstAgainAndAgainButNotWithoutEnd) {
  const auto urgent = [&](int number) {
    v1::Observation report =
        Said("A parcel fell on someone", fmt::format("u{}", number));
    report.set_severity(5);
    Report(report);
  };
  Report(Said("The till froze", "r1"));
  for (int i = 1; i <= Fold::kUrgentInARow; ++i) {
    urgent(i);
    ASSERT_TRUE(*fold_->Step());
    EXPECT_EQ(Insight(1).observations(), static_cast<uint64_t>(i));
  }
  EXPECT_EQ(*views_->Number("observations"),
            static_cast<uint64_t>(Fold::kUrgentInARow));
  urgent(0);
  ASSERT_TRUE(*fold_->Step());
  EXPECT_EQ(Insight(2).topic(), "checkout") << "its turn";
  EXPECT_TRUE(fold_->PutOffUrgent());
  FoldAll();
  EXPECT_EQ(*views_->Number("observations"),
            static_cast<uint64_t>(Fold::kUrgentInARow) + 2);
  EXPECT_FALSE(fold_->PutOffUrgent());
}

TEST_F(FoldTest, ARestartReadsNoTextAgain) {
  Report(Said("The till froze", "r1"));
  FoldAll();
  LoseViews();
  // Under these rules the same text would be a matter of delivery.
  OpenFold(R"(topics { path: "delivery" words: "till" })");
  FoldAll();
  EXPECT_EQ(Insight(1).topic(), "checkout");
  EXPECT_EQ(Insight(1).observations(), 1U);
}

TEST_F(FoldTest, NothingIsCountedBeforeItsReadingIsInTheLog) {
  Report(Said("The till froze"));
  sqlite3* log = nullptr;
  ASSERT_EQ(sqlite3_open(folder_.File("log.db").c_str(), &log), SQLITE_OK);
  sqlite3_exec(
      log,
      "CREATE TRIGGER full BEFORE INSERT ON log_blocks WHEN NEW.kind=2 "
      "BEGIN SELECT RAISE(ABORT, 'full'); END",
      nullptr, nullptr, nullptr);
  sqlite3_close(log);
  EXPECT_FALSE(fold_->Step().ok());
  EXPECT_FALSE(*views_->HasEvidence(1));
}

TEST_F(FoldTest, ViewsMadeAgainFromTheLogAreTheSame) {
  const std::string id = Report(Said("The till froze", "r1"));
  Report(Said("The till froze", "r2"), &other_);
  Report(Said("The till froze", "r1"), nullptr, id);
  v1::Observation urgent = Said("A parcel fell", "r3");
  urgent.set_severity(5);
  Report(urgent);
  FoldAll();
  Answer(2, "Thank you");
  Report(Said("The till froze", "r4"), &other_);
  FoldAll();
  const std::string one = Insight(1).SerializeAsString();
  const std::string two = Insight(2).SerializeAsString();
  const uint64_t end = *reader_->End();
  LoseViews();
  OpenFold(kTaxonomy);
  FoldAll();
  EXPECT_EQ(Insight(1).SerializeAsString(), one);
  EXPECT_EQ(Insight(2).SerializeAsString(), two);
  EXPECT_EQ(RepliesOf("pc1"), 1U);
  EXPECT_EQ(RepliesOf("pc2"), 2U);
  EXPECT_EQ(*reader_->End(), end) << "nothing was decided twice";
}

TEST_F(FoldTest, ADecisionTheLoopForbidsChangesNothing) {
  Report(Said("The till froze", "r1"));
  FoldAll();
  Answer(99, "To nobody");
  FoldAll();
  EXPECT_EQ(fold_->counters().decisions_refused.value(), 1U);
  EXPECT_EQ(RepliesOf("pc1"), 0U);
}

TEST_F(FoldTest, AScopeThatIsCountedLaterIsToldWithoutAnyNewReport) {
  Report(Said("The till froze", "r1"));
  FoldAll();
  Report(Said("The till froze", "r2"));
  FoldAll();
  const std::string before = *views_->FindMirrored("scope/leader");
  clock_.Advance(absl::Minutes(1));
  const auto step = fold_->Step();
  ASSERT_TRUE(step.ok());
  EXPECT_TRUE(*step) << "whoever sends updates must hear of it";
  EXPECT_NE(*views_->FindMirrored("scope/leader"), before);
}

TEST_F(FoldTest, EveryChangeIsMirroredUnderANewNumber) {
  Report(Said("The till froze", "r1"));
  FoldAll();
  const auto first = views_->ItemsAfter(0, 100, 1 << 20);
  ASSERT_TRUE(first.ok());
  uint64_t last = 0;
  for (const v1::Item& item : *first) {
    EXPECT_GT(item.seq(), last);
    last = item.seq();
  }
  Report(Said("The till froze", "r2"));
  FoldAll();
  const auto then = views_->ItemsAfter(last, 100, 1 << 20);
  bool changed = false;
  for (const v1::Item& item : *then) {
    changed = changed || item.kind() == v1::UPDATE_INSIGHT;
  }
  EXPECT_TRUE(changed);
}

}  // namespace
}  // namespace earshot::router
