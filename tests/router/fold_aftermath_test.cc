#include <gmock/gmock.h>

#include <filesystem>
#include <fstream>
#include <iterator>

#include "base/config/text_config.h"
#include "earshot/v1/erase.pb.h"
#include "earshot/v1/question.pb.h"
#include "earshot/v1/verdict.pb.h"
#include "tests/router/fold_fixture.h"

// What follows when merges, erasures, verdicts and rules meet.
namespace earshot::router {
namespace {

class FoldAftermathTest : public FoldTest {
 protected:
  std::string IdOf(const std::string& record) {
    return contract::MakeObservationId(os::HmacKey(key_), {record}).bytes;
  }
  void Decide(uint64_t insight, v1::Decision decision) {
    decision.set_leader("amara");
    decision.set_insight(insight);
    *decision.mutable_at() = contract::ToStamp(clock_.Wall());
    Put(feed_, v1::RECORD_DECISION, decision.SerializeAsString());
    FoldAll();
  }
  void Merge(uint64_t insight, uint64_t into) {
    v1::Decision d;
    d.mutable_merge()->set_into(into);
    Decide(insight, d);
  }
  void Unmerge(uint64_t insight, uint64_t merged) {
    v1::Decision d;
    d.mutable_split()->set_merged(merged);
    Decide(insight, d);
  }
  void Resolve(uint64_t insight) {
    v1::Decision d;
    d.mutable_resolve()->set_text("done");
    Decide(insight, d);
  }
  void Decline(uint64_t insight) {
    v1::Decision d;
    d.mutable_decline()->set_reason("we decline this");
    Decide(insight, d);
  }
  std::string Tell(const std::string& text, const std::string& who,
                   const Enrolled* peer = nullptr) {
    std::string id = Report(Said(text, who), peer);
    FoldAll();
    return id;
  }
  uint64_t Verdict(const std::string& record, const std::string& answer,
                   v1::Verdict::Fixed fixed, const std::string& reason = "") {
    v1::Verdict verdict;
    verdict.set_observation(record);
    verdict.set_answer(answer);
    verdict.set_fixed(fixed);
    verdict.set_reason(reason);
    *verdict.mutable_at() = contract::ToStamp(clock_.Wall());
    Put(agent_, v1::RECORD_VERDICT, verdict.SerializeAsString());
    const uint64_t at = *reader_->End();
    FoldAll();
    return at;
  }
  void Erase(const std::vector<std::string>& records,
             const std::vector<uint64_t>& positions = {}) {
    v1::ErasureRecord erasure;
    erasure.set_id(random_.Bytes(16));
    erasure.set_cause(v1::ErasureRecord::ASKED);
    for (const std::string& r : records) erasure.add_observations(IdOf(r));
    LogAppend append;
    append.erasures = positions;
    erasure.mutable_positions()->Assign(positions.begin(), positions.end());
    append.entries.Add(v1::LOG_ERASURE, erasure.SerializeAsString());
    ASSERT_TRUE(writer_->AppendAndWait(std::move(append)).ok());
    FoldAll();
  }
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
};

TEST_F(FoldAftermathTest, AMergeThatWaitedIsMadeAgainFromTheLog) {
  Tell("The till froze", "r1");
  const std::string late = random_.Bytes(16);
  v1::Decision d;
  d.set_opened_by(IdOf(late));
  d.mutable_merge()->set_into(1);
  Decide(9, d);
  Report(Said("No parcel came", "r2"), nullptr, late);
  FoldAll();
  EXPECT_EQ(Insight(1).observations(), 2U);
  LoseViews();
  OpenFold(kTaxonomy);  // asserts Recover().ok()
  FoldAll();
  EXPECT_EQ(Insight(1).observations(), 2U);
}

TEST_F(FoldAftermathTest, AVoteIsNotLostWhenAMergeIsUndone) {
  const std::string till = Tell("The till froze", "r2");
  Tell("The till froze", "r1");
  Tell("No parcel came", "r2");
  Resolve(1);
  Verdict(till, Insight(1).answers(0).id(), v1::Verdict::YES);
  EXPECT_EQ(Insight(1).verdicts().yes(), 1U);
  Decline(2);
  Merge(2, 1);
  EXPECT_EQ(Insight(1).state(), v1::RESOLVED);
  EXPECT_EQ(Insight(1).verdicts().yes(), 1U);
  Unmerge(1, 2);
  EXPECT_EQ(Insight(1).verdicts().yes(), 1U) << "lost";
}

TEST_F(FoldAftermathTest, TheAnswerThatStandsIsThatOfTheState) {
  const std::string till = Tell("The till froze", "r1");
  Report(Said("No parcel came", "r3"), &other_);
  FoldAll();
  Resolve(1);
  Decline(2);
  Merge(2, 1);
  const v1::Insight whole = Insight(1);
  EXPECT_EQ(whole.state(), v1::RESOLVED);
  const auto replies = *views_->RepliesAfter("pc1", 0, 10);
  EXPECT_EQ(replies.size(), 1U);
  EXPECT_EQ(whole.verdicts().answer(), replies.back().answer);
}
TEST_F(FoldAftermathTest, OfTwoResolvedOnesTheLaterIsAskedAbout) {
  const std::string till = Tell("The till froze", "r1");
  Tell("No parcel came", "r3");
  Resolve(1);
  Resolve(2);
  Merge(2, 1);
  const auto replies = *views_->RepliesAfter("pc1", 0, 10);
  Verdict(till, replies.back().answer, v1::Verdict::NO, "froze again");
  EXPECT_EQ(Insight(1).state(), v1::REOPENED);
  EXPECT_EQ(fold_->counters().verdicts_refused.value(), 0U);
}

TEST_F(FoldAftermathTest, OnlyTheReportsThatWereAskedAnswer) {
  const std::string asked = Tell("The till froze", "r1");
  const std::string a = Tell("No parcel came", "r1");
  const std::string b = Tell("No parcel came", "r2");
  v1::Question question;
  question.set_leader("amara");
  question.set_insight(1);
  question.set_text("Does it still happen?");
  question.mutable_choice()->add_options("yes");
  question.mutable_choice()->add_options("no");
  *question.mutable_at() = contract::ToStamp(clock_.Wall());
  *question.mutable_closes_at() =
      contract::ToStamp(clock_.Wall() + absl::Hours(48));
  const std::string id =
      IdOf(Put(feed_, v1::RECORD_QUESTION, question.SerializeAsString()));
  FoldAll();
  for (const std::string& record : {asked, a, b}) {
    v1::QuestionAnswer answer;
    answer.set_question(id);
    answer.set_observation(record);
    answer.set_option(0);
    *answer.mutable_at() = contract::ToStamp(clock_.Wall());
    Put(agent_, v1::RECORD_QUESTION_ANSWER, answer.SerializeAsString());
    FoldAll();
  }
  const auto found = *views_->FindQuestion(id);
  EXPECT_EQ(found->asked(), 1U);
  EXPECT_EQ(found->answered(), 1U);
}

TEST_F(FoldAftermathTest, AnErasedReasonStillReopens) {
  const std::string record = Tell("The till froze", "r1");
  Tell("The till froze", "r2");
  Resolve(1);
  const uint64_t at = Verdict(record, Insight(1).answers(0).id(),
                              v1::Verdict::NO, "Maria says it froze again");
  EXPECT_EQ(Insight(1).state(), v1::REOPENED);
  v1::Decision ack;
  ack.mutable_acknowledge();
  Decide(1, ack);
  EXPECT_EQ(Insight(1).state(), v1::ACKNOWLEDGED);
  Erase({record}, {at});
  LoseViews();
  OpenFold(kTaxonomy);
  FoldAll();
  EXPECT_EQ(Insight(1).state(), v1::ACKNOWLEDGED);
  EXPECT_EQ(fold_->counters().decisions_refused.value(), 0U);
}

TEST_F(FoldAftermathTest, AReasonIsErasedInWhatWasMergedAway) {
  const std::string record = Tell("The till froze", "r1");
  Tell("No parcel came", "r2");
  Resolve(1);
  const uint64_t at = Verdict(record, Insight(1).answers(0).id(),
                              v1::Verdict::NO, "Maria says it froze again");
  Merge(1, 2);
  Erase({record}, {at});
  EXPECT_FALSE(AnywhereOnDisk("Maria says"));
}
TEST_F(FoldAftermathTest, AReasonIsErasedInWhatAMergeRemembers) {
  const std::string record = Tell("The till froze", "r1");
  Tell("No parcel came", "r2");
  Resolve(1);
  const uint64_t at = Verdict(record, Insight(1).answers(0).id(),
                              v1::Verdict::NO, "Maria says it froze again");
  Merge(2, 1);
  Erase({record}, {at});
  EXPECT_FALSE(AnywhereOnDisk("Maria says"));
}

TEST_F(FoldAftermathTest, RulesThatChangeReachWhatWaitsAlready) {
  constexpr char kWithDeadlines[] = R"(
    topics { path: "checkout" words: "till" deadline_hours: [8,8,8,8,8] }
  )";
  LoseEverything();
  OpenFold(kWithDeadlines);
  v1::Observation said = Said("The till froze", "r1");
  said.set_severity(4);
  Report(said);
  FoldAll();
  ASSERT_TRUE(Insight(1).has_answer_due());
  v1::Organisation organisation;
  ASSERT_TRUE(config::ParseText(R"(leaders { id: "amara" }
     loop { escalation_hours: 8 })",
                                organisation)
                  .empty());
  fold_->UseOrganisation(organisation, {});
  FoldAll();
  clock_.Advance(absl::Hours(100));
  FoldAll();
  EXPECT_NE(Insight(1).escalation().stage(), v1::Escalation::STAGE_UNSPECIFIED);
}

