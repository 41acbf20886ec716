#include "base/wire/hub_server.h"

#include <gtest/gtest.h>

#include <memory>
#include <optional>

#include "base/wire/peer_session.h"
#include "tests/testing/door.h"
#include "tests/testing/fake_clock.h"
#include "tests/testing/seeded_random.h"

namespace earshot::wire {
namespace {

class HubServerTest : public ::testing::Test {
 protected:
  HubServerTest()
      : server_(HubServer::Over(std::make_unique<testing::Door>(door_), {},
                                clock_, random_, log_)) {}
  void Hand(PeerSession& peer) {
    while (auto frame = peer.TakeOutgoing()) {
      door_.in.push_back(
          {"a", "pc1", "key", frame->header, frame->body, false});
    }
  }

  testing::FakeClock clock_{testing::At("2026-11-02T10:00:00Z")};
  testing::SeededRandom random_{3};
  telemetry::Log log_{[](telemetry::Level, std::string_view,
                         const std::vector<telemetry::Field>&) {}};
  testing::DoorFrames door_;
  std::unique_ptr<HubServer> server_;
};

// ZeroMQ tells of messages on an edge, and sending may use it up.
TEST_F(HubServerTest, WhoHasSentLooksAgainBeforeItWaits) {
  server_->Pump();
  EXPECT_GT(server_->NextTimer(), absl::ZeroDuration());
  PeerSession peer(random_);
  v1::Hello hello;
  hello.set_wire_min(kWireVersion);
  hello.set_wire_max(kWireVersion);
  hello.set_boot_id(1);
  hello.set_epoch(7);
  peer.Dial(hello, clock_.Monotonic());
  Hand(peer);
  server_->Pump();
  const auto came = server_->TakeEvent();
  ASSERT_TRUE(came && came->type == HubEvent::Type::kHello);
  EXPECT_GT(server_->NextTimer(), absl::ZeroDuration());
  server_->Welcome(came->session, {});
  EXPECT_EQ(server_->NextTimer(), absl::ZeroDuration());
  server_->Pump();
  EXPECT_GT(server_->NextTimer(), absl::ZeroDuration());
}

}  // namespace
}  // namespace earshot::wire
