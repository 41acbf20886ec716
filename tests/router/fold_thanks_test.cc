#include <gmock/gmock.h>

#include "earshot/v1/erase.pb.h"
#include "tests/router/fold_fixture.h"

// Praise that names a colleague, and where it goes.
namespace earshot::router {
namespace {

class FoldThanksTest : public FoldTest {
 protected:
  FoldThanksTest() {
    fold_->NoteAgents({{"store-014", {"pc1"}}, {"store-015", {"pc2"}}});
  }
  std::string Praise(const std::string& name, const std::string& site = "") {
    v1::Observation said = Said("Stayed late to find the parcel");
    said.set_kind(v1::OBSERVATION_KIND_PRAISE);
    said.mutable_thanks()->set_name(name);
    said.mutable_thanks()->set_site(site);
    std::string record = Report(said);
    FoldAll();
    return record;
  }
  std::vector<std::string> NewsOf(const std::string& agent) {
    std::vector<std::string> texts;
    const auto owed = views_->RepliesAfter(agent, 0, 100);
    for (const ReplyRow& row : *owed) {
      if (row.kind != v1::REPLY_SITE_NEWS) continue;
      const auto news = views_->FindNews(row.answer);
      texts.push_back(*news ? (*news)->text() : "gone");
    }
    return texts;
  }
};

TEST_F(FoldThanksTest, ItIsNewsWhereTheColleagueWorksWithoutTheWords) {
  Praise("Priya");
  EXPECT_THAT(NewsOf("pc1"),
              ::testing::ElementsAre("Praise for Priya (delivery)"));
  EXPECT_TRUE(NewsOf("pc2").empty());
  EXPECT_EQ(Insight(1).thanked(0).name(), "Priya");
}

TEST_F(FoldThanksTest, OfAnotherSiteItIsNewsAndCountsThere) {
  Praise("Sam", "store-015");
  EXPECT_TRUE(NewsOf("pc1").empty());
  EXPECT_EQ(NewsOf("pc2").size(), 1U);
  ASSERT_EQ(Insight(1).cells_size(), 1);
  EXPECT_EQ(Insight(1).cells(0).site(), "store-015");
}

TEST_F(FoldThanksTest, WhoIsNamedIsNotInTheChainedRecord) {
  Praise("Priya");
  const auto rows = reader_->ReadAfter(0, 100);
  for (const LogRow& row : *rows) {
    EXPECT_EQ(row.body.find("Priya"), std::string::npos);
  }
}

TEST_F(FoldThanksTest, TakenBackNobodyIsNamed) {
  v1::Withdrawal back;
  back.set_id(Praise("Priya"));
  Put(agent_, v1::RECORD_WITHDRAWAL, back.SerializeAsString());
  FoldAll();
  EXPECT_EQ(Insight(1).thanked_size(), 0);
}

TEST_F(FoldThanksTest, ErasedTheNewsGoesFromTheMachinesAsWell) {
  const std::string record = Praise("Priya");
  const std::string observation =
      contract::MakeObservationId(key_, {record}).bytes;
  v1::ErasureRecord erasure;
  erasure.set_id(random_.Bytes(16));
  erasure.set_cause(v1::ErasureRecord::ASKED);
  erasure.add_observations(observation);
  LogAppend append;
  append.entries.Add(v1::LOG_ERASURE, erasure.SerializeAsString());
  ASSERT_TRUE(writer_->AppendAndWait(std::move(append)).ok());
  FoldAll();
  EXPECT_EQ(Insight(1).thanked_size(), 0);
  EXPECT_THAT(NewsOf("pc1"), ::testing::ElementsAre("gone"));
  const auto owed = views_->RepliesAfter("pc1", 0, 100);
  std::vector<std::string> erased;
  std::string news;
  for (const ReplyRow& row : *owed) {
    if (row.kind == v1::REPLY_SITE_NEWS) news = row.answer;
    if (row.kind == v1::REPLY_ERASE) erased.push_back(row.record);
  }
  EXPECT_THAT(erased, ::testing::UnorderedElementsAre(record, news));
}

TEST_F(FoldThanksTest, AtMostTheLatestSixteenAreNamed) {
  for (int i = 0; i < 20; ++i) {
    Praise("Person " + std::to_string(i));
    clock_.Advance(absl::Hours(25));  // or it would be the same report again
  }
  ASSERT_EQ(Insight(1).thanked_size(), 16);
  EXPECT_EQ(Insight(1).thanked(0).name(), "Person 4");
}

}  // namespace
}  // namespace earshot::router
