#include "tests/router/fold_fixture.h"

// Which insight a decision is about, once a router was restored and what it
// had comes back in another order.
namespace earshot::router {
namespace {

class FoldDecisionsTest : public FoldTest {
 protected:
  // Answers the insight of that number, which a record of this id opened when
  // the leader saw it.
  void AnswerOpenedBy(uint64_t insight, const std::string& record) {
    v1::Decision decision;
    decision.set_leader("amara");
    decision.set_insight(insight);
    decision.set_opened_by(ObservationOf(record));
    decision.mutable_answer()->set_text("Fixed on Thursday");
    Put(feed_, v1::RECORD_DECISION, decision.SerializeAsString());
  }
  // The id under which the router counts a record, whether it has it or not.
  std::string ObservationOf(const std::string& id) {
    v1::Record record;
    record.set_kind(v1::RECORD_OBSERVATION);
    record.set_id(id);
    record.set_body(Said("anything").SerializeAsString());
    const auto entry = records_.Read(agent_, 1, record, clock_.Wall());
    v1::ObservationRecord observation;
    observation.ParseFromString(std::get<LogEntry>(entry).body);
    return observation.observation();
  }
  void Decide(const std::string& leader, v1::Decision decision) {
    decision.set_leader(leader);
    decision.set_insight(1);
    *decision.mutable_at() = contract::ToStamp(clock_.Wall());
    Put(feed_, v1::RECORD_DECISION, decision.SerializeAsString());
  }
  void Resolve(const std::string& leader) {
    v1::Decision decision;
    decision.mutable_resolve()->set_text("A new one came");
    Decide(leader, decision);
  }
  void Decline(const std::string& leader) {
    v1::Decision decision;
    decision.mutable_decline()->set_reason("Nothing can be done");
    Decide(leader, decision);
  }
  int AnswersOf(uint64_t insight) { return Insight(insight).answers_size(); }