TEST_F(FoldAftermathTest, WhatWasAnsweredToAQuestionIsErased) {
  const std::string asked = Tell("The till froze", "r1");
  v1::Question question;
  question.set_leader("amara");
  question.set_insight(1);
  question.set_text("What happens?");
  question.mutable_open_text();
  *question.mutable_at() = contract::ToStamp(clock_.Wall());
  *question.mutable_closes_at() =
      contract::ToStamp(clock_.Wall() + absl::Hours(48));
  const std::string id =
      IdOf(Put(feed_, v1::RECORD_QUESTION, question.SerializeAsString()));
  FoldAll();
  v1::QuestionAnswer answer;
  answer.set_question(id);
  answer.set_observation(asked);
  answer.set_text("Maria says it hums");
  *answer.mutable_at() = contract::ToStamp(clock_.Wall());
  Put(agent_, v1::RECORD_QUESTION_ANSWER, answer.SerializeAsString());
  FoldAll();
  const uint64_t position = *reader_->End();
  ASSERT_TRUE(AnywhereOnDisk("Maria says"));
  Erase({asked}, {position});
  EXPECT_FALSE(AnywhereOnDisk("Maria says"));
}

TEST_F(FoldAftermathTest, WhoHeldAnErasedTextBeforeIsTold) {
  const std::string gone = Tell("The till froze", "r1");
  Tell("No parcel came", "r2");
  Tell("Nobody answers the phone", "r3");
  Merge(2, 1);  // 1 quotes the parcel too
  v1::Decision d;
  d.mutable_split()->add_observations(IdOf(gone));
  Decide(1, d);  // the till is 4 now; 1 quoted it
  ASSERT_EQ(Insight(4).observations(), 1U);
  Merge(4, 3);
  Erase({gone});
  v1::EraseOrder order;
  const auto orders = views_->Number("erase_orders");
  order.ParseFromString(
      *views_->FindMirrored("erase/" + std::to_string(*orders - 1)));
  EXPECT_THAT(order.insights(), ::testing::Contains(1U));
}

