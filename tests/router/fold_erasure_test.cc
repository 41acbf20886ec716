#include <gmock/gmock.h>

#include <filesystem>
#include <fstream>
#include <iterator>

#include "earshot/v1/erase.pb.h"
#include "earshot/v1/verdict.pb.h"
#include "router/erasure/erased_ids.h"
#include "router/log/verify.h"
#include "tests/router/fold_fixture.h"

// Texts that were asked to be erased, in the fold and the files under it.
namespace earshot::router {
namespace {

class FoldErasureTest : public FoldTest {
 protected:
  std::string IdOf(const std::string& record) {
    return contract::MakeObservationId(os::HmacKey(key_), {record}).bytes;
  }
  // As the router appends it.
  void Erase(const std::vector<std::string>& records,
             const std::vector<uint64_t>& positions = {},
             v1::ErasureRecord::Cause cause = v1::ErasureRecord::ASKED) {
    v1::ErasureRecord erasure;
    erasure.set_id(random_.Bytes(16));
    erasure.set_cause(cause);
    for (const std::string& record : records) {
      erasure.add_observations(IdOf(record));
    }
    LogAppend append;
    append.erasures = positions;
    erasure.mutable_positions()->Assign(positions.begin(), positions.end());
    append.entries.Add(v1::LOG_ERASURE, erasure.SerializeAsString());
    ASSERT_TRUE(writer_->AppendAndWait(std::move(append)).ok());
    FoldAll();
  }
  std::string Tell(const std::string& text, const std::string& who) {
    std::string id = Report(Said(text, who));
    FoldAll();
    return id;
  }
  // In any file of the folder, whole or as part of a page.
  bool AnywhereOnDisk(const std::string& words) {
    for (const auto& file :
         std::filesystem::recursive_directory_iterator(folder_.path())) {
      if (!file.is_regular_file()) continue;
      std::ifstream in(file.path(), std::ios::binary);
      const std::string bytes{std::istreambuf_iterator<char>(in), {}};
      if (bytes.find(words) != std::string::npos) return true;
    }
    return false;
  }
  v1::EraseOrder LastOrder() {
    v1::EraseOrder order;
    const auto orders = views_->Number("erase_orders");
    order.ParseFromString(
        *views_->FindMirrored("erase/" + std::to_string(*orders - 1)));
    return order;
  }
};

TEST_F(FoldErasureTest, TheTextIsInNoFileAndTheCountsStay) {
  const std::string gone = Tell("Maria in lane four has the flu again", "r1");
  Tell("The till froze", "r2");
  ASSERT_TRUE(AnywhereOnDisk("lane four"));
  Erase({gone});
  EXPECT_FALSE(AnywhereOnDisk("lane four"));
  EXPECT_TRUE(AnywhereOnDisk("till froze"));
  EXPECT_EQ(Insight(1).observations(), 1U);
  EXPECT_EQ(Insight(1).reporters(), 1U);
  EXPECT_EQ(Insight(1).verbatims_size(), 0);
  EXPECT_EQ(Insight(1).marks_size(), 0);
  EXPECT_EQ(Insight(2).verbatims_size(), 1);
}

TEST_F(FoldErasureTest, FeedAndAgentAreToldAndTheChainHolds) {
  const std::string gone = Tell("Maria in lane four has the flu again", "r1");
  Erase({gone});
  EXPECT_THAT(LastOrder().observations(), ::testing::ElementsAre(IdOf(gone)));
  EXPECT_THAT(LastOrder().insights(), ::testing::ElementsAre(1U));
  const auto replies = views_->RepliesAfter("pc1", 0, 10);
  ASSERT_EQ(replies->size(), 1U);
  EXPECT_EQ(replies->front().kind, v1::REPLY_ERASE);
  EXPECT_EQ(replies->front().record, gone);
  const auto verdict = VerifyLog(folder_.File("log.db"), "", [](uint64_t) {});
  ASSERT_TRUE(verdict.ok());
  EXPECT_EQ(verdict->broken_at, 0U);
  EXPECT_GE(verdict->erased, 2U) << "the text, and what was read of it";
}

// It was on its way when it was erased, or the router was put back.
TEST_F(FoldErasureTest, WhatComesWithoutItsWordsIsForgottenByItsSenderToo) {
  const std::string gone = random_.Bytes(16);
  auto erased = ErasedIds::Open(folder_.File("erased.ids"));
  ASSERT_TRUE(erased.ok());
  ASSERT_TRUE(erased->Add({IdOf(gone)}).ok());
  records_.UseErased(*erased);
  Put(agent_, v1::RECORD_OBSERVATION,
      Said("Maria has the flu again", "r1").SerializeAsString(), gone);
  v1::Verdict verdict;
  verdict.set_observation(gone);
  verdict.set_answer(random_.Bytes(16));
  verdict.set_fixed(v1::Verdict::NO);
  verdict.set_reason("Maria says it froze again");
  const std::string said =
      Put(agent_, v1::RECORD_VERDICT, verdict.SerializeAsString());
  Tell("The till froze", "r2");
  EXPECT_FALSE(AnywhereOnDisk("Maria"));
  const auto replies = views_->RepliesAfter("pc1", 0, 10);
  ASSERT_EQ(replies->size(), 2U);
  EXPECT_EQ((*replies)[0].kind, v1::REPLY_ERASE);
  EXPECT_EQ((*replies)[0].record, gone);
  EXPECT_EQ((*replies)[1].record, said);
}

// The disk failed between the log's commit and the views'.
TEST_F(FoldErasureTest, AnOrderIsOwedAlsoIfTheViewsLostTheStepThatOwedIt) {
  const std::string gone = random_.Bytes(16);
  auto erased = ErasedIds::Open(folder_.File("erased.ids"));
  ASSERT_TRUE(erased->Add({IdOf(gone)}).ok());
  records_.UseErased(*erased);
  Put(agent_, v1::RECORD_OBSERVATION,
      Said("It froze", "r1").SerializeAsString(), gone);
  fold_.reset();
  views_.reset();
  std::filesystem::copy(folder_.File("views.db"), folder_.File("before.db"));
  OpenFold(kTaxonomy);
  ASSERT_TRUE(fold_->Step().ok());
  LoseViews();
  std::filesystem::copy(folder_.File("before.db"), folder_.File("views.db"));
  OpenFold(kTaxonomy);
  FoldAll();
  ASSERT_EQ(RepliesOf("pc1"), 1U);
  EXPECT_FALSE((*reader_->FindToken(1)).has_value())
      << "and then it is forgotten";
}

TEST_F(FoldErasureTest, WhatIsErasedBeforeItIsReadIsReadAsNothing) {
  const std::string gone = Report(Said("Maria in lane four has the flu"));
  const uint64_t position = *reader_->End();
  Erase({gone}, {position});
  EXPECT_FALSE(AnywhereOnDisk("lane four"));
  EXPECT_EQ((*views_->FindObservation(IdOf(gone)))->insight, 0U);
}

TEST_F(FoldErasureTest, TheSameWordsOfAnotherOpenAnInsightOfTheirOwn) {
  const std::string gone = Tell("The till froze", "r1");
  Erase({gone});
  Tell("The till froze", "r2");
  EXPECT_EQ(Insight(1).observations(), 1U);
  EXPECT_EQ(Insight(2).observations(), 1U)
      << "nothing of the words is left to join by";
}

TEST_F(FoldErasureTest, AReasonThatWasGivenGoesFromTheHistory) {
  const std::string record = Tell("The till froze", "r1");
  v1::Decision decision;
  decision.set_leader("amara");
  decision.set_insight(1);
  decision.mutable_resolve()->set_text("A new one came");
  Put(feed_, v1::RECORD_DECISION, decision.SerializeAsString());
  FoldAll();
  v1::Verdict verdict;
  verdict.set_observation(record);
  verdict.set_answer(Insight(1).answers(0).id());
  verdict.set_fixed(v1::Verdict::NO);
  verdict.set_reason("Maria says it froze again");
  Put(agent_, v1::RECORD_VERDICT, verdict.SerializeAsString());
  FoldAll();
  const uint64_t position = *reader_->End();
  ASSERT_TRUE(AnywhereOnDisk("Maria says"));
  Erase({record}, {position});
  EXPECT_FALSE(AnywhereOnDisk("Maria says"));
  EXPECT_EQ(Insight(1).state(), v1::REOPENED);
}

TEST_F(FoldErasureTest, AReasonThatCameAfterTheLookGoesAsWell) {
  const std::string record = Tell("The till froze", "r1");
  v1::ErasureRecord erasure;
  erasure.set_id(random_.Bytes(16));
  erasure.set_cause(v1::ErasureRecord::ASKED);
  erasure.add_observations(IdOf(record));
  erasure.add_positions(*reader_->End() - 1);
  erasure.set_looked_until(*reader_->End());
  v1::Verdict verdict;
  verdict.set_observation(record);
  verdict.set_answer(random_.Bytes(16));
  verdict.set_fixed(v1::Verdict::NO);
  verdict.set_reason("Maria says it froze again");
  const std::string said =
      Put(agent_, v1::RECORD_VERDICT, verdict.SerializeAsString());
  FoldAll();
  ASSERT_TRUE(AnywhereOnDisk("Maria says"));
  LogAppend append;
  append.entries.Add(v1::LOG_ERASURE, erasure.SerializeAsString());
  ASSERT_TRUE(writer_->AppendAndWait(std::move(append)).ok());
  FoldAll();
  EXPECT_FALSE(AnywhereOnDisk("Maria says"));
  EXPECT_EQ(views_->RepliesAfter("pc1", 0, 10)->back().record, said);
}

TEST_F(FoldErasureTest, ViewsMadeAgainCountTheSame) {
  const std::string gone = Tell("The till froze", "r1");
  Tell("The till froze", "r2");
  Erase({gone});
  Tell("The till froze", "r2");
  const v1::Insight before = Insight(1);
  LoseViews();
  OpenFold(kTaxonomy);
  FoldAll();
  EXPECT_EQ(Insight(1).DebugString(), before.DebugString());
  EXPECT_FALSE(AnywhereOnDisk("Key r1"));
}

TEST_F(FoldErasureTest, AMergeBringsNoErasedWordsBack) {
  const std::string gone = Tell("Maria in lane four has the flu again", "r1");
  Tell("The till froze", "r2");
  Erase({gone});
  v1::Decision decision;
  decision.set_leader("amara");
  decision.set_insight(1);
  decision.mutable_merge()->set_into(2);
  Put(feed_, v1::RECORD_DECISION, decision.SerializeAsString());
  FoldAll();
  EXPECT_EQ(Insight(2).observations(), 2U);
  EXPECT_EQ(Insight(2).reporters(), 2U);
  EXPECT_EQ(Insight(2).verbatims_size(), 1);
}

}  // namespace
}  // namespace earshot::router
