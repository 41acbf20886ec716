#ifndef EARSHOT_TESTS_TESTING_DOOR_H_
#define EARSHOT_TESTS_TESTING_DOOR_H_

#include <deque>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "base/wire/peer_session.h"
#include "base/wire/socket.h"

namespace earshot::testing {

// What waits on either side of a hub; what it sent, by route.
struct DoorFrames {
  std::deque<wire::Incoming> in;
  std::map<std::string, std::deque<wire::PeerSession::Frame>> out;
};

// A hub's socket whose other side is the test itself.
class Door final : public wire::HubSocket {
 public:
  explicit Door(DoorFrames& frames) : frames_(frames) {}
  std::string endpoint() const override { return "tcp://door:1"; }
  int fd() const override { return -1; }
  wire::SendResult Send(std::string_view route, std::string_view header,
                        std::string_view body) override {
    frames_.out[std::string(route)].push_back(
        {std::string(header), std::string(body)});
    return wire::SendResult::kSent;
  }
  std::optional<wire::Incoming> Receive() override {
    if (frames_.in.empty()) return std::nullopt;
    wire::Incoming frame = std::move(frames_.in.front());
    frames_.in.pop_front();
    return frame;
  }

 private:
  DoorFrames& frames_;
};

}  // namespace earshot::testing

#endif  // EARSHOT_TESTS_TESTING_DOOR_H_