TEST_F(FoldAftermathTest, SilenceIsEscalatedToEverybody) {
  constexpr char kWithDeadlines[] = R"(
    topics { path: "checkout" words: "till" deadline_hours: [8,8,8,8,8] }
  )";
  LoseEverything();
  OpenFold(kWithDeadlines);
  v1::Organisation organisation;
  ASSERT_TRUE(config::ParseText(R"(leaders { id: "amara" }
     loop { escalation_hours: 8 })",
                                organisation)
                  .empty());
  fold_->UseOrganisation(organisation, {});
  FoldAll();
  v1::Observation said = Said("The till froze", "r1");
  said.set_severity(4);
  Report(said);
  FoldAll();
  clock_.Advance(absl::Hours(100));
  FoldAll();
  EXPECT_EQ(Insight(1).escalation().stage(), v1::Escalation::OVERDUE);
}

TEST_F(FoldAftermathTest, WhatWasAnsweredOnTheDayItCameBackWaitsForNobody) {
  constexpr char kWithDeadlines[] = R"(
    topics { path: "checkout" words: "till" deadline_hours: [1,1,1,1,1] }
  )";
  LoseEverything();
  OpenFold(kWithDeadlines);
  v1::Organisation organisation;
  ASSERT_TRUE(config::ParseText(R"(leaders { id: "amara" }
     loop { escalation_hours: 8 })",
                                organisation)
                  .empty());
  fold_->UseOrganisation(organisation, {});
  FoldAll();
  v1::Observation said = Said("The till froze", "r1");
  said.set_severity(4);
  said.clear_reporter();
  const std::string record = Report(said);
  FoldAll();
  Resolve(1);
  Verdict(record, Insight(1).answers(0).id(), v1::Verdict::NO, "again");
  ASSERT_EQ(Insight(1).state(), v1::REOPENED);
  clock_.Advance(absl::Hours(1));
  v1::Decision answer;
  answer.mutable_answer()->set_text("We look again");
  Decide(1, answer);
  EXPECT_FALSE(Insight(1).has_answer_due()) << "it was answered";
  clock_.Advance(absl::Hours(30));
  FoldAll();
  EXPECT_EQ(Insight(1).escalation().stage(), v1::Escalation::STAGE_UNSPECIFIED);
}

