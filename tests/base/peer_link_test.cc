// A peer and a hub on real sockets, turned by the test's own thread.
#include "base/wire/peer_link.h"

#include <arpa/inet.h>
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <set>

#include "base/os/poll.h"
#include "base/wire/hub_server.h"
#include "tests/testing/fake_clock.h"

namespace earshot::wire {
namespace {

// Admits everyone whose key was noted.
class Guests final : public Admission {
 public:
  explicit Guests(std::set<std::string> keys) : keys_(std::move(keys)) {}
  std::optional<std::string> Admit(std::string_view public_key) override {
    if (keys_.count(std::string(public_key)) == 0) return std::nullopt;
    return "pc1";
  }
  void Refused(std::string_view, std::string_view) override {}

 private:
  const std::set<std::string> keys_;
};

class PeerLinkTest : public ::testing::Test {
 protected:
  PeerLinkTest()
      : log_("test", telemetry::Level::kError, telemetry::LogFormat::kJson),
        context_(1),
        guests_({keys_.public_key}) {
    HubServerOptions options;
    options.listen = "tcp://127.0.0.1:0";
    options.keys = hub_keys_;
    options.zap_domain = "test";
    auto server = HubServer::Start(context_, std::move(options), guests_,
                                   stopped_, random_, log_);
    EXPECT_TRUE(server.ok()) << server.status();
    server_ = *std::move(server);
  }

  PeerLink Link(const KeyPair& keys) {
    return {context_,
            {server_->endpoint(), keys, hub_keys_.public_key},
            stopped_,
            random_};
  }

  static v1::Hello SomeHello() {
    v1::Hello hello;
    hello.set_wire_min(1);
    hello.set_wire_max(1);
    hello.set_epoch(5);
    return hello;
  }

  // Turns both sides until `done`; false after 20 s.
  template <typename Done>
  bool Turn(PeerLink& link, Done done) {
    const absl::Duration limit = clock_.Monotonic() + absl::Seconds(20);
    while (!done()) {
      if (clock_.Monotonic() >= limit) return false;
      std::vector<int> fds;
      if (server_ != nullptr) fds.push_back(server_->fd());
      if (link.fd() >= 0) fds.push_back(link.fd());
      os::WaitReadable(fds, absl::Milliseconds(100));
      if (server_ != nullptr) {
        server_->Pump();
        while (const auto event = server_->TakeEvent()) {
          if (event->type == HubEvent::Type::kHello) {
            server_->Welcome(event->session, {});
            server_->Pump();
          }
        }
      }
      link.Pump();
      while (const auto event = link.TakeEvent()) {
        if (event->type == PeerEvent::Type::kClosed) ++closed_;
      }
    }
    return true;
  }

  // Of sessions: it stands still, so that no heartbeat is ever missed.
  testing::FakeClock stopped_{testing::At("2026-11-02T08:00:00Z")};
  os::SystemClock clock_;
  os::SystemRandom random_;
  telemetry::Log log_;
  Context context_;
  const KeyPair keys_ = GenerateKeyPair();
  const KeyPair hub_keys_ = GenerateKeyPair();
  Guests guests_;
  std::unique_ptr<HubServer> server_;
  int closed_ = 0;
};

TEST_F(PeerLinkTest, EndOfTheConnectionEndsTheSessionBeforeAnyHeartbeat) {
  PeerLink link = Link(keys_);
  ASSERT_TRUE(link.Dial(SomeHello()).ok());
  ASSERT_TRUE(Turn(link, [&] { return link.open(); }));
  server_.reset();  // no BYE, as when the program was killed
  EXPECT_TRUE(Turn(link, [&] { return closed_ > 0; }));
  EXPECT_FALSE(link.open());
  EXPECT_EQ(link.fd(), -1);
  EXPECT_EQ(closed_, 1);
}

TEST_F(PeerLinkTest, EndOfTheConnectionWakesWhoWaits) {
  PeerLink link = Link(keys_);
  ASSERT_TRUE(link.Dial(SomeHello()).ok());
  ASSERT_TRUE(Turn(link, [&] { return link.open(); }));
  server_.reset();
  while (link.fd() >= 0) {
    ASSERT_TRUE(os::WaitReadable({link.fd()}, absl::Seconds(20)));
    link.Pump();
  }
  const auto event = link.TakeEvent();
  ASSERT_TRUE(event);
  EXPECT_EQ(event->type, PeerEvent::Type::kClosed);
}

TEST_F(PeerLinkTest, PeerThatWaitsAtTheDoorNeitherFailsTheSelfTestNorIsLost) {
  PeerLink link = Link(keys_);
  ASSERT_TRUE(link.Dial(SomeHello()).ok());
  while (server_->zap_counters().admitted.value() == 0) {
    os::WaitReadable({link.fd()}, absl::Milliseconds(1));
    link.Pump();
  }
  const absl::Status status = server_->SelfTest();
  EXPECT_TRUE(status.ok()) << status;
  // By the first HELLO: no time passes in which it could send another.
  EXPECT_TRUE(Turn(link, [&] { return link.open(); }));
  EXPECT_EQ(closed_, 0);
}

TEST_F(PeerLinkTest, ConnectionThatNeverCameAboutIsTriedAgainAndEndsNothing) {
  // Takes connections and says nothing of ZeroMQ.
  const int listener = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t size = sizeof(address);
  auto* generic = reinterpret_cast<sockaddr*>(&address);
  ASSERT_EQ(::bind(listener, generic, size), 0);
  ASSERT_EQ(::listen(listener, 5), 0);
  ASSERT_EQ(::getsockname(listener, generic, &size), 0);
  PeerLink link(context_,
                {"tcp://127.0.0.1:" + std::to_string(ntohs(address.sin_port)),
                 keys_, hub_keys_.public_key},
                stopped_, random_);
  ASSERT_TRUE(link.Dial(SomeHello()).ok());
  for (int times = 0; times < 2; ++times) {
    ASSERT_TRUE(os::WaitReadable({listener}, absl::Seconds(20)));
    const int accepted = ::accept(listener, nullptr, nullptr);
    ASSERT_GE(accepted, 0);
    ::close(accepted);
    link.Pump();
  }
  ::close(listener);
  EXPECT_FALSE(link.TakeEvent());
  EXPECT_GE(link.fd(), 0);
}

}  // namespace
}  // namespace earshot::wire
