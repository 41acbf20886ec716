#include <gmock/gmock.h>

#include "earshot/v1/verdict.pb.h"
#include "tests/router/fold_fixture.h"

// What the front line says to "fixed?", new evidence and time, in the fold.
namespace earshot::router {
namespace {

class FoldVerdictsTest : public FoldTest {
 protected:
  void Decide(v1::Decision decision) {
    decision.set_leader("amara");
    decision.set_insight(1);
    *decision.mutable_at() = contract::ToStamp(clock_.Wall());
    Put(feed_, v1::RECORD_DECISION, decision.SerializeAsString());
    FoldAll();
  }
  void Resolve() {
    v1::Decision decision;
    decision.mutable_resolve()->set_text("A new till came");
    Decide(decision);
  }
  std::string AnswerId() {
    const v1::Insight insight = Insight(1);
    return insight.answers(insight.answers_size() - 1).id();
  }
  void Verdict(const Enrolled& peer, const std::string& record,
               v1::Verdict::Fixed fixed, const std::string& reason = "",
               const std::string& answer = "") {
    v1::Verdict verdict;
    verdict.set_observation(record);
    verdict.set_answer(answer.empty() ? AnswerId() : answer);
    verdict.set_fixed(fixed);
    verdict.set_reason(reason);
    *verdict.mutable_at() = contract::ToStamp(clock_.Wall());
    Put(peer, v1::RECORD_VERDICT, verdict.SerializeAsString());
    FoldAll();
  }
  // Three people, the third at another machine.
  void ThreeReport() {
    first_ = Report(Said("The till froze", "r1"));
    second_ = Report(Said("The till froze", "r2"));
    third_ = Report(Said("The till froze", "r3"), &other_);
    FoldAll();
  }
  // Views made again from the log alone must be the same.
  void ExpectSameFromTheLog() {
    v1::Insight before = Insight(1);
    const uint64_t end = *reader_->End();
    LoseViews();
    OpenFold(kTaxonomy);
    FoldAll();
    EXPECT_EQ(Insight(1).SerializeAsString(), before.SerializeAsString());
    EXPECT_EQ(*reader_->End(), end) << "nothing was decided twice";
  }