TEST_F(FoldAftermathTest, AReadReceiptSentAgainCountsOnce) {
  const std::string record = Tell("The till froze", "r1");
  Tell("The till froze", "r2");
  Answer(1, "We look");
  FoldAll();
  v1::ReadReceipt receipt;
  receipt.set_id(Insight(1).answers(0).id());
  receipt.set_count(1);
  const std::string id =
      Put(agent_, v1::RECORD_READ, receipt.SerializeAsString());
  Put(agent_, v1::RECORD_READ, receipt.SerializeAsString(), id);
  FoldAll();
  EXPECT_EQ(Insight(1).answers(0).read(), 1U);
}

TEST_F(FoldAftermathTest, WhatIsFoldedAgainObeysTheRulesInForce) {
  v1::Organisation organisation;
  ASSERT_TRUE(config::ParseText(R"(leaders { id: "amara" name: "Amara B." }
     loop { confirming_reporters: 5 })",
                                organisation)
                  .empty());
  fold_->UseOrganisation(organisation, {});
  FoldAll();
  std::vector<std::string> records;
  records.reserve(6);
  for (int i = 0; i < 6; ++i) {
    records.push_back(Tell("The till froze", "r" + std::to_string(i)));
  }
  Resolve(1);
  for (int i = 0; i < 3; ++i) {
    Verdict(records[static_cast<size_t>(i)], Insight(1).answers(0).id(),
            v1::Verdict::YES);
  }
  EXPECT_EQ(Insight(1).state(), v1::RESOLVED);
  Tell("No parcel came", "r9");
  LoseViews();
  fold_.reset();
  views_ = *Views::Open(folder_.File("views.db"));
  fold_ = std::make_unique<Fold>(FoldOptions{key_, 1000, 1000, 1000}, *reader_,
                                 *writer_, *views_, clock_, random_, log_);
  v1::Taxonomy parsed;
  ASSERT_TRUE(config::ParseText(kTaxonomy, parsed).empty());
  fold_->UseTaxonomy(*Taxonomy::Compile(parsed));
  fold_->UseOrganisation(organisation, {});  // as Router::OpenStores
  ASSERT_TRUE(fold_->Recover().ok());
  FoldAll();
  EXPECT_EQ(Insight(1).state(), v1::RESOLVED);
  EXPECT_EQ(Insight(1).answers(0).leader(), "Amara B.");
}

}  // namespace
}  // namespace earshot::router
