#include "tests/fuzz/hub_walk.h"

#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <utility>

#include "base/wire/header.h"
#include "base/wire/hub.h"
#include "tests/testing/seeded_random.h"

namespace earshot::fuzz {
namespace {

using wire::Hub;
using wire::HubEvent;

constexpr uint32_t kRoutes = 6;
constexpr size_t kMostSessions = 4;
constexpr uint32_t kHellosPerSecond = 9;

std::string RouteName(uint32_t number) {
  return "route" + std::to_string(number);
}

// The last route belongs to nobody: ZAP did not name its connection.
std::string UserOf(uint32_t number) {
  return number + 1 == kRoutes ? "" : "user" + std::to_string(number / 2);
}

class HubWalk {
 public:
  HubWalk() : hub_(Options(), random_) {}

  void Step(Input& input) {
    const size_t before = known_.size();
    switch (input.Below(12)) {
      case 0:
      case 1:
        Greet(input);
        break;
      case 2:
      case 3:
        GiveFrame(input);
        break;
      case 4:
        GiveBytes(input);
        break;
      case 5:
        now_ += absl::Milliseconds(static_cast<int64_t>(input.Number(2)));
        break;
      case 6:
        hub_.Tick(now_);
        break;
      case 7:
        SendDown(input);
        break;
      case 8:
        hub_.EndUser(UserOf(input.Below(kRoutes)), v1::Reject::REVOKED, "gone",
                     now_);
        break;
      case 9:
        hub_.Undeliverable(RouteName(input.Below(kRoutes)));
        break;
      case 10:
        AnswerLate(input);
        break;
      default:
        EndAll();
        break;
    }
    Settle(before, input);
  }

 private:
  struct Known {
    std::string user;
    uint64_t epoch = 0;
    bool open = false;
  };

  static wire::HubOptions Options() {
    wire::HubOptions options;
    options.max_sessions = kMostSessions;
    options.hellos_per_second = kHellosPerSecond;
    return options;
  }

  static wire::Incoming From(uint32_t number) {
    wire::Incoming incoming;
    incoming.route = RouteName(number);
    incoming.user = UserOf(number);
    incoming.key = "key of " + incoming.user;
    return incoming;
  }

  void Give(wire::Incoming incoming, const wire::Header& header) {
    incoming.header = EncodeHeader(header, incoming.body);
    hub_.Receive(incoming, now_);
  }

  void Greet(Input& input) {
    wire::Incoming incoming = From(input.Below(kRoutes));
    const unsigned bits = input.Byte();
    v1::Hello hello;
    hello.set_wire_min((bits & 8U) != 0 ? 2 : 1);
    hello.set_wire_max(2);
    hello.set_epoch(bits & 3U);
    hello.SerializeToString(&incoming.body);
    wire::Header header;
    header.kind = v1::HELLO;
    Give(std::move(incoming), header);
  }

  // A frame in form, of a session that may be the route's, another's or none.
  void GiveFrame(Input& input) {
    wire::Incoming incoming = From(input.Below(kRoutes));
    wire::Header header;
    header.kind = input.Byte();
    header.session = AnySession(input);
    incoming.body = input.Chunk();
    Give(std::move(incoming), header);
  }

  void GiveBytes(Input& input) {
    wire::Incoming incoming = From(input.Below(kRoutes));
    incoming.frame_count_wrong = input.Below(4) == 3;
    incoming.header = std::string(input.Bytes(input.Below(40)));
    incoming.body = input.Chunk();
    hub_.Receive(incoming, now_);
  }

  uint64_t AnySession(Input& input) {
    const uint32_t pick = input.Below(kMostSessions + 2);
    uint32_t at = 0;
    for (const auto& [id, known] : known_) {
      if (at++ == pick) return id;
    }
    return pick;
  }

  void SendDown(Input& input) {
    const uint64_t id = AnySession(input);
    const auto found = known_.find(id);
    const bool open = found != known_.end() && found->second.open;
    Require(hub_.Send(id, v1::REPLY, "body", now_) == open,
            "only an open session can be sent to");
  }

  void AnswerLate(Input& input) {
    const uint64_t id = AnySession(input);
    const auto found = known_.find(id);
    // The application answers a HELLO once.
    if (found != known_.end() && !found->second.open) Answer(id, input);
  }

  void Answer(uint64_t id, Input& input) {
    switch (input.Below(4)) {
      case 0:
        hub_.Reject(id, v1::Reject::REVOKED, "no", absl::Seconds(1), now_);
        return;
      case 1:
        return;  // later, or never
      default:
        known_.at(id).open = true;
        hub_.Welcome(id, v1::Welcome(), now_);
        return;
    }
  }

  void EndAll() {
    hub_.EndAll("over", absl::Seconds(1), now_);
    known_.clear();
    Require(hub_.session_count() == 0, "nothing outlives the end of all");
  }

  void OnEvent(const HubEvent& event, Input& input) {
    switch (event.type) {
      case HubEvent::Type::kHello:
        Require(!event.user.empty(), "a session has a user");
        Require(known_.count(event.session) == 0, "a session has its number");
        known_[event.session] = {event.user, event.hello.epoch(), false};
        Answer(event.session, input);
        return;
      case HubEvent::Type::kFrame: {
        const auto found = known_.find(event.session);
        Require(found != known_.end() && found->second.open,
                "a frame belongs to an open session");
        Require(found->second.user == event.user,
                "a frame belongs to its session's user");
        Require(event.kind != v1::HELLO && event.kind != v1::PING &&
                    event.kind != v1::PONG && event.kind != v1::BYE,
                "what is the session's own stays inside");
        return;
      }
      case HubEvent::Type::kEnded:
        Require(known_.erase(event.session) == 1, "a session ends once");
        return;
      case HubEvent::Type::kFault:
        Require(event.fault != wire::FrameFault::kNone, "a fault has a reason");
        return;
      case HubEvent::Type::kBusy:
        return;
    }
  }

  void Settle(size_t before, Input& input) {
    while (auto event = hub_.TakeEvent()) OnEvent(*event, input);
    Require(hub_.session_count() == known_.size(),
            "each session is told of, each end too");
    Require(hub_.session_count() <= kMostSessions, "sessions are bounded");
    std::set<std::pair<std::string, uint64_t>> open;
    for (const auto& [id, known] : known_) {
      Require(!known.open || open.insert({known.user, known.epoch}).second,
              "one session is alive for each user and epoch");
    }
    size_t frames = 0;
    while (const auto out = hub_.TakeOutgoing()) {
      ++frames;
      wire::Header header;
      Require(wire::DecodeHeader(out->header, out->body, header) ==
                  wire::FrameFault::kNone,
              "what the hub sends is ES/1");
      Require(out->route != RouteName(kRoutes - 1) || header.kind == v1::BYE,
              "who has no name is only sent away");
    }
    Require(frames <= before + 3, "what one call queues is bounded");
    Require(hub_.NextTimer() >= absl::ZeroDuration(), "no timer is negative");
  }

  testing::SeededRandom random_{1};
  Hub hub_;
  absl::Duration now_ = absl::Hours(1);
  std::map<uint64_t, Known> known_;
};

}  // namespace

void WalkHub(Input& input) {
  HubWalk walk;
  while (!input.empty()) walk.Step(input);
}

}  // namespace earshot::fuzz
