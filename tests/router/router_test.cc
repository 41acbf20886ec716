#include "router/router.h"

#include <gtest/gtest.h>

#include "base/spool/uplink.h"
#include "base/wire/peer_link.h"
#include "earshot/v1/observation.pb.h"
#include "proto/contract/times.h"
#include "tests/testing/temp_folder.h"

namespace earshot::router {
namespace {

// The real router on real files and sockets, turned by the test's own thread.
class RouterTest : public ::testing::Test {
 protected:
  RouterTest()
      : log_("test", telemetry::Level::kError, telemetry::LogFormat::kJson),
        context_(1) {
    settings_.config.set_data_dir(folder_.File("router"));
    settings_.config.set_listen("tcp://127.0.0.1:0");
    settings_.config.set_http_listen("127.0.0.1:0");
    settings_.config.set_credit_records(100);
    settings_.config.set_backlog_records(1000000);
    settings_.config.set_silent_after_minutes(60);
    settings_.config.set_remembered_texts(1000);
    settings_.config.set_near_texts(1000);
    settings_.config.set_compared_issues(1000);
    settings_.config.set_quarantine_cap_mib(1);
  }

  void Start() {
    router_.reset();
    auto router = Router::Start(settings_, clock_, random_, log_);
    ASSERT_TRUE(router.ok()) << router.status();
    router_ = *std::move(router);
  }

  void Enrol(const wire::KeyPair& keys, const std::string& site) {
    auto access = Access::Open(settings_.AccessFile());
    ASSERT_TRUE(access.ok()) << access.status();
    Enrolled peer;
    peer.name = "pc1";
    peer.public_key = keys.public_key;
    peer.sites = {site};
    peer.enrolled_at = clock_.Wall();
    ASSERT_TRUE((*access)->Enrol(peer).ok());
  }

  wire::PeerLink Link(const wire::KeyPair& keys) {
    const auto pair = wire::LoadKeyPair(settings_.KeyFile());
    return {context_,
            {router_->endpoint(), keys, pair->public_key},
            clock_,
            random_};
  }

  // Turns router and agent until `done`, 20 s at most.
  template <typename Done>
  bool Drive(wire::PeerLink& link, spool::Uplink& uplink, Done done) {
    const absl::Duration limit = clock_.Monotonic() + absl::Seconds(20);
    while (clock_.Monotonic() < limit) {
      router_->Turn({}, absl::Milliseconds(2));
      if (link.WantsDial()) {
        v1::Hello hello;
        hello.set_wire_min(1);
        hello.set_wire_max(1);
        hello.set_boot_id(1);
        EXPECT_TRUE(uplink.FillHello(hello).ok());
        EXPECT_TRUE(link.Dial(hello).ok());
      }
      link.Pump();
      while (const auto event = link.TakeEvent()) {
        closed_ = event->type == wire::PeerEvent::Type::kClosed;
        if (event->type == wire::PeerEvent::Type::kOpened) {
          EXPECT_TRUE(uplink.OnWelcome(event->welcome).ok());
        } else if (event->kind == v1::ACK) {
          v1::Ack ack;
          EXPECT_TRUE(ack.ParseFromString(event->body));
          EXPECT_TRUE(uplink.OnAck(ack).ok());
          max_in_flight_ = std::max(max_in_flight_, uplink.InFlight());
        }
      }
      while (link.open()) {
        const auto frame = uplink.Next();
        EXPECT_TRUE(frame.ok());
        if (!frame.ok() || !*frame) break;
        link.Send((*frame)->kind, (*frame)->body);
      }
      max_in_flight_ = std::max(max_in_flight_, uplink.InFlight());
      if (done()) return true;
    }
    return false;
  }

  std::unique_ptr<spool::Spool> FilledSpool(int records,
                                            const std::string& site) {
    auto spool = spool::Spool::Open(folder_.File("spool.db"), {}, random_);
    EXPECT_TRUE(spool.ok());
    std::vector<spool::NewRecord> all;
    for (int i = 0; i < records; ++i) {
      v1::Observation observation;
      observation.set_text("till " + std::to_string(i % 10) + " froze");
      observation.set_severity(2);
      observation.set_site(site);
      observation.set_channel("store");
      *observation.mutable_observed_at() = contract::ToStamp(clock_.Wall());
      all.push_back({1, v1::RECORD_OBSERVATION, random_.Bytes(16),
                     observation.SerializeAsString()});
    }
    EXPECT_TRUE((*spool)->Append(all, clock_.Wall()).ok());
    return *std::move(spool);
  }

  testing::TempFolder folder_;
  os::SystemClock clock_;
  os::SystemRandom random_;
  telemetry::Log log_;
  Settings settings_;
  std::unique_ptr<Router> router_;
  wire::Context context_;
  bool closed_ = false;
  uint64_t max_in_flight_ = 0;
};

TEST_F(RouterTest, ASpoolDrainsInOrderWithinItsCredit) {
  Start();
  const wire::KeyPair keys = wire::GenerateKeyPair();
  Enrol(keys, "store-014");
  const auto spool = FilledSpool(1000, "store-014");
  spool::Uplink uplink(*spool);
  wire::PeerLink link = Link(keys);
  ASSERT_TRUE(Drive(link, uplink, [&] { return *uplink.Drained(); }));
  EXPECT_LE(max_in_flight_, 100U);
  EXPECT_EQ(uplink.counters().refused_batches, 0U);
  EXPECT_EQ(uplink.counters().records, 1000U);
}

TEST_F(RouterTest, WhatWasAcknowledgedIsThereAfterARestart) {
  Start();
  const wire::KeyPair keys = wire::GenerateKeyPair();
  Enrol(keys, "store-014");
  const auto spool = FilledSpool(300, "store-014");
  spool::Uplink uplink(*spool);
  {
    wire::PeerLink link = Link(keys);
    ASSERT_TRUE(Drive(link, uplink, [&] { return *uplink.Drained(); }));
  }
  Start();
  spool::Uplink again(*spool);
  wire::PeerLink link = Link(keys);
  ASSERT_TRUE(Drive(link, again, [&] { return link.open(); }));
  EXPECT_EQ(again.counters().records, 0U) << "nothing is sent twice";
  EXPECT_EQ(again.counters().hub_regressed, 0U);
}

TEST_F(RouterTest, AnUnknownKeyIsNotListenedTo) {
  Start();
  const auto spool = FilledSpool(1, "store-014");
  spool::Uplink uplink(*spool);
  wire::PeerLink stranger = Link(wire::GenerateKeyPair());
  const absl::Duration until = clock_.Monotonic() + absl::Seconds(1);
  EXPECT_FALSE(
      Drive(stranger, uplink,
            [&] { return stranger.open() || clock_.Monotonic() > until; }) &&
      stranger.open());
  EXPECT_FALSE(*uplink.Drained());
}

TEST_F(RouterTest, ASecondRouterOnTheSameFolderIsRefused) {
  Start();
  const auto second = Router::Start(settings_, clock_, random_, log_);
  EXPECT_TRUE(absl::IsFailedPrecondition(second.status()));
}

}  // namespace
}  // namespace earshot::router
