#ifndef EARSHOT_TESTS_DASHBOARD_FEED_FEED_FIXTURE_H_
#define EARSHOT_TESTS_DASHBOARD_FEED_FEED_FIXTURE_H_

#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <vector>

#include "base/wire/lane_hash.h"
#include "dashboard_feed/feed.h"
#include "earshot/v1/observation.pb.h"
#include "tests/dashboard_feed/edges.h"
#include "tests/dashboard_feed/folder.h"
#include "tests/dashboard_feed/said_by_nine.h"
#include "tests/testing/door.h"

// A whole feed, without a router or with one in the hand of the test.
namespace earshot::feed {

class SetClock final : public os::Clock {
 public:
  absl::Time Wall() const override { return wall; }
  absl::Duration Monotonic() const override { return monotonic; }
  void Pass(absl::Duration time) {
    wall += time;
    monotonic += time;
  }
  absl::Time wall = absl::FromUnixSeconds(1'800'000'000);
  absl::Duration monotonic = absl::Hours(1);
};

inline void Add(v1::Delivery& delivery, uint32_t kind,
                const std::string& body) {
  v1::Item& item = *delivery.add_items();
  item.set_seq(static_cast<uint64_t>(delivery.items_size()));
  item.set_kind(kind);
  item.set_body(body);
}

inline void AddInsight(v1::Delivery& delivery, uint64_t id,
                       const std::string& topic, v1::State state) {
  v1::Insight insight;
  insight.set_id(id);
  insight.set_topic(topic);
  insight.set_state(state);
  SaidByNine(insight);
  Add(delivery, v1::UPDATE_INSIGHT, insight.SerializeAsString());
}

template <typename Message>
std::string AsFile(const Message& message) {
  v1::Configured file;
  file.set_sha256("hash");
  file.set_body(message.SerializeAsString());
  return file.SerializeAsString();
}

class FeedTest : public ::testing::Test {
 protected:
  void SetUp() override {
    settings_.config.set_data_dir(folder_.File("feed"));
    settings_.config.set_router("tcp://127.0.0.1:1");
    settings_.config.set_router_key_file(folder_.File("none"));
    settings_.config.set_listen("tcp://127.0.0.1:0");
    settings_.config.set_kept_digests(10);
    ASSERT_TRUE(os::MakeFolder(folder_.File("feed"), 0755).ok());
    Seed();
    Restart();
  }

  void Seed() {
    v1::Delivery delivery;
    delivery.set_generation(7);
    delivery.set_reset(true);
    AddFiles(delivery);
    AddInsight(delivery, 1, "checkout", v1::HEARD);
    AddInsight(delivery, 2, "parking", v1::HEARD);
    AddInsight(delivery, 3, "checkout/tills", v1::RESOLVED);
    auto mirror = Mirror::Open(settings_.InData("mirror.db"));
    ASSERT_TRUE(mirror.ok());
    ASSERT_TRUE((*mirror)->Take(delivery, clock_.Wall()).ok());
  }

  void AddFiles(v1::Delivery& delivery) {
    v1::Organisation organisation;
    v1::Leader& leader = *organisation.add_leaders();
    leader.set_id("dana");
    leader.set_public_key(leader_keys_.public_key);
    leader.mutable_scope()->add_topics("checkout");
    v1::Leader& other = *organisation.add_leaders();
    other.set_id("max");
    other.add_local_users("nobody");
    Add(delivery, v1::UPDATE_ORGANISATION, AsFile(organisation));
    v1::Subscriptions subscriptions;
    v1::Subscription& hourly = *subscriptions.add_subscriptions();
    hourly.set_id("dana-hourly");
    hourly.set_leader("dana");
    hourly.set_cadence(v1::Subscription::HOURLY);
    hourly.add_channels("no-such-channel");
    Add(delivery, v1::UPDATE_SUBSCRIPTIONS, AsFile(subscriptions));
  }

  void Restart() {
    feed_.reset();
    auto feed = Feed::Start(settings_, clock_, random_, log_, edges_);
    ASSERT_TRUE(feed.ok()) << feed.status();
    feed_ = *std::move(feed);
  }

  v1::ControlResponse Ask(const v1::ControlRequest& request) {
    v1::ControlResponse response;
    auto client = os::LocalClient::Connect(settings_.SocketFile());
    EXPECT_TRUE(client.ok());
    EXPECT_TRUE(client->Send(request.SerializeAsString()).ok());
    for (int turn = 0; turn < 3; ++turn) {
      feed_->Turn({}, absl::ZeroDuration());
    }
    const auto bytes = client->Receive(absl::Seconds(5));
    EXPECT_TRUE(bytes.ok());
    response.ParseFromString(*bytes);
    return response;
  }

  v1::ControlResponse Answer(uint64_t insight, const std::string& text,
                             const std::string& leader = "dana") {
    v1::Decision decision;
    decision.set_insight(insight);
    decision.set_leader("somebody else");
    decision.mutable_answer()->set_text(text);
    v1::ControlRequest request;
    request.set_command("answer");
    request.add_arguments(leader);
    request.set_body(decision.SerializeAsString());
    return Ask(request);
  }