  // Views made again from the log alone must be the same.
  void ExpectSameFromTheLog(uint64_t insights) {
    std::vector<std::string> before;
    for (uint64_t id = 1; id <= insights; ++id) {
      before.push_back(Insight(id).SerializeAsString());
    }
    const size_t replies = RepliesOf("pc1");
    const size_t others = RepliesOf("pc2");
    const uint64_t end = *reader_->End();
    LoseViews();
    OpenFold(kTaxonomy);
    FoldAll();
    for (uint64_t id = 1; id <= insights; ++id) {
      EXPECT_EQ(Insight(id).SerializeAsString(), before[id - 1]) << id;
    }
    EXPECT_EQ(RepliesOf("pc1"), replies);
    EXPECT_EQ(RepliesOf("pc2"), others);
    EXPECT_EQ(*reader_->End(), end) << "nothing was decided twice";
  }
};

TEST_F(FoldDecisionsTest, ItFindsTheInsightThatHoldsWhatOpenedIt) {
  Report(Said("The till froze"));
  const std::string opener = Report(Said("A parcel is lost"), &other_);
  FoldAll();
  AnswerOpenedBy(1, opener);  // it was the first one then
  FoldAll();
  EXPECT_EQ(AnswersOf(1), 0);
  EXPECT_EQ(AnswersOf(2), 1);
  EXPECT_EQ(RepliesOf("pc1"), 0U);
  EXPECT_EQ(RepliesOf("pc2"), 1U);
  ExpectSameFromTheLog(2);
}

TEST_F(FoldDecisionsTest, ItFindsTheInsightThatItsOpenerHasJoined) {
  Report(Said("The till froze", "r1"));
  const std::string opener = Report(Said("The till froze", "r2"), &other_);
  FoldAll();
  AnswerOpenedBy(7, opener);
  FoldAll();
  EXPECT_EQ(AnswersOf(1), 1);
  EXPECT_EQ(RepliesOf("pc1"), 1U);
  EXPECT_EQ(RepliesOf("pc2"), 1U);
  ExpectSameFromTheLog(1);
}

TEST_F(FoldDecisionsTest, ItWaitsForAnInsightThatHasYetToComeBack) {
  const std::string opener = random_.Bytes(16);
  Report(Said("The till froze"));
  FoldAll();
  AnswerOpenedBy(1, opener);
  FoldAll();
  EXPECT_EQ(AnswersOf(1), 0) << "that is another insight";
  EXPECT_EQ(fold_->counters().decisions_refused.value(), 0U);
  Report(Said("The parcel came", "r3"));
  FoldAll();
  EXPECT_EQ(AnswersOf(2), 0) << "still another one";
  Report(Said("A parcel is lost"), &other_, opener);
  FoldAll();
  EXPECT_EQ(AnswersOf(1), 0);
  EXPECT_EQ(AnswersOf(3), 1);
  EXPECT_EQ(RepliesOf("pc1"), 0U);
  EXPECT_EQ(RepliesOf("pc2"), 1U);
  Report(Said("A parcel is lost"), &other_, opener);
  FoldAll();
  EXPECT_EQ(AnswersOf(3), 1) << "done once, though its opener came twice";
  ExpectSameFromTheLog(3);
}

TEST_F(FoldDecisionsTest, WhileItWaitsTheViewsMayBeMadeAgain) {
  const std::string opener = random_.Bytes(16);
  Report(Said("The till froze"));
  FoldAll();
  AnswerOpenedBy(1, opener);
  FoldAll();
  ExpectSameFromTheLog(1);
  Report(Said("A parcel is lost"), &other_, opener);
  FoldAll();
  EXPECT_EQ(AnswersOf(1), 0);
  EXPECT_EQ(AnswersOf(2), 1);
  ExpectSameFromTheLog(2);
}

TEST_F(FoldDecisionsTest, ThoseThatWaitForOneInsightAreAppliedInTheirOrder) {
  const std::string opener = random_.Bytes(16);
  AnswerOpenedBy(1, opener);
  AnswerOpenedBy(1, opener);
  FoldAll();
  Report(Said("The till froze"), &other_, opener);
  FoldAll();
  ASSERT_EQ(AnswersOf(1), 2);
  EXPECT_EQ(RepliesOf("pc2"), 2U);
  ExpectSameFromTheLog(1);
}

TEST_F(FoldDecisionsTest, OneThatWaitedDoesNotStandAboveANewerOne) {
  const std::string opener = random_.Bytes(16);
  AnswerOpenedBy(1, opener);
  FoldAll();
  Report(Said("The till froze", "r1"));
  FoldAll();
  Answer(1, "A newer answer");
  FoldAll();
  Report(Said("The till froze", "r2"), &other_, opener);
  FoldAll();
  const v1::Insight insight = Insight(1);
  ASSERT_EQ(insight.answers_size(), 2);
  EXPECT_EQ(insight.answers(1).text(), "A newer answer");
  EXPECT_EQ(RepliesOf("pc1"), 2U);
  EXPECT_EQ(RepliesOf("pc2"), 2U);
  ExpectSameFromTheLog(1);
}

// Whichever comes first into the log stands.
TEST_F(FoldDecisionsTest, OfTwoLeadersAtOnceBothAreKeptAndTheFirstStands) {
  for (const bool resolve_first : {true, false}) {
    SCOPED_TRACE(resolve_first);
    LoseEverything();
    OpenFold(kTaxonomy);
    Report(Said("The till froze"));
    if (resolve_first) Resolve("amara");
    Decline("dana");
    if (!resolve_first) Resolve("amara");
    FoldAll();
    const v1::Insight insight = Insight(1);
    EXPECT_EQ(insight.state(), resolve_first ? v1::RESOLVED : v1::DECLINED);
    EXPECT_EQ(insight.answers_size(), 1);
    EXPECT_EQ(RepliesOf("pc1"), 1U) << "the reporter hears what stands";
    ASSERT_EQ(insight.history_size(), 2);
    const v1::InsightEvent& stands = insight.history(0);
    const v1::InsightEvent& other = insight.history(1);
    EXPECT_EQ(stands.leader_id(), resolve_first ? "amara" : "dana");
    EXPECT_EQ(stands.not_applied(), "");
    EXPECT_EQ(other.leader_id(), resolve_first ? "dana" : "amara");
    EXPECT_EQ(other.verb(), resolve_first ? "decline" : "resolve");
    EXPECT_EQ(other.not_applied(), resolve_first
                                       ? "it was resolved by amara before"
                                       : "it was declined by dana before");
    EXPECT_EQ(other.stands_of(), stands.leader_id());
    ExpectSameFromTheLog(1);
  }
}

TEST_F(FoldDecisionsTest, ARefusalReachesTheFeedWithTheInsight) {
  Report(Said("The till froze"));
  Resolve("amara");
  FoldAll();
  const auto end = views_->ItemsAfter(0, 1000, 1 << 20)->back().seq();
  Decline("dana");
  FoldAll();
  v1::Insight sent;
  const auto items = views_->ItemsAfter(end, 1000, 1 << 20);
  for (const v1::Item& item : *items) {
    if (item.kind() == v1::UPDATE_INSIGHT) sent.ParseFromString(item.body());
  }
  ASSERT_EQ(sent.history_size(), 2);
  EXPECT_EQ(sent.history(1).stands_of(), "amara");
}

TEST_F(FoldDecisionsTest, WhatCameTooLateIsToldAsNotApplied) {
  const std::string opener = random_.Bytes(16);
  v1::Decision late;
  late.set_leader("dana");
  late.set_insight(7);
  late.set_opened_by(ObservationOf(opener));
  late.mutable_decline()->set_reason("Nothing can be done");
  Put(feed_, v1::RECORD_DECISION, late.SerializeAsString());
  FoldAll();
  Report(Said("The till froze", "r1"));
  Resolve("amara");
  FoldAll();
  Report(Said("The till froze", "r2"), &other_, opener);
  FoldAll();
  const v1::Insight insight = Insight(1);
  EXPECT_EQ(insight.state(), v1::RESOLVED);
  ASSERT_EQ(insight.history_size(), 2);
  EXPECT_EQ(insight.history(0).leader_id(), "dana");
  EXPECT_EQ(insight.history(0).stands_of(), "amara");
  EXPECT_EQ(insight.history(0).not_applied(),
            "it came too late; since then it was resolved by amara");
  ExpectSameFromTheLog(1);
}

TEST_F(FoldDecisionsTest, AReloadOfTheSameFilesEndsNoMuteAndSendsNoInsight) {
  const v1::Organisation organisation = DefaultOrganisation();
  const v1::Subscriptions subscriptions = DefaultSubscriptions(organisation);
  fold_->UseOrganisation(organisation, subscriptions);
  Report(Said("The till froze"));
  FoldAll();
  v1::Decision mute;
  mute.set_leader("amara");
  mute.set_insight(1);
  *mute.mutable_at() = contract::ToStamp(clock_.Wall());
  mute.mutable_mute()->set_reason("The refit ends on Friday");
  *mute.mutable_mute()->mutable_until() =
      contract::ToStamp(clock_.Wall() + absl::Hours(72));
  Put(feed_, v1::RECORD_DECISION, mute.SerializeAsString());
  FoldAll();
  const v1::Insight before = Insight(1);
  EXPECT_EQ(before.muted().reason(), "The refit ends on Friday");
  EXPECT_EQ(before.state(), v1::HEARD);
  const auto kinds = [&] {
    std::vector<uint32_t> sent;
    const auto items = views_->ItemsAfter(0, 1000, 1 << 20);
    for (const v1::Item& item : *items) {
      if (item.kind() == v1::UPDATE_INSIGHT ||
          item.kind() == v1::UPDATE_SUBSCRIPTIONS ||
          item.kind() == v1::UPDATE_ORGANISATION) {
        sent.push_back(static_cast<uint32_t>(item.seq()));
      }
    }
    return sent;
  };
  const auto sent = kinds();
  fold_->UseOrganisation(organisation, subscriptions);
  FoldAll();
  EXPECT_EQ(kinds(), sent);
  EXPECT_EQ(Insight(1).SerializeAsString(), before.SerializeAsString());
  ExpectSameFromTheLog(1);
}

TEST_F(FoldDecisionsTest, WithoutAnOpenerTheNumberCounts) {
  Report(Said("The till froze"));
  Report(Said("A parcel is lost"), &other_);
  FoldAll();
  Answer(2, "Fixed on Thursday");
  FoldAll();
  EXPECT_EQ(AnswersOf(1), 0);
  EXPECT_EQ(AnswersOf(2), 1);
  ExpectSameFromTheLog(2);
}

}  // namespace
}  // namespace earshot::router
