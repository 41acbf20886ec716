#ifndef EARSHOT_TESTS_DASHBOARD_FEED_EDGES_H_
#define EARSHOT_TESTS_DASHBOARD_FEED_EDGES_H_

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/os/clock.h"
#include "base/wire/hub.h"
#include "base/wire/peer_session.h"
#include "base/wire/socket.h"

// Both ends of a feed's links in the hand of a test, without a network.
namespace earshot::feed {

// The router as a feed sees it. Welcomes it, notes its batches, and leaves it
// to the test to acknowledge any. One connection at a time.
class RouterEnd final : public wire::Dialer {
 public:
  RouterEnd(const os::Clock& clock, os::Random& random)
      : clock_(clock), hub_({}, random) {}

  absl::StatusOr<std::unique_ptr<wire::PeerSocket>> Connect(
      const std::string& /*endpoint*/, const wire::KeyPair& own,
      const std::string& /*server_public_key*/) override {
    ++connections_;
    return std::make_unique<Socket>(*this, std::to_string(connections_),
                                    own.public_key);
  }

  void Turn() {
    hub_.Tick(clock_.Monotonic());
    while (const auto event = hub_.TakeEvent()) {
      if (event->type == wire::HubEvent::Type::kHello) {
        session_ = event->session;
        v1::Welcome welcome;
        v1::Credit& credit = *welcome.add_credit();
        credit.set_lane(1);
        credit.set_seq(100);
        hub_.Welcome(session_, std::move(welcome), clock_.Monotonic());
      } else if (event->type == wire::HubEvent::Type::kFrame &&
                 event->kind == v1::BATCH) {
        batches_.emplace_back().ParseFromString(event->body);
      }
    }
  }
  void Acknowledge(const v1::Ack& ack) {
    hub_.Send(session_, v1::ACK, ack.SerializeAsString(), clock_.Monotonic());
  }

  void Update(const v1::Delivery& delivery) {
    hub_.Send(session_, v1::UPDATE, delivery.SerializeAsString(),
              clock_.Monotonic());
  }

  int connections() const { return connections_; }
  const std::vector<v1::Batch>& batches() const { return batches_; }

 private:
  class Socket final : public wire::PeerSocket {
   public:
    Socket(RouterEnd& router, std::string route, std::string key)
        : router_(router), route_(std::move(route)), key_(std::move(key)) {}
    int fd() const override { return -1; }
    wire::SendResult Send(std::string_view header,
                          std::string_view body) override {
      wire::Incoming frame;
      frame.route = route_;
      frame.user = "feed";
      frame.key = key_;
      frame.header = header;
      frame.body = body;
      router_.hub_.Receive(frame, router_.clock_.Monotonic());
      return wire::SendResult::kSent;
    }
    std::optional<wire::Incoming> Receive() override {
      while (auto sent = router_.hub_.TakeOutgoing()) {
        if (sent->route != route_) continue;  // to one that is gone
        wire::Incoming frame;
        frame.header = std::move(sent->header);
        frame.body = std::move(sent->body);
        return frame;
      }
      return std::nullopt;
    }
    bool Ended() override { return false; }

   private:
    RouterEnd& router_;
    const std::string route_;
    const std::string key_;
  };

  const os::Clock& clock_;
  wire::Hub hub_;
  uint64_t session_ = 0;
  int connections_ = 0;
  std::vector<v1::Batch> batches_;
};

}  // namespace earshot::feed

#endif  // EARSHOT_TESTS_DASHBOARD_FEED_EDGES_H_