  v1::ControlResponse Mute(uint64_t insight, const std::string& reason,
                           absl::Time until,
                           const std::string& command = "answer") {
    v1::Decision decision;
    decision.set_insight(insight);
    decision.mutable_mute()->set_reason(reason);
    decision.mutable_mute()->mutable_until()->set_seconds(
        absl::ToUnixSeconds(until));
    v1::ControlRequest request;
    request.set_command(command);
    request.add_arguments("dana");
    request.set_body(decision.SerializeAsString());
    return Ask(request);
  }

  std::vector<spool::StoredRecord> Spooled() {
    auto spool = spool::Spool::Open(settings_.InData("spool.db"), {}, random_);
    EXPECT_TRUE(spool.ok());
    return *(*spool)->Read(1, 1, 10, 100000);
  }

  uint64_t Queued() {
    auto outbox = Outbox::Open(settings_.InData("feed.db"), 10, random_);
    EXPECT_TRUE(outbox.ok());
    return (*outbox)->Count()->queued;
  }

  Folder folder_;
  Settings settings_;
  FeedEdges edges_;
  const wire::KeyPair leader_keys_ = wire::GenerateKeyPair();
  SetClock clock_;
  os::SystemRandom random_;
  telemetry::Log log_{"feed_test", telemetry::Level::kError,
                      telemetry::LogFormat::kText};
  std::unique_ptr<Feed> feed_;
};

// A feed whose links both end in the test.
class LinkedFeedTest : public FeedTest {
 protected:
  LinkedFeedTest() {
    settings_.config.set_router_key(wire::GenerateKeyPair().public_key);
    edges_.dialer = &router_;
    edges_.hub = [this](wire::HubServerOptions options, wire::Admission&)
        -> absl::StatusOr<std::unique_ptr<wire::HubServer>> {
      return wire::HubServer::Over(std::make_unique<testing::Door>(door_),
                                   std::move(options), clock_, random_, log_);
    };
  }
  ~LinkedFeedTest() override { feed_.reset(); }

  void Turn() {
    for (int turn = 0; turn < 3; ++turn) {
      feed_->Turn({}, absl::ZeroDuration());
      router_.Turn();
    }
  }
  void TurnFor(absl::Duration time) {
    for (absl::Duration past; past < time; past += absl::Seconds(1)) {
      clock_.Pass(absl::Seconds(1));
      Turn();
    }
  }

  // A decision on its way; nobody has acknowledged it.
  void SpoolDecision() {
    const auto appended = feed_->spool().Append(
        {{1, v1::RECORD_DECISION, record_, "body"}}, clock_.Wall());
    ASSERT_TRUE(appended.ok()) << appended.status();
    Turn();
    ASSERT_EQ(router_.batches().size(), 1U);
  }
  void Acknowledge() {
    v1::Ack ack;
    ack.set_epoch(feed_->spool().epoch());
    ack.set_credit_seq(100);
    ack.mutable_durable()->set_lane(1);
    ack.mutable_durable()->set_seq(1);
    ack.mutable_durable()->set_hash(
        wire::LaneHashNext(wire::LaneHashStart(ack.epoch()), record_));
    router_.Acknowledge(ack);
    Turn();
  }

  // Frames of a leader's session to the feed, and what comes back.
  std::vector<wire::PeerEvent> Exchange(wire::PeerSession& leader) {
    while (auto frame = leader.TakeOutgoing()) {
      door_.in.push_back({"r", "dana", leader_keys_.public_key,
                          std::move(frame->header), std::move(frame->body),
                          false});
    }
    Turn();
    auto& out = door_.out["r"];
    for (; !out.empty(); out.pop_front()) {
      leader.Receive(out.front().header, out.front().body, clock_.Monotonic());
    }
    std::vector<wire::PeerEvent> events;
    while (auto event = leader.TakeEvent()) events.push_back(*event);
    return events;
  }
  std::vector<std::string> Responses(wire::PeerSession& leader) {
    std::vector<std::string> bodies;
    for (const wire::PeerEvent& event : Exchange(leader)) {
      if (event.kind == v1::RESPONSE) bodies.push_back(event.body);
    }
    return bodies;
  }
  static std::string DecideRequest(uint64_t id) {
    v1::Decision decision;
    decision.set_insight(1);
    decision.mutable_answer()->set_text("On Thursday");
    v1::Request request;
    request.set_id(id);
    request.set_kind(v1::LEADER_DECIDE);
    request.set_body(decision.SerializeAsString());
    return request.SerializeAsString();
  }

  const std::string record_ = std::string(16, 'd');
  RouterEnd router_{clock_, random_};
  testing::DoorFrames door_;
};

}  // namespace earshot::feed

#endif  // EARSHOT_TESTS_DASHBOARD_FEED_FEED_FIXTURE_H_