  std::string first_, second_, third_;
};

TEST_F(FoldVerdictsTest, AllThatReportedConfirmAndItIsTold) {
  ThreeReport();
  Resolve();
  EXPECT_EQ(Insight(1).verdicts().asked(), 3U);
  Verdict(agent_, first_, v1::Verdict::YES);
  Verdict(agent_, second_, v1::Verdict::YES);
  EXPECT_EQ(Insight(1).state(), v1::RESOLVED);
  Verdict(other_, third_, v1::Verdict::YES);
  const v1::Insight insight = Insight(1);
  EXPECT_EQ(insight.state(), v1::CONFIRMED);
  EXPECT_EQ(insight.verdicts().yes(), 3U);
  EXPECT_EQ(insight.verdicts().sites(), 1U);
  ExpectSameFromTheLog();
}

TEST_F(FoldVerdictsTest, TwoYesAndOneNoIsARegressionThatRanksHigher) {
  ThreeReport();
  const int64_t before = Insight(1).priority_milli();
  Resolve();
  Verdict(agent_, first_, v1::Verdict::YES);
  Verdict(agent_, second_, v1::Verdict::YES);
  Verdict(other_, third_, v1::Verdict::NO, "Lane 3 froze again");
  const v1::Insight insight = Insight(1);
  EXPECT_EQ(insight.state(), v1::REOPENED);
  EXPECT_EQ(insight.regressions(), 1U);
  EXPECT_GT(insight.priority_milli(), before);
  EXPECT_EQ(insight.history(insight.history_size() - 1).detail(),
            "Lane 3 froze again");
  ExpectSameFromTheLog();
}

TEST_F(FoldVerdictsTest, WhoReportedSeveralTimesIsOneVoice) {
  ThreeReport();
  clock_.Advance(absl::Hours(25));  // or it would be the same report again
  const std::string again = Report(Said("The till froze", "r1"));
  FoldAll();
  Resolve();
  ASSERT_EQ(Insight(1).reporters(), 3U);
  Verdict(agent_, first_, v1::Verdict::YES);
  Verdict(agent_, again, v1::Verdict::YES);
  Verdict(agent_, first_, v1::Verdict::CANNOT_TELL);
  EXPECT_EQ(Insight(1).verdicts().yes(), 0U);
  EXPECT_EQ(Insight(1).verdicts().cannot_tell(), 1U);
}

TEST_F(FoldVerdictsTest, NobodySpeaksForAnotherMachine) {
  ThreeReport();
  Resolve();
  Verdict(agent_, third_, v1::Verdict::NO, "it is not");
  EXPECT_EQ(Insight(1).state(), v1::RESOLVED);
  Verdict(other_, random_.Bytes(16), v1::Verdict::NO, "it is not");
  EXPECT_EQ(Insight(1).state(), v1::RESOLVED);
  EXPECT_EQ(fold_->counters().verdicts_refused.value(), 2U);
}

TEST_F(FoldVerdictsTest, AVerdictOnAnEarlierAnswerIsToldAndCountsNothing) {
  ThreeReport();
  Resolve();
  const std::string old = AnswerId();
  v1::Decision reopen;
  reopen.mutable_reopen();
  Decide(reopen);
  Resolve();
  Verdict(agent_, first_, v1::Verdict::NO, "it is not", old);
  EXPECT_EQ(Insight(1).state(), v1::RESOLVED);
  EXPECT_EQ(fold_->counters().verdicts_refused.value(), 1U);
}

// As after a router was put back to an older copy: the agent comes first.
TEST_F(FoldVerdictsTest, AVerdictThatComesBeforeItsAnswerWaitsForIt) {
  ThreeReport();
  v1::Decision decision;
  decision.set_leader("amara");
  decision.set_insight(1);
  *decision.mutable_at() = contract::ToStamp(clock_.Wall());
  decision.mutable_resolve()->set_text("A new till came");
  const std::string resolve = random_.Bytes(16);
  Verdict(agent_, first_, v1::Verdict::NO, "it froze again",
          records_.ObservationId(resolve));
  EXPECT_EQ(Insight(1).state(), v1::HEARD);
  Put(feed_, v1::RECORD_DECISION, decision.SerializeAsString(), resolve);
  FoldAll();
  EXPECT_EQ(Insight(1).state(), v1::REOPENED);
  EXPECT_EQ(Insight(1).regressions(), 1U);
  EXPECT_EQ(fold_->counters().verdicts_refused.value(), 0U);
  ExpectSameFromTheLog();
}

TEST_F(FoldVerdictsTest, AReasonThatMayNotBeQuotedIsInNoView) {
  v1::Observation quiet = Said("The till froze", "r1");
  quiet.set_quote(false);
  const std::string record = Report(quiet);
  FoldAll();
  Resolve();
  Verdict(agent_, record, v1::Verdict::NO, "Lane 3 froze again");
  EXPECT_EQ(Insight(1).state(), v1::REOPENED);
  EXPECT_THAT(Insight(1).SerializeAsString(),
              ::testing::Not(::testing::HasSubstr("froze again")));
}

TEST_F(FoldVerdictsTest, OfAnAnonymousReporterOnlyTheDayIsTold) {
  v1::Observation anonymous = Said("The till froze");
  anonymous.clear_reporter();
  const std::string record = Report(anonymous);
  FoldAll();
  Resolve();
  Verdict(agent_, record, v1::Verdict::NO, "no");
  const v1::Insight insight = Insight(1);
  const v1::InsightEvent& event = insight.history(insight.history_size() - 1);
  EXPECT_EQ(event.verb(), "not fixed");
  EXPECT_EQ(event.at().seconds() % 86400, 0);
}

TEST_F(FoldVerdictsTest, TimeAloneMakesItUnchallengedOnceAndStaysInTheLog) {
  ThreeReport();
  Resolve();
  clock_.Advance(absl::Hours(14 * 24 - 1));
  FoldAll();
  EXPECT_EQ(Insight(1).state(), v1::RESOLVED);
  clock_.Advance(absl::Hours(2));
  FoldAll();
  EXPECT_EQ(Insight(1).state(), v1::UNCHALLENGED);
  EXPECT_EQ(fold_->counters().ticks.value(), 1U);
  clock_.Advance(absl::Hours(24 * 30));
  FoldAll();
  EXPECT_EQ(fold_->counters().ticks.value(), 1U);
  ExpectSameFromTheLog();
}

TEST_F(FoldVerdictsTest, AFractionOfASecondLosesNoTick) {
  ThreeReport();
  clock_.Advance(absl::Milliseconds(700));
  Resolve();
  clock_.Advance(absl::Hours(14 * 24) - absl::Milliseconds(200));
  FoldAll();
  EXPECT_EQ(Insight(1).state(), v1::RESOLVED);
  clock_.Advance(absl::Seconds(1));
  FoldAll();
  EXPECT_EQ(Insight(1).state(), v1::UNCHALLENGED);
}

TEST_F(FoldVerdictsTest, MoreTimeThatTheOrganisationGivesIsWaitedFor) {
  ThreeReport();
  Resolve();
  v1::Organisation organisation = DefaultOrganisation();
  organisation.mutable_loop()->set_unchallenged_days(20);
  fold_->UseOrganisation(organisation, {});
  clock_.Advance(absl::Hours(15 * 24));
  FoldAll();
  EXPECT_EQ(Insight(1).state(), v1::RESOLVED);
  clock_.Advance(absl::Hours(6 * 24));
  FoldAll();
  EXPECT_EQ(Insight(1).state(), v1::UNCHALLENGED);
}

TEST_F(FoldVerdictsTest, AnAcknowledgementExpiresAndANewOneHolds) {
  ThreeReport();
  v1::Decision acknowledge;
  acknowledge.mutable_acknowledge();
  Decide(acknowledge);
  EXPECT_EQ(Insight(1).state(), v1::ACKNOWLEDGED);
  clock_.Advance(absl::Hours(7 * 24 + 1));
  FoldAll();
  EXPECT_EQ(Insight(1).state(), v1::HEARD);
  *acknowledge.mutable_acknowledge()->mutable_until() =
      contract::ToStamp(clock_.Wall() + absl::Hours(24 * 20));
  Decide(acknowledge);
  clock_.Advance(absl::Hours(7 * 24 + 1));
  FoldAll();
  EXPECT_EQ(Insight(1).state(), v1::ACKNOWLEDGED);
  ExpectSameFromTheLog();
}

TEST_F(FoldVerdictsTest, ManyNewReportsAfterAFixReopenIt) {
  ThreeReport();
  Resolve();
  clock_.Advance(absl::Hours(24));
  for (int i = 0; i < 6; ++i) {
    Report(Said("The till froze", "late" + std::to_string(i)));
  }
  FoldAll();
  EXPECT_EQ(Insight(1).state(), v1::RESOLVED) << "nor that it was this one";
  clock_.Advance(absl::Hours(1));
  FoldAll();
  const v1::Insight insight = Insight(1);
  EXPECT_EQ(insight.state(), v1::REOPENED);
  EXPECT_EQ(insight.history(insight.history_size() - 1).verb(), "it is back");
  ExpectSameFromTheLog();
}

TEST_F(FoldVerdictsTest, ReportsFromBeforeTheFixThatComeLateDoNot) {
  ThreeReport();
  const absl::Time before = clock_.Wall();
  clock_.Advance(absl::Hours(24));
  Resolve();
  for (int i = 0; i < 6; ++i) {
    v1::Observation late = Said("The till froze", "late" + std::to_string(i));
    *late.mutable_observed_at() = contract::ToStamp(before);
    Report(late);
  }
  FoldAll();
  EXPECT_EQ(Insight(1).state(), v1::RESOLVED);
}

}  // namespace
}  // namespace earshot::router
