#include <map>

#include "tests/router/fold_fixture.h"

// What colleagues at a site are told of the issues there, and "me too".
namespace earshot::router {
namespace {

constexpr char kText[] = "The till stops at every second card";

class FoldSiteIssuesTest : public FoldTest {
 protected:
  FoldSiteIssuesTest() {
    fold_->NoteAgents({{"store-014", {"pc1"}}, {"store-015", {"pc2"}}});
  }
  void People(int from, int to, const std::string& site = "store-014",
              v1::ObservationKind kind = v1::OBSERVATION_KIND_PAIN_POINT) {
    for (int i = from; i < to; ++i) {
      v1::Observation said = Said(kText, "person " + std::to_string(i));
      said.set_site(site);
      said.set_kind(kind);
      Report(said, site == "store-014" ? &agent_ : &other_);
    }
    FoldAll();
  }
  void Rename(const std::string& title) {
    v1::Decision decision;
    decision.set_leader("amara");
    decision.set_insight(1);
    decision.mutable_rename()->set_title(title);
    Put(feed_, v1::RECORD_DECISION, decision.SerializeAsString());
    FoldAll();
  }
  // The last that a machine was told of each issue.
  std::map<uint64_t, v1::SiteIssue> ToldTo(const std::string& agent) {
    std::map<uint64_t, v1::SiteIssue> told;
    const auto owed = views_->RepliesAfter(agent, 0, 100);
    for (const ReplyRow& row : *owed) {
      if (row.kind != v1::REPLY_SITE_ISSUE) continue;
      const auto issue = views_->FindSiteIssue(row.answer);
      if (issue.ok() && *issue) told[(*issue)->insight()] = **issue;
    }
    return told;
  }
  v1::Observation MeToo(const std::string& issue,
                        const std::string& site = "store-014") {
    v1::Observation said = Said("Cards at the counter", "somebody else");
    said.set_site(site);
    said.set_same_as(issue);
    return said;
  }
};

TEST_F(FoldSiteIssuesTest, ASmallGroupsIssueIsToldToNobody) {
  People(0, 4);
  EXPECT_TRUE(ToldTo("pc1").empty());
}

TEST_F(FoldSiteIssuesTest, OfEnoughPeopleItIsToldByItsTopicAndNotInTheirWords) {
  People(0, 5);
  const auto told = ToldTo("pc1");
  ASSERT_EQ(told.size(), 1U);
  EXPECT_EQ(told.at(1).title(), "checkout");
  EXPECT_EQ(told.at(1).state(), v1::HEARD);
  EXPECT_EQ(told.at(1).SerializeAsString().find("second card"),
            std::string::npos);
  EXPECT_TRUE(ToldTo("pc2").empty());
}

TEST_F(FoldSiteIssuesTest, WhatALeaderCallsItIsToldWhereverItWasSeen) {
  People(0, 4);
  People(4, 5, "store-015");
  EXPECT_TRUE(ToldTo("pc2").empty());
  Rename("Card readers stop");
  EXPECT_EQ(ToldTo("pc1").at(1).title(), "Card readers stop");
  EXPECT_EQ(ToldTo("pc2").at(1).title(), "Card readers stop");
}

TEST_F(FoldSiteIssuesTest, ATitleOfASmallGroupIsToldToNobody) {
  People(0, 4);
  Rename("Card readers stop");
  EXPECT_TRUE(ToldTo("pc1").empty());
  People(4, 5, "store-015");
  EXPECT_EQ(ToldTo("pc1").size(), 1U);
  EXPECT_EQ(ToldTo("pc2").size(), 1U);
}

TEST_F(FoldSiteIssuesTest, WhatPeopleThereLiveThroughNeedsEnoughOfTheSite) {
  const auto kind = v1::OBSERVATION_KIND_EMPLOYEE_EXPERIENCE;
  People(0, 5, "store-014", kind);
  People(5, 6, "store-015", kind);
  Rename("Breaks are missed");
  EXPECT_EQ(ToldTo("pc1").size(), 1U);
  EXPECT_TRUE(ToldTo("pc2").empty());
}

TEST_F(FoldSiteIssuesTest, EveryChangeIsToldAndNothingTwice) {
  People(0, 5);
  const size_t before = RepliesOf("pc1");
  People(5, 9);
  EXPECT_EQ(RepliesOf("pc1"), before);
  v1::Decision decision;
  decision.set_leader("amara");
  decision.set_insight(1);
  decision.mutable_assign()->set_owner("Facilities");
  *decision.mutable_assign()->mutable_due() =
      contract::ToStamp(clock_.Wall() + absl::Hours(48));
  Put(feed_, v1::RECORD_DECISION, decision.SerializeAsString());
  FoldAll();
  const v1::SiteIssue told = ToldTo("pc1").at(1);
  EXPECT_EQ(told.state(), v1::COMMITTED);
  EXPECT_EQ(told.owner(), "Facilities");
  EXPECT_TRUE(told.has_due());
  EXPECT_EQ(told.number(), 2U);
}

TEST_F(FoldSiteIssuesTest, TakenBackBelowEnoughItIsToldNoMore) {
  People(0, 4);
  const std::string record = Report(Said(kText, "person 4"));
  FoldAll();
  ASSERT_EQ(ToldTo("pc1").at(1).title(), "checkout");
  v1::Withdrawal back;
  back.set_id(record);
  Put(agent_, v1::RECORD_WITHDRAWAL, back.SerializeAsString());
  FoldAll();
  EXPECT_EQ(ToldTo("pc1").at(1).title(), "");
}

// Who said so at two sites counts at the first; taken back there, they count at
// the other.
TEST_F(FoldSiteIssuesTest, TakenBackAtOneSiteByWhoSaidSoAtTwoItIsNoLongerTold) {
  People(0, 4);
  const std::string record = Report(Said(kText, "person 4"));
  FoldAll();
  v1::Observation again = Said(std::string(kText) + " payment", "person 4");
  again.set_site("store-015");
  Report(again, &other_);
  FoldAll();
  ASSERT_EQ(Insight(1).observations(), 6U) << "in other words, no repeat";
  ASSERT_EQ(ToldTo("pc1").at(1).title(), "checkout");
  v1::Withdrawal back;
  back.set_id(record);
  Put(agent_, v1::RECORD_WITHDRAWAL, back.SerializeAsString());
  FoldAll();
  EXPECT_EQ(Insight(1).reporters(), 5U);
  EXPECT_EQ(ToldTo("pc1").at(1).title(), "");
}

TEST_F(FoldSiteIssuesTest, WhenMoreAreAskedForWhatIsOverIsToldNoMoreEither) {
  People(0, 5);
  v1::Decision decision;
  decision.set_leader("amara");
  decision.set_insight(1);
  decision.mutable_resolve()->set_text("New readers are in.");
  Put(feed_, v1::RECORD_DECISION, decision.SerializeAsString());
  FoldAll();
  ASSERT_EQ(ToldTo("pc1").at(1).title(), "checkout");
  v1::Organisation organisation = DefaultOrganisation();
  organisation.mutable_small_groups()->set_numbers(6);
  fold_->UseOrganisation(organisation, {});
  FoldAll();
  EXPECT_EQ(ToldTo("pc1").at(1).title(), "");
}

TEST_F(FoldSiteIssuesTest,
       WhatHoldsHowPeopleWorkIsToldWhereEnoughOfThemSaidSo) {
  People(0, 5);
  v1::Observation said = Said("We miss our breaks", "person 9");
  said.set_site("store-015");
  said.set_kind(v1::OBSERVATION_KIND_EMPLOYEE_EXPERIENCE);
  Report(said, &other_);
  FoldAll();
  v1::Decision decision;
  decision.set_leader("amara");
  decision.set_insight(2);
  decision.mutable_merge()->set_into(1);
  Put(feed_, v1::RECORD_DECISION, decision.SerializeAsString());
  FoldAll();
  Rename("Queues at the tills");
  EXPECT_EQ(ToldTo("pc1").at(1).title(), "Queues at the tills");
  EXPECT_TRUE(ToldTo("pc2").empty());
}

TEST_F(FoldSiteIssuesTest, AMachineThatWasAwayIsToldThatItIsOver) {
  People(0, 4);
  const std::string record = Report(Said(kText, "person 4"));
  FoldAll();
  fold_->NoteAgents({{"store-014", {"pc3"}}});
  v1::Withdrawal back;
  back.set_id(record);
  Put(agent_, v1::RECORD_WITHDRAWAL, back.SerializeAsString());
  FoldAll();
  const size_t before = RepliesOf("pc1");
  fold_->NoteAgents({{"store-014", {"pc1", "pc3", "pc4"}}});
  FoldAll();
  EXPECT_EQ(RepliesOf("pc1"), before + 1);
  EXPECT_EQ(RepliesOf("pc4"), 0U) << "it never knew";
  fold_->NoteAgents({{"store-014", {"pc3", "pc4"}}});
  FoldAll();
  fold_->NoteAgents({{"store-014", {"pc1", "pc3", "pc4"}}});
  FoldAll();
  EXPECT_EQ(RepliesOf("pc1"), before + 1) << "once";
}

TEST_F(FoldSiteIssuesTest, AMachineThatIsNewAtASiteHearsWhatIsKnownThere) {
  People(0, 5);
  fold_->NoteAgents({{"store-014", {"pc1", "pc3"}}});
  FoldAll();
  EXPECT_EQ(ToldTo("pc3").at(1).title(), "checkout");
}

TEST_F(FoldSiteIssuesTest, MeTooJoinsWhateverTheWords) {
  People(0, 5);
  Report(MeToo(ToldTo("pc1").at(1).id()));
  FoldAll();
  EXPECT_EQ(Insight(1).observations(), 6U);
  EXPECT_EQ(Insight(1).reporters(), 6U);
  EXPECT_EQ(Insight(1).join_note(), "the reporter said that it is the same");
}

TEST_F(FoldSiteIssuesTest, MeTooJoinsAgainWhenTheViewsAreMadeAnew) {
  People(0, 5);
  Report(MeToo(ToldTo("pc1").at(1).id()));
  FoldAll();
  LoseViews();
  OpenFold(kTaxonomy);
  FoldAll();
  EXPECT_EQ(Insight(1).observations(), 6U);
}

TEST_F(FoldSiteIssuesTest,
       MeTooOfAnotherSiteOrOfNothingIsAnObservationLikeAny) {
  People(0, 5);
  const std::string id = ToldTo("pc1").at(1).id();
  Report(MeToo(id, "store-015"), &other_);
  Report(MeToo(std::string(16, 'x')));
  FoldAll();
  EXPECT_EQ(Insight(1).observations(), 5U);
}

}  // namespace
}  // namespace earshot::router
