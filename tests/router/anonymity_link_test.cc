#include <gmock/gmock.h>

#include <array>
#include <fstream>
#include <iostream>
#include <iterator>
#include <map>

#include "earshot/v1/question.pb.h"
#include "earshot/v1/verdict.pb.h"
#include "tests/router/anonymity_attacker.h"
#include "tests/router/fold_fixture.h"

// Somebody has everything that a router stores, its key as well, and tries to
// find out from which machine each anonymous report came.
namespace earshot::router {
namespace {

std::string FileBytes(const std::string& path) {
  std::ifstream in(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), {}};
}

class AnonymityLinkTest : public FoldTest {
 protected:
  static constexpr size_t kAgents = 4;

  AnonymityLinkTest() {
    std::cout << "seed " << kSeed << '\n';
    for (size_t i = 0; i < kAgents; ++i) {
      agents_[i].name = "till-machine-" + std::to_string(i);
    }
  }
  std::vector<std::string> Names() const {
    std::vector<std::string> names;
    for (const Enrolled& agent : agents_) names.push_back(agent.name);
    return names;
  }

  std::string Tell(const Enrolled& agent, const std::string& text,
                   bool anonymous) {
    v1::Observation said = Said(text, "Maria");
    if (anonymous) said.clear_reporter();
    const std::string record = Report(said, &agent);
    if (anonymous) records_of_[record] = agent.name;
    return record;
  }

  // Reports of all machines about two issues, some of them named; one is
  // corrected and one taken back.
  void Month() {
    for (int i = 0; i < 40; ++i) {
      const Enrolled& agent = agents_[random_.Below(kAgents)];
      Tell(agent, i % 2 == 0 ? "The till froze" : "No parcel came",
           random_.Below(4) != 0);
      clock_.Advance(absl::Minutes(20));
    }
    const std::string wrong = Tell(agents_[0], "The till froze", true);
    v1::Observation right = Said("The till froze twice", "");
    right.clear_reporter();
    right.set_corrects(wrong);
    records_of_[Report(right, agents_.data())] = agents_[0].name;
    v1::Withdrawal back;
    back.set_id(Tell(agents_[1], "No parcel came", true));
    Put(agents_[1], v1::RECORD_WITHDRAWAL, back.SerializeAsString());
    FoldAll();
  }

  void Resolve(uint64_t insight) {
    v1::Decision decision;
    decision.set_leader("amara");
    decision.set_insight(insight);
    decision.mutable_resolve()->set_text("Mended");
    *decision.mutable_at() = contract::ToStamp(clock_.Wall());
    Put(feed_, v1::RECORD_DECISION, decision.SerializeAsString());
    FoldAll();
  }

  // Every reporter says yes, and answers a question about it.
  void Answer(uint64_t insight) {
    v1::Question question;
    question.set_leader("amara");
    question.set_insight(insight);
    question.set_text("At night as well?");
    question.mutable_choice()->add_options("yes");
    question.mutable_choice()->add_options("no");
    *question.mutable_at() = contract::ToStamp(clock_.Wall());
    *question.mutable_closes_at() =
        contract::ToStamp(clock_.Wall() + absl::Hours(48));
    const std::string asked =
        contract::MakeObservationId(key_, {Put(feed_, v1::RECORD_QUESTION,
                                               question.SerializeAsString())})
            .bytes;
    FoldAll();
    for (const auto& [record, name] : records_of_) {
      v1::Verdict verdict;
      verdict.set_observation(record);
      verdict.set_answer(Insight(insight).answers(0).id());
      verdict.set_fixed(v1::Verdict::YES);
      *verdict.mutable_at() = contract::ToStamp(clock_.Wall());
      v1::QuestionAnswer answer;
      answer.set_question(asked);
      answer.set_observation(record);
      answer.set_option(1);
      *answer.mutable_at() = contract::ToStamp(clock_.Wall());
      for (const Enrolled& agent : agents_) {
        if (agent.name != name) continue;
        Put(agent, v1::RECORD_VERDICT, verdict.SerializeAsString());
        Put(agent, v1::RECORD_QUESTION_ANSWER, answer.SerializeAsString());
      }
    }
    FoldAll();
  }

  void Fetch(const Enrolled& agent) {
    const auto owed = views_->RepliesAfter(agent.name, 0, 1000);
    if (owed->empty()) return;
    fold_->NoteRepliesAcked(agent.name, owed->back().seq);
    FoldAll();
  }

  // All is answered, fetched, said to be fixed, and long over.
  void Close() {
    for (const uint64_t insight : {1U, 2U}) Resolve(insight);
    for (const uint64_t insight : {1U, 2U}) Answer(insight);
    for (const Enrolled& agent : agents_) Fetch(agent);
  }
  void Pass(int days) {
    clock_.Advance(absl::Hours(24) * days);
    FoldAll();
    FoldAll();
  }

