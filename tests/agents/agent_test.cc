#include "agents/agent.h"

#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <filesystem>
#include <functional>
#include <memory>
#include <set>
#include <string>

#include "agents/local_agent.h"
#include "base/wire/hub_server.h"
#include "base/wire/lane_hash.h"
#include "tests/testing/temp_folder.h"

namespace earshot::agents {
namespace {

class AdmitAll final : public wire::Admission {
 public:
  std::optional<std::string> Admit(std::string_view /*key*/) override {
    return "till-7";
  }
  void Refused(std::string_view /*address*/,
               std::string_view /*key*/) override {}
};

// A router that keeps what it is sent in memory and answers at once.
class FakeRouter {
 public:
  FakeRouter(wire::Context& context, const os::Clock& clock, os::Random& random,
             telemetry::Log& log)
      : keys_(wire::GenerateKeyPair()) {
    wire::HubServerOptions options;
    options.listen = "tcp://127.0.0.1:0";
    options.keys = keys_;
    options.zap_domain = "test";
    auto server = wire::HubServer::Start(context, options, admission_, clock,
                                         random, log);
    EXPECT_TRUE(server.ok()) << server.status();
    server_ = *std::move(server);
  }
  std::string endpoint() const { return server_->endpoint(); }
  const std::string& public_key() const { return keys_.public_key; }
  const std::set<std::string>& ids() const { return ids_; }
  uint64_t acked_cursor() const { return cursor_; }

  void Pump() {
    server_->Pump();
    while (const auto event = server_->TakeEvent()) {
      if (event->type == wire::HubEvent::Type::kHello) Welcome(*event);
      if (event->type != wire::HubEvent::Type::kFrame) continue;
      if (event->kind == v1::BATCH) TakeBatch(*event);
      if (event->kind == v1::REPLY_ACK) {
        v1::DeliveryAck ack;
        ASSERT_TRUE(ack.ParseFromString(event->body));
        cursor_ = ack.cursor().seq();
      }
      if (event->kind == v1::SNAPSHOT) ++snapshots_;
    }
    server_->Pump();
  }
  void Reply(uint64_t prev, const v1::AnswerReply& answer) {
    v1::Delivery delivery;
    delivery.set_generation(9);
    delivery.set_prev_seq(prev);
    delivery.set_reset(prev == 0);
    v1::Item& item = *delivery.add_items();
    item.set_seq(prev + 1);
    item.set_kind(v1::REPLY_ANSWER);
    item.set_body(answer.SerializeAsString());
    EXPECT_TRUE(
        server_->Send(session_, v1::REPLY, delivery.SerializeAsString()));
  }
  int snapshots() const { return snapshots_; }

