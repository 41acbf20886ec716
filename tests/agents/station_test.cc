#include "agents/station.h"

#include <gtest/gtest.h>

#include <memory>
#include <nlohmann/json.hpp>
#include <sstream>
#include <string>

#include "base/wire/limits.h"
#include "earshot/v1/session.pb.h"
#include "tests/testing/fake_clock.h"
#include "tests/testing/seeded_random.h"
#include "tests/testing/temp_folder.h"

namespace earshot::agents {
namespace {

using nlohmann::json;

constexpr uid_t kAda = 1001;
constexpr uid_t kBob = 1002;

class StationTest : public ::testing::Test {
 protected:
  void SetUp() override { Open(512ULL << 20); }
  void Open(uint64_t cap) {
    station_.reset();
    Settings settings;
    settings.data_dir = folder_.File("agent");
    settings.router = "tcp://127.0.0.1:1";
    settings.channel = "store";
    settings.site = "store-7";
    settings.spool.cap_bytes = cap;
    auto station = Station::Open(std::move(settings), clock_, random_);
    ASSERT_TRUE(station.ok()) << station.status();
    station_ = *std::move(station);
  }
  v1::ControlResponse Ask(const std::string& command, uid_t person,
                          const std::vector<std::string>& arguments = {},
                          const std::string& body = "") {
    v1::ControlRequest request;
    request.set_command(command);
    for (const std::string& argument : arguments) {
      request.add_arguments(argument);
    }
    request.set_body(body);
    return station_->Handle(request, person);
  }
  static std::string Draft(const std::string& text) {
    v1::Observation draft;
    draft.set_text(text);
    return draft.SerializeAsString();
  }
  // Records a report; its receipt.
  std::string Observe(const std::string& text, uid_t person,
                      const std::vector<std::string>& arguments = {}) {
    const auto response = Ask("observe", person, arguments, Draft(text));
    EXPECT_EQ(response.code(), 0U) << response.text();
    return json::parse(response.body())["receipt"].get<std::string>();
  }
  // The last record of the routine lane.
  spool::StoredRecord Last() {
    const auto lanes = station_->spool().Lanes();
    const auto records =
        station_->spool().Read(1, (*lanes)[1].spooled, 1, 1 << 20);
    EXPECT_TRUE(records.ok() && records->size() == 1);
    return records->empty() ? spool::StoredRecord() : records->front();
  }
  v1::Observation LastObservation() {
    v1::Observation observation;
    EXPECT_TRUE(observation.ParseFromString(Last().body));
    return observation;
  }
  void Deliver(const std::string& record, const std::string& text) {
    v1::AnswerReply reply;
    reply.mutable_answer()->set_id(std::string(15, 'a') + text.substr(0, 1));
    reply.mutable_answer()->set_insight(412);
    reply.mutable_answer()->set_leader("Dana");
    reply.mutable_answer()->set_text(text);
    reply.mutable_answer()->mutable_at()->set_seconds(1'800'000'000);
    reply.add_observations(record);
    DeliverItem(v1::REPLY_ANSWER, reply.SerializeAsString());
  }
  void DeliverItem(v1::ReplyKind kind, const std::string& body) {
    v1::Delivery delivery;
    delivery.set_generation(5);
    delivery.set_prev_seq(delivered_);
    delivery.set_reset(delivered_ == 0);
    v1::Item& item = *delivery.add_items();
    item.set_seq(++delivered_);
    item.set_kind(static_cast<uint32_t>(kind));
    item.set_body(body);
    const auto taken = station_->inbox().Take(delivery);
    ASSERT_TRUE(taken.ok() && taken->taken) << taken.status();
  }
  json InboxOf(uid_t person, const std::vector<std::string>& arguments = {}) {
    const auto response = Ask("inbox", person, arguments);
    EXPECT_EQ(response.code(), 0U) << response.text();
    return json::parse(response.body());
  }
  ImportOutcome ImportText(const std::string& text) {
    std::istringstream in(text);
    Importer importer(in, contract::RowFormat::kJsonLines, "a.jsonl");
    ImportOutcome sum;
    while (!importer.ended()) {
      const auto outcome = station_->Import(importer.Next(), kAda);
      EXPECT_TRUE(outcome.ok()) << outcome.status();
      sum.recorded += outcome->recorded;
      sum.already_known += outcome->already_known;
      for (const BadRow& bad : outcome->refused) sum.refused.push_back(bad);
    }
    return sum;
  }

  testing::TempFolder folder_;
  testing::FakeClock clock_{testing::At("2026-11-02T10:47:33Z")};
  testing::SeededRandom random_{3};
  std::unique_ptr<Station> station_;
  uint64_t delivered_ = 0;
};

TEST_F(StationTest, NothingUnredactedReachesAnyFile) {
  Observe("they read out 4111 1111 1111 1111 aloud", kAda);
  ImportText(
      "{\"text\": \"card 4111111111111111\", \"tags\": "
      "[\"4111111111111111\"], \"reporter\": \"r\"}\n");
  v1::Observation named;
  named.set_text("call me");
  named.mutable_reporter()->set_name("jo@example.com");
  EXPECT_EQ(Ask("observe", kAda, {}, named.SerializeAsString()).code(), 0U);
  for (const char* name :
       {"spool.db", "spool.db-wal", "inbox.db", "inbox.db-wal"}) {
    const std::string bytes = testing::Slurp(folder_.File("agent/") + name);
    EXPECT_EQ(bytes.find("4111"), std::string::npos) << name;
    EXPECT_EQ(bytes.find("jo@example.com"), std::string::npos) << name;
  }
}

TEST_F(StationTest, ReceiptCodeIsNotKept) {
  const std::string receipt = Observe("lane 3 froze", kAda, {"anonymous"});
  std::string plain = receipt;
  std::erase(plain, '-');
  for (const char* name : {"inbox.db", "inbox.db-wal", "spool.db-wal"}) {
    const std::string bytes = testing::Slurp(folder_.File("agent/") + name);
    EXPECT_EQ(bytes.find(receipt), std::string::npos);
    EXPECT_EQ(bytes.find(plain), std::string::npos);
    EXPECT_EQ(bytes.find(receipt.substr(0, 4)), std::string::npos);
  }
}

TEST_F(StationTest, ReporterIsAPseudonymUnlessNamedOrAnonymous) {
  Observe("one", kAda);
  const std::string ada = LastObservation().reporter().pseudonym();
  EXPECT_EQ(ada.size(), 16U);
  EXPECT_TRUE(LastObservation().quote());
  Observe("two", kBob);
  EXPECT_NE(LastObservation().reporter().pseudonym(), ada);
  Observe("three", kAda);
  EXPECT_EQ(LastObservation().reporter().pseudonym(), ada);
  Observe("four", kAda, {"anonymous"});
  EXPECT_EQ(LastObservation().reporter().who_case(), v1::Reporter::WHO_NOT_SET);
  EXPECT_FALSE(LastObservation().quote());
  Observe("five", kAda, {"anonymous", "quote"});
  EXPECT_TRUE(LastObservation().quote());
}

TEST_F(StationTest, SameFileTwiceCountsOnceAndEqualRowsCountTwice) {
  const std::string file =
      "{\"text\": \"same\"}\n{\"text\": \"same\"}\n{\"text\": \"other\"}\n";
  EXPECT_EQ(ImportText(file).recorded, 3U);
  const ImportOutcome again = ImportText(file);
  EXPECT_EQ(again.recorded, 0U);
  EXPECT_EQ(again.already_known, 3U);
}

TEST_F(StationTest, ImportedReporterIsHashedAndARefusedRowKeepsItsLine) {
  const ImportOutcome outcome = ImportText(
      "{\"text\": \"fine\", \"reporter\": \"store-7-a\"}\n"
      "{\"text\": \"  \"}\n");
  EXPECT_EQ(outcome.recorded, 1U);
  ASSERT_EQ(outcome.refused.size(), 1U);
  EXPECT_EQ(outcome.refused[0].line, 2U);
  EXPECT_EQ(LastObservation().reporter().pseudonym().size(), 16U);
  EXPECT_TRUE(LastObservation().imported());
}

TEST_F(StationTest, AFullSpoolRefusesAndSaysWhatToDo) {
  Open(/*cap=*/4000);
  v1::ControlResponse response;
  int recorded = 0;
  for (; recorded < 100; ++recorded) {
    response = Ask("observe", kAda, {}, Draft(std::string(500, 'x')));
    if (response.code() != 0) break;
  }
  EXPECT_GT(recorded, 2);
  EXPECT_LT(recorded, 100);
  EXPECT_NE(response.text().find("spool_cap_mib"), std::string::npos);
  EXPECT_EQ((*station_->spool().Lanes())[1].spooled,
            static_cast<uint64_t>(recorded));
}

TEST_F(StationTest, AnAnswerGoesToItsOwnReporterOnce) {
  Observe("lane 3 froze", kAda);
  Deliver(Last().id, "we repaired it");
  const json ada = InboxOf(kAda);
  ASSERT_EQ(ada["answers"].size(), 1U);
  EXPECT_EQ(ada["answers"][0]["text"], "we repaired it");
  EXPECT_TRUE(ada["answers"][0]["new"].get<bool>());
  EXPECT_FALSE(InboxOf(kAda)["answers"][0]["new"].get<bool>());
  EXPECT_TRUE(InboxOf(kBob)["answers"].empty());
  EXPECT_TRUE(InboxOf(kBob)["imported"].empty());
}

TEST_F(StationTest, AReceiptOpensAnAnonymousAnswerAndNothingElseDoes) {
  const std::string receipt = Observe("lane 3 froze", kAda, {"anonymous"});
  Deliver(Last().id, "we repaired it");
  EXPECT_TRUE(InboxOf(kAda)["answers"].empty());
  EXPECT_TRUE(InboxOf(kBob)["answers"].empty());
  EXPECT_TRUE(InboxOf(kAda)["imported"].empty());
  EXPECT_EQ(InboxOf(kBob, {receipt})["answers"].size(), 1U);
  std::string typed = receipt;
  for (char& c : typed) c = static_cast<char>(std::tolower(c));
  EXPECT_EQ(InboxOf(kAda, {typed})["answers"].size(), 1U);
  EXPECT_NE(Ask("inbox", kAda, {"0000-0000-0000"}).code(), 0U);
}

TEST_F(StationTest, AnswersToImportsAreForWhoImported) {
  ImportText("{\"text\": \"one\"}\n");
  Deliver(Last().id, "noted");
  EXPECT_EQ(InboxOf(kAda)["imported"].size(), 1U);
  EXPECT_TRUE(InboxOf(kBob)["imported"].empty());
}

TEST_F(StationTest, WithdrawTwiceIsOneRecord) {
  const std::string receipt = Observe("oops", kAda);
  const std::string id = Last().id;
  EXPECT_EQ(Ask("withdraw", kAda, {receipt}).code(), 0U);
  v1::Withdrawal withdrawal;
  ASSERT_EQ(Last().kind, static_cast<uint32_t>(v1::RECORD_WITHDRAWAL));
  ASSERT_TRUE(withdrawal.ParseFromString(Last().body));
  EXPECT_EQ(withdrawal.id(), id);
  EXPECT_EQ(Ask("withdraw", kAda, {receipt}).code(), 0U);
  EXPECT_EQ((*station_->spool().Lanes())[1].spooled, 2U);
  EXPECT_NE(Ask("correct", kAda, {receipt}, Draft("again")).code(), 0U);
}

TEST_F(StationTest, ACorrectionKeepsWhatWasNotGivenAndTheReceipt) {
  v1::Observation draft;
  draft.set_text("lane 3 froze");
  draft.set_severity(2);
  draft.add_tags("checkout");
  const auto response = Ask("observe", kAda, {}, draft.SerializeAsString());
  const std::string receipt = json::parse(response.body())["receipt"];
  const std::string old = Last().id;
  ASSERT_EQ(Ask("correct", kAda, {receipt}, Draft("lane 4 froze")).code(), 0U);
  const v1::Observation corrected = LastObservation();
  EXPECT_EQ(corrected.corrects(), old);
  EXPECT_EQ(corrected.text(), "lane 4 froze");
  EXPECT_EQ(corrected.severity(), 2U);
  ASSERT_EQ(corrected.tags_size(), 1);
  Deliver(old, "answer to the old");
  Deliver(Last().id, "better answer");
  EXPECT_EQ(InboxOf(kAda, {receipt})["answers"].size(), 2U);
}

TEST_F(StationTest, AnErasureEmptiesTheReportAndTellsTheRouterOnce) {
  Observe("a secret that must go", kAda);
  const std::string id = Last().id;
  Deliver(id, "answered");
  v1::EraseOrder order;
  order.set_id(std::string(16, 'e'));
  order.add_observations(id);
  DeliverItem(v1::REPLY_ERASE, order.SerializeAsString());
  ASSERT_TRUE(station_->ApplyErasures().ok());
  ASSERT_TRUE(station_->ApplyErasures().ok());
  EXPECT_EQ((*station_->spool().Lanes())[1].spooled, 2U);
  v1::EraseDone done;
  ASSERT_EQ(Last().kind, static_cast<uint32_t>(v1::RECORD_ERASE_DONE));
  ASSERT_TRUE(done.ParseFromString(Last().body));
  EXPECT_EQ(done.erased(), 1U);
  EXPECT_TRUE(InboxOf(kAda)["answers"].empty());
  for (const char* name : {"spool.db", "spool.db-wal"}) {
    EXPECT_EQ(testing::Slurp(folder_.File("agent/") + name).find("a secret"),
              std::string::npos);
  }
}

TEST_F(StationTest, AnErasureThatIsOrderedAgainForgetsNoLaterAnswer) {
  Observe("a secret that must go", kAda);
  const std::string id = Last().id;
  v1::EraseOrder order;
  order.add_observations(id);
  order.set_id(std::string(16, 'e'));
  DeliverItem(v1::REPLY_ERASE, order.SerializeAsString());
  Deliver(id, "answered");
  order.set_id(std::string(16, 'f'));
  DeliverItem(v1::REPLY_ERASE, order.SerializeAsString());
  EXPECT_EQ(InboxOf(kAda)["answers"].size(), 1U);
}

TEST_F(StationTest, AGapInDeliveriesIsNotTaken) {
  Observe("one", kAda);
  Deliver(Last().id, "first");
  v1::Delivery gap;
  gap.set_generation(5);
  gap.set_prev_seq(7);
  gap.add_items()->set_seq(8);
  EXPECT_FALSE(station_->inbox().Take(gap)->taken);
  EXPECT_EQ(station_->inbox().Cursor()->seq(), 1U);
}

TEST_F(StationTest, ASecondStationBesideItAppendsWithoutLoss) {
  Settings settings;
  settings.data_dir = folder_.File("agent");
  settings.site = "store-7";
  settings.channel = "store";
  auto other = Station::Open(std::move(settings), clock_, random_);
  ASSERT_TRUE(other.ok());
  v1::ControlRequest request;
  request.set_command("observe");
  request.set_body(Draft("from the command line"));
  for (int i = 0; i < 20; ++i) {
    EXPECT_EQ((*other)->Handle(request, kBob).code(), 0U);
    Observe("from the daemon", kAda);
  }
  EXPECT_EQ((*station_->spool().Lanes())[1].spooled, 40U);
}

TEST_F(StationTest, StatusTellsWhatWaits) {
  Observe("one", kAda);
  const json status = json::parse(Ask("status", kAda).body());
  EXPECT_EQ(status["lanes"][1]["spooled"], 1);
  EXPECT_EQ(status["lanes"][1]["acked"], 0);
  EXPECT_FALSE(status["running"].get<bool>());
  EXPECT_FALSE(status["oldest_unacked"].is_null());
  EXPECT_EQ(Ask("nonsense", kAda).code(),
            static_cast<uint32_t>(absl::StatusCode::kUnimplemented));
}

}  // namespace
}  // namespace earshot::agents
