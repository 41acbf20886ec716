#include <gtest/gtest.h>
#include <sqlite3.h>

#include <filesystem>
#include <map>
#include <string>
#include <vector>

#include "base/wire/lane_hash.h"
#include "base/wire/peer_session.h"
#include "earshot/v1/observation.pb.h"
#include "router/router.h"
#include "tests/testing/door.h"
#include "tests/testing/fake_clock.h"
#include "tests/testing/seeded_random.h"
#include "tests/testing/temp_folder.h"

// A whole router whose sessions all end in the test.
namespace earshot::router {
namespace {

class RouterEdgesTest : public ::testing::Test {
 protected:
  void SetUp() override {
    Settings settings;
    std::filesystem::create_directories(folder_.File("router"));
    settings.config.set_data_dir(folder_.File("router"));
    settings.config.set_listen("tcp://door:1");
    settings.config.set_credit_records(100);
    settings.config.set_backlog_records(1000000);
    settings.config.set_silent_after_minutes(60);
    settings.config.set_remembered_texts(1000);
    settings.config.set_near_texts(1000);
    settings.config.set_compared_issues(1000);
    settings.config.set_quarantine_cap_mib(1);
    RouterEdges edges;
    edges.one_thread = true;
    edges.hub = [this](wire::HubServerOptions options, wire::Admission&)
        -> absl::StatusOr<std::unique_ptr<wire::HubServer>> {
      return wire::HubServer::Over(std::make_unique<testing::Door>(door_),
                                   std::move(options), clock_, random_, log_);
    };
    auto access = Access::Open(settings.AccessFile());
    ASSERT_TRUE(access.ok()) << access.status();
    Enrolled peer;
    peer.name = "pc1";
    peer.public_key = keys_.public_key;
    peer.sites = {"store-014"};
    peer.enrolled_at = clock_.Wall();
    ASSERT_TRUE((*access)->Enrol(peer).ok());
    auto router = Router::Start(settings, clock_, random_, log_, edges);
    ASSERT_TRUE(router.ok()) << router.status();
    router_ = *std::move(router);
  }

  void Turn() {
    for (int turn = 0; turn < 3; ++turn) {
      router_->Turn({}, absl::ZeroDuration());
      while (router_->Step(Router::Work::kCommit) ||
             router_->Step(Router::Work::kFold)) {
      }
    }
  }

  // Frames of pc1's session on that connection, and what comes back.
  std::vector<wire::PeerEvent> Exchange(wire::PeerSession& peer,
                                        const std::string& route) {
    while (auto frame = peer.TakeOutgoing()) {
      door_.in.push_back({route, "pc1", keys_.public_key,
                          std::move(frame->header), std::move(frame->body),
                          false});
    }
    Turn();
    auto& out = door_.out[route];
    for (; !out.empty(); out.pop_front()) {
      peer.Receive(out.front().header, out.front().body, clock_.Monotonic());
    }
    std::vector<wire::PeerEvent> events;
    while (auto event = peer.TakeEvent()) events.push_back(*event);
    return events;
  }

  // `acked`: what the peer was told is durable here, of the routine lane.
  void Dial(wire::PeerSession& peer, const std::string& route, uint64_t epoch,
            uint64_t acked = 0) {
    v1::Hello hello;
    hello.set_wire_min(wire::kWireVersion);
    hello.set_wire_max(wire::kWireVersion);
    hello.set_boot_id(1);
    hello.set_epoch(epoch);
    if (acked > 0) {
      v1::LaneMark& mark = *hello.add_acked();
      mark.set_lane(1);
      mark.set_seq(acked);
    }
    peer.Dial(hello, clock_.Monotonic());
    Exchange(peer, route);
  }
  void Open(wire::PeerSession& peer, const std::string& route, uint64_t epoch) {
    Dial(peer, route, epoch);
    ASSERT_EQ(peer.state(), wire::PeerSession::State::kOpen);
  }
  // As an operator with sqlite3 would.
  void ChangeViews(const char* sql) {
    sqlite3* views = nullptr;
    const std::string path = folder_.File("router") + "/views.db";
    ASSERT_EQ(sqlite3_open(path.c_str(), &views), SQLITE_OK);
    EXPECT_EQ(sqlite3_exec(views, sql, nullptr, nullptr, nullptr), SQLITE_OK);
    sqlite3_close(views);
  }

