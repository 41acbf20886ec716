#include "router/replay/replay.h"

#include <gmock/gmock.h>

#include "tests/router/fold_fixture.h"

namespace earshot::router {
namespace {

using ::testing::ElementsAre;
using ::testing::Pair;

constexpr char kOther[] = R"(
  topics { path: "checkout" words: "froze" }
  topics { path: "delivery" words: "parcel"
           rules { any { words: "till" } certain: true } }
)";

class ReplayTest : public FoldTest {
 protected:
  std::unique_ptr<Replayed> Replay(const char* taxonomy) {
    v1::Taxonomy parsed;
    EXPECT_TRUE(config::ParseText(taxonomy, parsed).empty());
    const std::string folder =
        folder_.File("replay" + std::to_string(folders_++));
    std::filesystem::create_directories(folder);
    auto replayed =
        Replayed::Make(*reader_, folder, FoldOptions{key_, 1000, 1000, 1000},
                       {*Taxonomy::Compile(parsed), nullptr},
                       DefaultOrganisation(), clock_, log_, [](uint64_t) {});
    EXPECT_TRUE(replayed.ok()) << replayed.status();
    return replayed.ok() ? *std::move(replayed) : nullptr;
  }
  ReplayDiff Diff(const char* then, absl::Time from = absl::InfinitePast()) {
    const auto before = Replay(kTaxonomy);
    const auto after = Replay(then);
    const auto diff = Compare(*before, *after, from);
    EXPECT_TRUE(diff.ok()) << diff.status();
    return diff.ok() ? *diff : ReplayDiff();
  }
  void Tell(const std::string& text, const std::string& who) {
    Report(Said(text, who));
    FoldAll();
  }
  void SomeDays() {
    for (const char* who : {"r1", "r2", "r3"}) Tell("The till is slow", who);
    Tell("No parcel came", "r1");
    Answer(1, "Soon");
    FoldAll();
    clock_.Advance(absl::Hours(48));
    Tell("The till is loud", "r4");
  }
  int folders_ = 0;
};

TEST_F(ReplayTest, TheSameRulesChangeNothing) {
  SomeDays();
  const std::string views = Insight(1).DebugString();
  const ReplayDiff diff = Diff(kTaxonomy);
  EXPECT_EQ(diff.observations, 5U);
  EXPECT_EQ(diff.topics + diff.kinds + diff.joined_elsewhere + diff.fall_apart +
                diff.flow_together,
            0U);
  EXPECT_EQ(diff.insights_before, diff.insights_after);
  for (size_t i = 0; i < diff.first.size(); ++i) {
    EXPECT_EQ(diff.first[i].rank_before, i + 1);
  }
  EXPECT_EQ(Insight(1).DebugString(), views)
      << "the router's own are untouched";
}

TEST_F(ReplayTest, OtherRulesTellWhichTopicsWouldMove) {
  SomeDays();
  const ReplayDiff diff = Diff(kOther);
  EXPECT_EQ(diff.topics, 4U);
  EXPECT_THAT(diff.moves, ElementsAre(Pair("checkout -> delivery", 4U)));
}

TEST_F(ReplayTest, OnlyWhatCameInSinceIsCompared) {
  SomeDays();
  EXPECT_EQ(Diff(kOther, clock_.Wall() - absl::Hours(1)).observations, 1U);
}

TEST_F(ReplayTest, WhatWasTakenBackIsNotThere) {
  const std::string record = Report(Said("The till is slow"));
  FoldAll();
  v1::Withdrawal withdrawal;
  withdrawal.set_id(record);
  Put(agent_, v1::RECORD_WITHDRAWAL, withdrawal.SerializeAsString());
  FoldAll();
  EXPECT_EQ(Diff(kOther).observations, 0U);
}

// Whose they were is forgotten: each is somebody, and none is everybody.
TEST_F(ReplayTest, AnonymousReportsThatAreLongAnsweredAreNotOneReporter) {
  for (const Enrolled* peer : {&agent_, &other_}) {
    v1::Observation said = Said("The till froze");
    said.clear_reporter();
    Report(said, peer);
  }
  FoldAll();
  ASSERT_EQ(Insight(1).reporters(), 2U);
  for (int i = 0; i < 2; ++i) {
    clock_.Advance(absl::Hours(24 * 402));
    FoldAll();
  }
  ASSERT_EQ(Insight(1).obligations_ended(), 2U);
  EXPECT_EQ((*Replay(kTaxonomy)->views().FindInsight(1))->reporters(), 2U);
}

TEST_F(ReplayTest, WhatLeadersMergedStaysMerged) {
  SomeDays();
  v1::Decision decision;
  decision.set_leader("amara");
  decision.set_insight(2);
  decision.mutable_merge()->set_into(1);
  Put(feed_, v1::RECORD_DECISION, decision.SerializeAsString());
  FoldAll();
  const auto replayed = Replay(kOther);
  const auto merged = replayed->views().FindInsight(1);
  ASSERT_TRUE(merged.ok() && *merged);
  EXPECT_EQ((*merged)->observations(), 4U);
}

}  // namespace
}  // namespace earshot::router
