#include <gmock/gmock.h>

#include "earshot/v1/guidance.pb.h"
#include "earshot/v1/question.pb.h"
#include "router/erasure/erased_ids.h"
#include "tests/router/fold_fixture.h"

// What leaders ask and advise, and what comes back, in the fold.
namespace earshot::router {
namespace {

using ::testing::ElementsAre;

class FoldQuestionsTest : public FoldTest {
 protected:
  FoldQuestionsTest() {
    records_.UseAudience([this](const std::string&, const v1::Scope&) {
      return std::vector<std::string>{agent_.name, other_.name};
    });
  }
  v1::Question YesOrNo(uint64_t insight) {
    v1::Question question;
    question.set_leader("amara");
    question.set_insight(insight);
    question.set_text("Does it still happen?");
    question.mutable_choice()->add_options("yes");
    question.mutable_choice()->add_options("no");
    *question.mutable_at() = contract::ToStamp(clock_.Wall());
    *question.mutable_closes_at() =
        contract::ToStamp(clock_.Wall() + absl::Hours(48));
    return question;
  }
  std::string Ask(const v1::Question& question) {
    const std::string record =
        Put(feed_, v1::RECORD_QUESTION, question.SerializeAsString());
    FoldAll();
    return contract::MakeObservationId(os::HmacKey(key_), {record}).bytes;
  }
  void Reply(const Enrolled& peer, const std::string& question,
             const std::string& record, uint32_t option) {
    v1::QuestionAnswer answer;
    answer.set_question(question);
    answer.set_observation(record);
    answer.set_option(option);
    *answer.mutable_at() = contract::ToStamp(clock_.Wall());
    Put(peer, v1::RECORD_QUESTION_ANSWER, answer.SerializeAsString());
    FoldAll();
  }
  v1::QuestionResult Result(const std::string& question) {
    const auto found = views_->FindQuestion(question);
    EXPECT_TRUE(found.ok() && *found);
    return found.ok() && *found ? **found : v1::QuestionResult();
  }
  std::string Tell(const std::string& text, const std::string& who,
                   const Enrolled* peer = nullptr) {
    std::string id = Report(Said(text, who), peer);
    FoldAll();
    return id;
  }
};

TEST_F(FoldQuestionsTest, EachReporterIsAskedOnceAndCountsOnce) {
  const std::string first = Tell("The till froze", "r1");
  Tell("The till froze", "r1");
  const std::string second = Tell("The till froze", "r2", &other_);
  const std::string question = Ask(YesOrNo(1));
  EXPECT_EQ(Result(question).asked(), 2U);
  EXPECT_EQ(RepliesOf("pc1"), 1U);
  EXPECT_EQ(RepliesOf("pc2"), 1U);
  Reply(agent_, question, first, 0);
  Reply(agent_, question, first, 1);
  Reply(other_, question, second, 1);
  EXPECT_EQ(Result(question).answered(), 2U);
  EXPECT_THAT(Result(question).counts(), ElementsAre(1U, 1U));
  EXPECT_EQ(fold_->counters().messages_refused.value(), 1U)
      << "the second time";
}

TEST_F(FoldQuestionsTest, NobodyAnswersForAnotherOrBesideWhatIsOffered) {
  const std::string record = Tell("The till froze", "r1");
  const std::string question = Ask(YesOrNo(1));
  Reply(other_, question, record, 0);
  Reply(agent_, question, record, 7);
  Reply(agent_, std::string(16, 'x'), record, 0);
  EXPECT_EQ(Result(question).answered(), 0U);
  EXPECT_EQ(fold_->counters().messages_refused.value(), 3U);
  clock_.Advance(absl::Hours(49));
  Reply(agent_, question, record, 0);
  EXPECT_EQ(Result(question).answered(), 0U) << "it is closed";
}

TEST_F(FoldQuestionsTest, AMachineIsAskedOnceInAQuietPeriod) {
  const std::string first = Ask(YesOrNo(0));
  EXPECT_EQ(Result(first).asked(), 2U);
  EXPECT_EQ(Result(Ask(YesOrNo(0))).asked(), 0U);
  clock_.Advance(absl::Hours(24 * 7));
  const std::string third = Ask(YesOrNo(0));
  EXPECT_EQ(Result(third).asked(), 2U);
  Reply(agent_, third, "", 1);
  EXPECT_THAT(Result(third).counts(), ElementsAre(0U, 1U));
}

TEST_F(FoldQuestionsTest, TheLogAloneMakesTheSameAgain) {
  const std::string record = Tell("The till froze", "r1");
  const std::string question = Ask(YesOrNo(1));
  Reply(agent_, question, record, 1);
  const std::string before = Result(question).SerializeAsString();
  LoseViews();
  OpenFold(kTaxonomy);
  FoldAll();
  EXPECT_EQ(Result(question).SerializeAsString(), before);
}

TEST_F(FoldQuestionsTest, WordsAreInNoRecordOfTheLog) {
  Tell("The till froze", "r1");
  Ask(YesOrNo(1));
  const auto rows = reader_->ReadAfter(0, 100);
  for (const LogRow& row : *rows) {
    EXPECT_EQ(row.body.find("still happen"), std::string::npos);
  }
}

TEST_F(FoldQuestionsTest, GuidanceReachesTheMachinesAndIsReadAtMostOnceEach) {
  v1::Guidance guidance;
  guidance.set_leader("amara");
  guidance.set_text("Refund up to 50 without asking");
  guidance.add_roles("cashier");
  const std::string record =
      Put(feed_, v1::RECORD_GUIDANCE, guidance.SerializeAsString());
  FoldAll();
  const std::string id =
      contract::MakeObservationId(os::HmacKey(key_), {record}).bytes;
  EXPECT_EQ((*views_->FindGuidance(id))->machines(), 2U);
  const auto owed = views_->RepliesAfter("pc1", 0, 10);
  ASSERT_EQ(owed->size(), 1U);
  fold_->NoteRepliesAcked("pc1", owed->front().seq);
  clock_.Advance(absl::Minutes(1));
  FoldAll();
  EXPECT_EQ((*views_->FindGuidance(id))->reached(), 1U);
  v1::ReadReceipt read;
  read.set_id(id);
  read.set_count(1);
  read.set_guidance(true);
  for (int i = 0; i < 3; ++i) {
    Put(agent_, v1::RECORD_READ, read.SerializeAsString());
  }
  FoldAll();
  EXPECT_EQ((*views_->FindGuidance(id))->read(), 1U) << "one machine";
  Put(other_, v1::RECORD_READ, read.SerializeAsString());
  FoldAll();
  EXPECT_EQ((*views_->FindGuidance(id))->read(), 2U);
}

TEST_F(FoldQuestionsTest, ReadReceiptsOfAnAnswerAreACountAndNoMoreThanReports) {
  Tell("The till froze", "r1");
  Answer(1, "A new one comes");
  FoldAll();
  v1::ReadReceipt read;
  read.set_id(Insight(1).answers(0).id());
  read.set_count(40);
  Put(agent_, v1::RECORD_READ, read.SerializeAsString());
  FoldAll();
  EXPECT_EQ(Insight(1).answers(0).read(), 1U);
}

TEST_F(FoldQuestionsTest, ReceiptsOfWhatNobodyWroteOrPastTheCountLeaveNothing) {
  Tell("The till froze", "r1");
  Answer(1, "A new one comes");
  FoldAll();
  v1::ReadReceipt read;
  read.set_count(1);
  for (int i = 0; i < 20; ++i) {
    read.set_id(i % 2 == 0 ? random_.Bytes(16) : Insight(1).answers(0).id());
    read.set_guidance(i % 4 == 0);
    Put(agent_, v1::RECORD_READ, read.SerializeAsString());
  }
  FoldAll();
  EXPECT_EQ(Insight(1).answers(0).read(), 1U);
  store::Statement rows =
      views_->database().Prepare("SELECT COUNT(*) FROM noted_once");
  ASSERT_TRUE(rows.Step().ok());
  EXPECT_EQ(rows.Unsigned(0), 1U);
}

// It would tell which machines reported what was answered.
TEST_F(FoldQuestionsTest, AReadReceiptOfAnAnswerNamesNoMachine) {
  Tell("The till froze", "r1");
  Answer(1, "A new one comes");
  FoldAll();
  v1::ReadReceipt read;
  read.set_count(1);
  read.set_id(Insight(1).answers(0).id());
  read.set_machine(random_.Bytes(16));
  Put(agent_, v1::RECORD_READ, read.SerializeAsString());
  const auto row = reader_->ReadOne(*reader_->End());
  v1::ReadReceipt kept;
  ASSERT_TRUE(kept.ParseFromString((*row)->body));
  EXPECT_TRUE(kept.machine().empty());
  EXPECT_TRUE((*row)->token.agent.empty());
}

TEST_F(FoldQuestionsTest, WhoAnswersWithWordsThatWereErasedForgetsThemToo) {
  const std::string record = Tell("The till froze", "r1");
  v1::Question question = YesOrNo(1);
  question.mutable_open_text();
  const std::string asked = Ask(question);
  auto erased = ErasedIds::Open(folder_.File("erased.ids"));
  ASSERT_TRUE(
      erased->Add({contract::MakeObservationId(key_, {record}).bytes}).ok());
  records_.UseErased(*erased);
  v1::QuestionAnswer answer;
  answer.set_question(asked);
  answer.set_observation(record);
  answer.set_text("Maria says it does");
  *answer.mutable_at() = contract::ToStamp(clock_.Wall());
  const std::string said =
      Put(agent_, v1::RECORD_QUESTION_ANSWER, answer.SerializeAsString());
  FoldAll();
  const auto owed = views_->RepliesAfter("pc1", 0, 10);
  ASSERT_FALSE(owed->empty());
  EXPECT_EQ(owed->back().kind, v1::REPLY_ERASE);
  EXPECT_EQ(owed->back().record, said);
}

TEST_F(FoldQuestionsTest, WhoHadToAskFirstAndWhatWasSpentIsCounted) {
  v1::Observation said = Said("The till froze", "r1");
  said.add_tags("approval");
  said.mutable_resolved_on_the_spot()->mutable_spent()->set_cents(1250);
  said.mutable_resolved_on_the_spot()->mutable_spent()->set_currency("EUR");
  const std::string record = Report(said);
  FoldAll();
  EXPECT_EQ(Insight(1).lacked_authority(), 1U);
  EXPECT_EQ(Insight(1).spent(0).cents(), 1250);
  v1::Withdrawal withdrawal;
  withdrawal.set_id(record);
  Put(agent_, v1::RECORD_WITHDRAWAL, withdrawal.SerializeAsString());
  FoldAll();
  EXPECT_EQ(Insight(1).lacked_authority(), 0U);
  EXPECT_EQ(Insight(1).resolved_on_the_spot(), 0U);
  EXPECT_EQ(Insight(1).spent(0).cents(), 0);
}

class FoldRetentionTest : public FoldTest {
 protected:
  void Keep(uint32_t days, uint32_t praise_days) {
    v1::Organisation organisation = DefaultOrganisation();
    organisation.mutable_retention()->set_text_days(days);
    v1::KindRetention& praise = *organisation.mutable_retention()->add_kinds();
    praise.set_kind("praise");
    praise.set_text_days(praise_days);
    fold_->UseOrganisation(organisation, DefaultSubscriptions(organisation));
  }
  uint64_t Erased() {
    uint64_t erased = 0;
    const auto rows = reader_->ReadAfter(0, 1000);
    for (const LogRow& row : *rows) {
      if (row.kind == v1::LOG_OBSERVATION && row.erased) ++erased;
    }
    return erased;
  }
};

TEST_F(FoldRetentionTest, TextsGoWhenTheirKindsDaysAreOverAndCountsStay) {
  Keep(60, 30);
  v1::Observation praise = Said("Thanks to Ada", "r1");
  praise.set_kind(v1::OBSERVATION_KIND_PRAISE);
  Report(praise);
  Report(Said("The till froze", "r2"));
  FoldAll();
  clock_.Advance(absl::Hours(24 * 31));
  FoldAll();
  EXPECT_EQ(Erased(), 1U) << "praise";
  EXPECT_EQ(Insight(1).verbatims_size(), 0);
  EXPECT_EQ(Insight(1).observations(), 1U);
  EXPECT_EQ(Insight(2).verbatims_size(), 1);
  clock_.Advance(absl::Hours(24 * 31));
  FoldAll();
  EXPECT_EQ(Erased(), 2U);
  EXPECT_EQ(RepliesOf("pc1"), 0U) << "agents have nothing that old";
}

TEST_F(FoldRetentionTest, WithoutALimitNothingGoes) {
  Report(Said("The till froze", "r2"));
  FoldAll();
  clock_.Advance(absl::Hours(24 * 4000));
  FoldAll();
  EXPECT_EQ(Erased(), 0U);
}

}  // namespace
}  // namespace earshot::router
