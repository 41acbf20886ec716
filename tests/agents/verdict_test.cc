#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "earshot/v1/verdict.pb.h"
#include "tests/agents/station_fixture.h"

// "Fixed?", asked once for each report and answer.
namespace earshot::agents {
namespace {

using nlohmann::json;

class VerdictTest : public StationFixture {
 protected:
  v1::ControlResponse Ask(const std::string& command,
                          const std::vector<std::string>& arguments,
                          const std::string& body = "") {
    return AskAs(kAda, command, arguments, body);
  }
  // Its receipt; `record_` is what it is known as.
  std::string Observe(const std::vector<std::string>& arguments = {}) {
    v1::Observation draft;
    draft.set_text("lane 3 froze");
    const auto response = Ask("observe", arguments, draft.SerializeAsString());
    EXPECT_EQ(response.code(), 0U) << response.text();
    record_ = Last().id;
    return json::parse(response.body())["receipt"].get<std::string>();
  }
  // The decision's number grows with each.
  void Answered(bool resolved) {
    v1::AnswerReply reply;
    v1::Answer& answer = *reply.mutable_answer();
    answer.set_id(std::string(15, 'a') + std::to_string(++answers_));
    answer.set_insight(412);
    answer.set_decision(answers_);
    answer.set_text("a new scanner came");
    answer.set_asks_verdict(resolved);
    reply.add_observations(record_);
    Deliver(answers_, v1::REPLY_ANSWER, reply.SerializeAsString());
  }
  v1::ControlResponse Say(const std::string& receipt, v1::Verdict::Fixed fixed,
                          const std::string& reason = "") {
    v1::Verdict verdict;
    verdict.set_fixed(fixed);
    verdict.set_reason(reason);
    return Ask("verdict", {receipt}, verdict.SerializeAsString());
  }
  v1::Verdict Sent() {
    v1::Verdict verdict;
    EXPECT_EQ(Last().kind, static_cast<uint32_t>(v1::RECORD_VERDICT));
    EXPECT_TRUE(verdict.ParseFromString(Last().body));
    return verdict;
  }

  std::string record_;
  uint64_t answers_ = 0;
};

TEST_F(VerdictTest, ItIsARecordAboutTheReportAndTheAnswer) {
  const std::string receipt = Observe();
  Answered(true);
  EXPECT_EQ(Say(receipt, v1::Verdict::YES).code(), 0U);
  EXPECT_EQ(Sent().observation(), record_);
  EXPECT_EQ(Sent().answer(), std::string(15, 'a') + "1");
  EXPECT_EQ(Sent().fixed(), v1::Verdict::YES);
  const auto inbox = json::parse(Ask("inbox", {receipt}).body());
  EXPECT_EQ(inbox["answers"][0]["fixed"], "yes");
}

TEST_F(VerdictTest, ItIsAskedOnceForEachAnswer) {
  const std::string receipt = Observe();
  Answered(true);
  EXPECT_EQ(Say(receipt, v1::Verdict::YES).code(), 0U);
  const std::string first = Last().id;
  EXPECT_NE(Say(receipt, v1::Verdict::NO).code(), 0U);
  EXPECT_EQ(Last().id, first);
  Answered(true);  // once more, after it was reopened
  EXPECT_EQ(Say(receipt, v1::Verdict::NO, "still").code(), 0U);
  EXPECT_NE(Last().id, first);
}

TEST_F(VerdictTest, WithoutAFixThereIsNothingToSay) {
  const std::string receipt = Observe();
  EXPECT_NE(Say(receipt, v1::Verdict::YES).code(), 0U);
  Answered(false);
  EXPECT_NE(Say(receipt, v1::Verdict::YES).code(), 0U);
  Answered(true);
  Answered(false);  // taken back
  EXPECT_NE(Say(receipt, v1::Verdict::YES).code(), 0U);
  const auto inbox = json::parse(Ask("inbox", {receipt}).body());
  ASSERT_EQ(inbox["answers"].size(), 3U);
  for (const json& answer : inbox["answers"]) {
    EXPECT_FALSE(answer["asks_verdict"].get<bool>());
  }
}

TEST_F(VerdictTest, TheReasonIsRedactedBeforeItIsStored) {
  const std::string receipt = Observe();
  Answered(true);
  EXPECT_EQ(
      Say(receipt, v1::Verdict::NO, "call 4111 1111 1111 1111 again").code(),
      0U);
  EXPECT_EQ(Sent().reason().find("4111"), std::string::npos);
}

TEST_F(VerdictTest, OfAnAnonymousReporterOnlyTheShiftIsTold) {
  const std::string receipt = Observe({"anonymous"});
  Answered(true);
  EXPECT_EQ(Say(receipt, v1::Verdict::YES).code(), 0U);
  EXPECT_EQ(Sent().at().seconds() % 3600, 0);
}

TEST_F(VerdictTest, WhatIsNeitherYesNorNoIsRefusedToTheFace) {
  const std::string receipt = Observe();
  Answered(true);
  EXPECT_NE(Say(receipt, v1::Verdict::FIXED_UNSPECIFIED).code(), 0U);
  EXPECT_NE(Say(receipt, v1::Verdict::YES, std::string(5000, 'x')).code(), 0U);
}

}  // namespace
}  // namespace earshot::agents