  testing::TempFolder folder_;
  testing::FakeClock clock_{testing::At("2026-11-02T10:00:00Z")};
  testing::SeededRandom random_{11};
  std::map<std::string, int> events_;  // of the log
  telemetry::Log log_{[this](telemetry::Level, std::string_view event,
                             const std::vector<telemetry::Field>&) {
    ++events_[std::string(event)];
  }};
  const wire::KeyPair keys_ = wire::GenerateKeyPair();
  testing::DoorFrames door_;
  std::unique_ptr<Router> router_;
};

TEST_F(RouterEdgesTest, TwoSpoolsOfOneKeyAtOnceRaiseTheAlarmBeforeAnyRecord) {
  wire::PeerSession one(random_);
  Open(one, "one", 5);
  EXPECT_EQ(events_["spool_started_anew"], 0);
  wire::PeerSession other(random_);
  Open(other, "other", 6);
  EXPECT_EQ(events_["spool_started_anew"], 1);
}

TEST_F(RouterEdgesTest, OneSpoolThatDialsAgainRaisesNoAlarm) {
  wire::PeerSession one(random_);
  Open(one, "one", 5);
  wire::PeerSession again(random_);
  Open(again, "again", 5);
  EXPECT_EQ(events_["spool_started_anew"], 0);
}

TEST_F(RouterEdgesTest, CreditIsToldEachMinuteWithoutAnythingToAcknowledge) {
  wire::PeerSession peer(random_);
  Open(peer, "one", 5);
  std::map<uint32_t, uint64_t> credit;  // by lane
  for (int second = 0; second < 61; ++second) {
    clock_.Advance(absl::Seconds(1));
    peer.Tick(clock_.Monotonic());
    for (const wire::PeerEvent& event : Exchange(peer, "one")) {
      v1::Ack ack;
      if (event.kind != v1::ACK || !ack.ParseFromString(event.body)) continue;
      EXPECT_EQ(ack.epoch(), 5U);
      credit[ack.durable().lane()] = ack.credit_seq();
    }
  }
  EXPECT_EQ(credit, (std::map<uint32_t, uint64_t>{{0, 100}, {1, 100}}));
}

TEST_F(RouterEdgesTest, BatchesOfOneCommitAreAcknowledgedAtOnce) {
  wire::PeerSession peer(random_);
  Open(peer, "one", 5);
  std::string hash = wire::LaneHashStart(5);
  for (uint64_t seq = 1; seq <= 3; ++seq) {
    v1::Batch batch;
    batch.set_epoch(5);
    batch.set_lane(1);
    batch.set_first_seq(seq);
    batch.set_hash_before(hash);
    v1::Record& record = *batch.add_records();
    record.set_kind(v1::RECORD_OBSERVATION);
    record.set_id(random_.Bytes(16));
    // The second is no observation: the lane goes on, and its peer is told.
    if (seq == 2) record.set_body("\xff");
    if (seq != 2) {
      v1::Observation said;
      said.set_text("The till froze");
      said.set_severity(3);
      said.set_site("store-014");
      said.set_channel("store");
      said.mutable_observed_at()->set_seconds(
          absl::ToUnixSeconds(clock_.Wall()));
      record.set_body(said.SerializeAsString());
    }
    hash = wire::LaneHashNext(hash, record.id());
    peer.Send(v1::BATCH, batch.SerializeAsString(), clock_.Monotonic());
  }
  std::vector<v1::Ack> acks;
  for (const wire::PeerEvent& event : Exchange(peer, "one")) {
    if (event.kind != v1::ACK) continue;
    ASSERT_TRUE(acks.emplace_back().ParseFromString(event.body));
  }
  ASSERT_EQ(acks.size(), 1U);
  EXPECT_EQ(acks[0].durable().seq(), 3U);
  EXPECT_EQ(acks[0].durable().hash(), hash);
  ASSERT_EQ(acks[0].nacks_size(), 1);
  EXPECT_EQ(acks[0].nacks(0).seq(), 2U);
}

// Who is welcomed is told where the lane stands, and then nobody knows of it
// any more.
TEST_F(RouterEdgesTest, WhoShowsARestoreIsNotWelcomedBeforeItIsNoted) {
  ChangeViews(
      "CREATE TRIGGER full BEFORE INSERT ON numbers BEGIN "
      "SELECT RAISE(ABORT, 'the disk is full'); END");
  wire::PeerSession early(random_);
  Dial(early, "early", 5, 3);
  EXPECT_NE(early.state(), wire::PeerSession::State::kOpen);
  EXPECT_EQ(events_["hello_put_off"], 1);
  ChangeViews("DROP TRIGGER full");
  EXPECT_EQ(events_["put_back_to_older_copy"], 0);
  wire::PeerSession again(random_);
  Dial(again, "again", 5, 3);
  EXPECT_EQ(again.state(), wire::PeerSession::State::kOpen);
  EXPECT_EQ(events_["put_back_to_older_copy"], 1);
}

}  // namespace
}  // namespace earshot::router