 private:
  void Welcome(const wire::HubEvent& event) {
    session_ = event.session;
    epoch_ = event.hello.epoch();
    v1::Welcome welcome;
    welcome.set_peer("till-7");
    welcome.add_sites("store-7");
    for (uint32_t lane = 0; lane < wire::kMaxLanes; ++lane) {
      if (seq_[lane] == 0) hash_[lane] = wire::LaneHashStart(epoch_);
      *welcome.add_durable() = Mark(lane);
      v1::Credit& credit = *welcome.add_credit();
      credit.set_lane(lane);
      credit.set_seq(seq_[lane] + 100);
    }
    server_->Welcome(event.session, welcome);
  }
  void TakeBatch(const wire::HubEvent& event) {
    v1::Batch batch;
    ASSERT_TRUE(batch.ParseFromString(event.body));
    const uint32_t lane = batch.lane();
    ASSERT_EQ(batch.first_seq(), seq_[lane] + 1);
    for (const v1::Record& record : batch.records()) {
      ids_.insert(record.id());
      hash_[lane] = wire::LaneHashNext(hash_[lane], record.id());
      ++seq_[lane];
    }
    v1::Ack ack;
    ack.set_epoch(epoch_);
    *ack.mutable_durable() = Mark(lane);
    ack.set_credit_seq(seq_[lane] + 100);
    server_->Send(event.session, v1::ACK, ack.SerializeAsString());
  }
  v1::LaneMark Mark(uint32_t lane) const {
    v1::LaneMark mark;
    mark.set_lane(lane);
    mark.set_seq(seq_[lane]);
    mark.set_hash(hash_[lane]);
    return mark;
  }
  AdmitAll admission_;
  const wire::KeyPair keys_;
  std::unique_ptr<wire::HubServer> server_;
  uint64_t session_ = 0;
  uint64_t epoch_ = 0;
  uint64_t seq_[wire::kMaxLanes] = {};
  std::string hash_[wire::kMaxLanes];
  std::set<std::string> ids_;
  uint64_t cursor_ = 0;
  int snapshots_ = 0;
};

class AgentTest : public ::testing::Test {
 protected:
  AgentTest() : router_(context_, clock_, random_, log_) {}
  Settings MakeSettings(const std::string& drop = "") {
    Settings settings;
    settings.data_dir = folder_.File("agent");
    settings.socket = settings.File("agent.sock");
    settings.router = router_.endpoint();
    settings.router_key = router_.public_key();
    settings.channel = "store";
    settings.drop_folder = drop;
    return settings;
  }
  void Start(const std::string& drop = "") {
    auto agent = Agent::Start(MakeSettings(drop), {clock_, random_, log_});
    ASSERT_TRUE(agent.ok()) << agent.status();
    agent_ = *std::move(agent);
  }
  // Turns both until `done`; gives up after ten seconds.
  bool Until(const std::function<bool()>& done) {
    const absl::Duration end = clock_.Monotonic() + absl::Seconds(10);
    while (!done()) {
      if (clock_.Monotonic() > end) return false;
      agent_->Turn(absl::Milliseconds(1));
      router_.Pump();
    }
    return true;
  }
  void Observe(const std::string& text, uid_t person = 1001,
               uint32_t severity = 0) {
    v1::Observation draft;
    draft.set_text(text);
    draft.set_severity(severity);
    v1::ControlRequest request;
    request.set_command("observe");
    request.set_body(draft.SerializeAsString());
    const auto response = agent_->station().Handle(request, person);
    ASSERT_EQ(response.code(), 0U) << response.text();
  }
  testing::TempFolder folder_;
  const os::SystemClock clock_;
  os::SystemRandom random_;
  telemetry::Log log_{"test", telemetry::Level::kError,
                      telemetry::LogFormat::kText};
  wire::Context context_{1};
  FakeRouter router_;
  std::unique_ptr<Agent> agent_;
};

TEST_F(AgentTest, WhatWasRecordedBeforeAndAfterConnectingArrives) {
  Start();
  Observe("before");
  ASSERT_TRUE(Until([&] { return agent_->connected(); }));
  Observe("after");
  EXPECT_TRUE(Until([&] { return router_.ids().size() == 2; }));
  EXPECT_TRUE(Until([&] {
    return agent_->station().spool().Status()->oldest_unacked == std::nullopt;
  }));
}

// Its receipt is written after that.
TEST_F(AgentTest, WhatIsUrgentIsOnItsWayBeforeTheAgentsNextTurn) {
  Start();
  ASSERT_TRUE(Until([&] { return agent_->connected(); }));
  Observe("the ladder broke", 1001, 5);
  const absl::Duration end = clock_.Monotonic() + absl::Seconds(10);
  while (router_.ids().empty() && clock_.Monotonic() < end) router_.Pump();
  EXPECT_EQ(router_.ids().size(), 1U);
  EXPECT_TRUE(Until([&] {
    return agent_->station().spool().Status()->oldest_unacked == std::nullopt;
  }));
}

TEST_F(AgentTest, TheFirstSiteOfTheRouterIsTheDefault) {
  Start();
  ASSERT_TRUE(Until([&] { return agent_->connected(); }));
  Observe("after");
  const auto read = agent_->station().spool().Read(1, 1, 1, 1 << 16);
  v1::Observation observation;
  ASSERT_TRUE(observation.ParseFromString(read->front().body));
  EXPECT_EQ(observation.site(), "store-7");
}

TEST_F(AgentTest, AnswersAreAcknowledgedOnceDurableAndAGapIsAskedAgain) {
  Start();
  ASSERT_TRUE(Until([&] { return agent_->connected(); }));
  Observe("lane 3 froze");
  ASSERT_TRUE(Until([&] { return router_.ids().size() == 1; }));
  v1::AnswerReply reply;
  reply.mutable_answer()->set_id(std::string(16, 'a'));
  reply.mutable_answer()->set_text("repaired");
  reply.add_observations(*router_.ids().begin());
  router_.Reply(5, reply);
  EXPECT_TRUE(Until([&] { return router_.snapshots() == 1; }));
  EXPECT_EQ(router_.acked_cursor(), 0U);
  router_.Reply(0, reply);
  EXPECT_TRUE(Until([&] { return router_.acked_cursor() == 1; }));
  EXPECT_EQ(agent_->station().inbox().AnswersOf(1001)->size(), 1U);
}

TEST_F(AgentTest, CommandsBesideTheDaemonLoseNothing) {
  Start();
  const pid_t child = ::fork();
  ASSERT_GE(child, 0);
  if (child == 0) {
    // Half by the socket, half straight into the files.
    const os::SystemClock clock;
    os::SystemRandom random;
    bool ok = true;
    for (int i = 0; i < 40 && ok; ++i) {
      std::vector<std::string> sockets;
      if (i % 2 == 0) sockets.push_back(folder_.File("agent/agent.sock"));
      LocalAgent agent(MakeSettings(), sockets, clock, random);
      v1::Observation draft;
      draft.set_text("from a command");
      v1::ControlRequest request;
      request.set_command("observe");
      request.set_body(draft.SerializeAsString());
      ok = agent.Ask(request).ok();
    }
    ::_exit(ok ? 0 : 1);
  }
  for (int i = 0; i < 40; ++i) {
    Observe("from the daemon");
    agent_->Turn(absl::ZeroDuration());
    router_.Pump();
  }
  int status = -1;
  ASSERT_TRUE(Until([&] { return ::waitpid(child, &status, WNOHANG) != 0; }));
  EXPECT_EQ(status, 0);
  Observe("the last");
  EXPECT_TRUE(Until([&] { return router_.ids().size() == 81; }));
}

TEST_F(AgentTest, ADroppedFileGoesInAndItsBadRowsAreReportedBesideIt) {
  const std::string drop = folder_.File("drop");
  std::filesystem::create_directory(drop);
  Start(drop);
  folder_.Write("drop/.half.jsonl", "{\"text\": \"not yet\"}\n");
  folder_.Write("drop/new.jsonl",
                "{\"text\": \"one\"}\nbad 4111111111111111\n"
                "{\"text\": \"two\", \"severity\": \"4111111111111111\"}\n");
  ASSERT_TRUE(
      Until([&] { return std::filesystem::exists(drop + "/done/new.jsonl"); }));
  EXPECT_FALSE(std::filesystem::exists(drop + "/new.jsonl"));
  EXPECT_TRUE(std::filesystem::exists(drop + "/.half.jsonl"));
  const std::string report = testing::Slurp(drop + "/done/new.jsonl.rejected");
  EXPECT_NE(report.find("line 2: "), std::string::npos) << report;
  EXPECT_NE(report.find("line 3: "), std::string::npos) << report;
  EXPECT_EQ(report.find("4111"), std::string::npos) << report;
  EXPECT_TRUE(Until([&] { return router_.ids().size() == 1; }));
}

TEST_F(AgentTest, ALinkInTheDropFolderIsNotFollowed) {
  const std::string drop = folder_.File("drop");
  std::filesystem::create_directory(drop);
  folder_.Write("secret", "{\"text\": \"not for all\"}\n");
  Start(drop);
  std::filesystem::create_symlink(folder_.File("secret"), drop + "/.link");
  std::filesystem::rename(drop + "/.link", drop + "/link.jsonl");
  folder_.Write("drop/other.jsonl", "{\"text\": \"fine\"}\n");
  ASSERT_TRUE(Until(
      [&] { return std::filesystem::exists(drop + "/done/other.jsonl"); }));
  EXPECT_TRUE(std::filesystem::exists(drop + "/link.jsonl"));
  EXPECT_EQ((*agent_->station().spool().Lanes())[1].spooled, 1U);
}

TEST_F(AgentTest, ASecondDaemonInTheSameFolderIsRefused) {
  Start();
  const auto second = Agent::Start(MakeSettings(), {clock_, random_, log_});
  EXPECT_FALSE(second.ok());
}

TEST_F(AgentTest, WithoutARouterKeyItServesAndSaysWhatToDo) {
  Settings settings = MakeSettings();
  settings.router_key.clear();
  settings.router_key_file = folder_.File("missing.pub");
  auto agent = Agent::Start(std::move(settings), {clock_, random_, log_});
  ASSERT_TRUE(agent.ok()) << agent.status();
  agent_ = *std::move(agent);
  agent_->Turn(absl::ZeroDuration());
  Observe("kept");
  EXPECT_EQ((*agent_->station().spool().Lanes())[1].spooled, 1U);
  EXPECT_FALSE(agent_->connected());
}

}  // namespace
}  // namespace earshot::agents