  std::array<Enrolled, kAgents> agents_;
  std::map<std::string, std::string> records_of_;  // anonymous; by record
};

TEST_F(AnonymityLinkTest, WhileAnswersAreOwedTheRouterMustKnow) {
  Month();
  const Links links = Attacker(folder_, key_, Names()).Try();
  EXPECT_EQ(links.size(), records_of_.size())
      << "each could be traced: the attempt is a real one";
}

TEST_F(AnonymityLinkTest, WhatWasSaidOfAReportDoesNotNameItsMachine) {
  Month();
  Close();
  const auto rows = reader_->ReadAfter(0, 10000);
  int said = 0;
  for (const LogRow& row : *rows) {
    if (row.kind != v1::LOG_VERDICT && row.kind != v1::LOG_QUESTION_ANSWER &&
        row.kind != v1::LOG_WITHDRAWAL) {
      continue;
    }
    ++said;
    EXPECT_FALSE(row.token.NamesAgent()) << v1::LogKind_Name(row.kind);
  }
  EXPECT_GT(said, 50);
}

TEST_F(AnonymityLinkTest, OnceObligationsHaveEndedNothingStoredTells) {
  Month();
  Close();
  EXPECT_EQ(Insight(1).state(), v1::CONFIRMED);
  Pass(89);
  EXPECT_EQ(fold_->counters().obligations_ended.value(), 0U);
  Pass(2);
  EXPECT_EQ(fold_->counters().obligations_ended.value(), 2U);
  EXPECT_EQ(Insight(1).obligations_ended(),
            Insight(1).observations() + Insight(1).repeats());
  const Links links = Attacker(folder_, key_, Names()).Try();
  EXPECT_TRUE(links.empty()) << links.size() << " reports were traced";
  for (const char* file :
       {"log.db", "log.db-wal", "views.db", "views.db-wal"}) {
    const std::string bytes = FileBytes(folder_.File(file));
    for (const auto& [record, agent] : records_of_) {
      EXPECT_EQ(bytes.find(record), std::string::npos)
          << file << " has the id under which a machine knows its report";
    }
  }
}

TEST_F(AnonymityLinkTest, AMachineThatHasYetToFetchAnAnswerStillGetsIt) {
  Month();
  for (const uint64_t insight : {1U, 2U}) Resolve(insight);
  for (const uint64_t insight : {1U, 2U}) Answer(insight);
  for (size_t i = 1; i < kAgents; ++i) Fetch(agents_[i]);
  Pass(91);
  const auto owed = views_->RepliesAfter(agents_[0].name, 0, 1000);
  EXPECT_FALSE(owed->empty());
  EXPECT_LT(Insight(1).obligations_ended(),
            Insight(1).observations() + Insight(1).repeats());
  for (const auto& [report, traced] : Attacker(folder_, key_, Names()).Try()) {
    EXPECT_THAT(traced, ::testing::ElementsAre(agents_[0].name));
  }
  Fetch(agents_[0]);
  Pass(91);
  EXPECT_TRUE(Attacker(folder_, key_, Names()).Try().empty());
}

TEST_F(AnonymityLinkTest, AfterLongEnoughNobodyWaitsForAMachine) {
  Month();
  Resolve(1);
  Pass(401);
  Pass(401);
  EXPECT_TRUE(Attacker(folder_, key_, Names()).Try().empty());
  EXPECT_EQ(*views_->PendingReplies(), 0U);
}

TEST_F(AnonymityLinkTest, ViewsMadeAgainAfterTheEndAreTheSame) {
  Month();
  Close();
  Pass(91);
  const v1::Insight first = Insight(1);
  const v1::Insight second = Insight(2);
  LoseViews();
  OpenFold(kTaxonomy);
  FoldAll();
  EXPECT_EQ(Insight(1).SerializeAsString(), first.SerializeAsString());
  EXPECT_EQ(Insight(2).SerializeAsString(), second.SerializeAsString());
  EXPECT_TRUE(Attacker(folder_, key_, Names()).Try().empty());
}

TEST_F(AnonymityLinkTest, AMachineThatReportsAgainIsSomebodyNew) {
  Month();
  Close();
  Pass(91);
  const uint32_t before = Insight(1).reporters();
  Tell(agents_[0], "The till froze", true);
  clock_.Advance(absl::Hours(25));
  Tell(agents_[0], "The till froze", true);
  FoldAll();
  EXPECT_EQ(Insight(1).reporters(), before + 1);
  EXPECT_EQ(Attacker(folder_, key_, Names()).Try().size(), 2U);
}

// Nothing that a person says of a report after that is its own.
TEST_F(AnonymityLinkTest, WhatNobodyKnowsTheMachineOfCannotBeTakenBack) {
  Month();
  Close();
  Pass(91);
  const uint64_t before = Insight(1).observations();
  for (const auto& [record, agent] : records_of_) {
    v1::Withdrawal back;
    back.set_id(record);
    Put(agents_[0], v1::RECORD_WITHDRAWAL, back.SerializeAsString());
  }
  FoldAll();
  EXPECT_EQ(Insight(1).observations(), before);
}

}  // namespace
}  // namespace earshot::router
