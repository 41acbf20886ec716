#include "tests/fuzz/peer_walk.h"

#include <cstdint>
#include <string>
#include <utility>

#include "base/wire/header.h"
#include "base/wire/peer_session.h"
#include "tests/testing/seeded_random.h"

namespace earshot::fuzz {
namespace {

using wire::PeerEvent;
using wire::PeerSession;
using State = PeerSession::State;

class PeerWalk {
 public:
  void Step(Input& input) {
    was_ = peer_.state();
    welcomed_ = false;
    failing_ = false;
    switch (input.Below(11)) {
      case 0:
      case 1:
        if (peer_.WantsDial(now_)) Dial(input);
        break;
      case 2:
      case 3:
        Welcome(input);
        break;
      case 4:
        GiveFrame(input);
        break;
      case 5:
        SendAway(input);
        break;
      case 6:
        GiveBytes(input);
        break;
      case 7:
        now_ += absl::Milliseconds(static_cast<int64_t>(input.Number(2)));
        peer_.Tick(now_);
        break;
      case 8:
        Wake();
        break;
      case 9:
        failing_ = true;
        peer_.Fail("the socket failed", now_);
        break;
      default:
        Talk(input);
        break;
    }
    Settle();
  }

 private:
  void Dial(Input& input) {
    Require(!left_, "who has left dials no more");
    v1::Hello hello;
    hello.set_wire_min(1);
    hello.set_wire_max(1);
    hello.set_epoch(input.Byte());
    peer_.Dial(hello, now_);
    Require(peer_.state() == State::kDialling, "a dial is on its way");
    number_ = 0;
    session_ = 0;
  }

  void Give(wire::Header header, const std::string& body) {
    peer_.Receive(EncodeHeader(header, body), body, now_);
  }

  void Welcome(Input& input) {
    v1::Welcome welcome;
    welcome.set_session(input.Byte());
    welcome.set_heartbeat_ms(static_cast<uint32_t>(input.Number(2)));
    welcome.set_dead_ms(static_cast<uint32_t>(input.Number(4)));
    std::string body = welcome.SerializeAsString();
    body += input.Bytes(input.Below(4));
    v1::Welcome read;
    welcomed_ = read.ParseFromString(body) && read.session() != 0;
    if (welcomed_ && was_ == State::kDialling) session_ = read.session();
    wire::Header header;
    header.kind = v1::WELCOME;
    header.session = welcome.session();
    Give(header, body);
  }

  void GiveFrame(Input& input) {
    wire::Header header;
    header.kind = input.Byte();
    header.session = input.Bool() ? session_ : input.Byte();
    const std::string body = input.Chunk();
    v1::Welcome read;
    welcomed_ = header.kind == v1::WELCOME && read.ParseFromString(body) &&
                read.session() != 0;
    if (welcomed_ && was_ == State::kDialling) session_ = read.session();
    Give(header, body);
  }

  void SendAway(Input& input) {
    wire::Header header;
    header.session = session_;
    std::string body;
    if (input.Bool()) {
      header.kind = v1::REJECT;
      v1::Reject reject;
      reject.set_retry_after_ms(static_cast<uint32_t>(input.Number(4)));
      body = reject.SerializeAsString();
    } else {
      header.kind = input.Bool() ? v1::BYE : v1::UNKNOWN;
      body = input.Chunk();
    }
    Give(header, body);
  }

  void GiveBytes(Input& input) {
    const std::string header(input.Bytes(input.Below(40)));
    peer_.Receive(header, input.Chunk(), now_);
  }

  // To when the peer wants to be called; then something must have happened,
  // or a program that sleeps until the timer would spin.
  void Wake() {
    const absl::Duration timer = peer_.NextTimer(now_);
    if (timer == absl::InfiniteDuration()) {
      Require(left_, "only who has left waits for ever");
      return;
    }
    now_ += timer;
    peer_.Tick(now_);
    Drain();
    Require(
        peer_.WantsDial(now_) || peer_.NextTimer(now_) > absl::ZeroDuration(),
        "a timer that ran out was of use");
  }

  void Talk(Input& input) {
    const unsigned bits = input.Byte();
    if ((bits & 15U) != 15U) {
      peer_.Send(v1::BATCH, "body", now_);
      return;
    }
    peer_.Leave("done", now_);
    left_ = true;
    Drain();
  }

  void OnFrame(const PeerSession::Frame& frame) {
    wire::Header header;
    Require(wire::DecodeHeader(frame.header, frame.body, header) ==
                wire::FrameFault::kNone,
            "what the peer sends is ES/1");
    Require(header.number == ++number_, "a session's frames are numbered");
    Require((header.number == 1) == (header.kind == v1::HELLO),
            "HELLO comes first, and once");
    Require(header.session == (header.number == 1 ? 0 : session_),
            "a frame names its session");
  }

  void Drain() {
    size_t frames = 0;
    while (const auto frame = peer_.TakeOutgoing()) {
      ++frames;
      OnFrame(*frame);
    }
    Require(frames <= 1, "one call queues one frame at most");
    size_t events = 0;
    while (const auto event = peer_.TakeEvent()) {
      ++events;
      Require(event->type != PeerEvent::Type::kOpened ||
                  event->welcome.session() == session_,
              "a session is opened under its number");
      Require(event->type != PeerEvent::Type::kClosed ||
                  peer_.state() == State::kWaiting,
              "who was closed waits");
    }
    Require(events <= 1, "one call tells of one thing at most");
  }

  void Settle() {
    Drain();
    Require(peer_.state() != State::kOpen || was_ == State::kOpen ||
                (was_ == State::kDialling && welcomed_),
            "a session is open only after its WELCOME");
    Require(!failing_ || peer_.state() == State::kWaiting,
            "a failure closes the session");
    Require(!left_ || peer_.state() == State::kWaiting, "who has left is gone");
    Require(peer_.NextTimer(now_) >= absl::ZeroDuration(),
            "no timer is negative");
  }

  testing::SeededRandom random_{1};
  PeerSession peer_{random_};
  absl::Duration now_ = absl::Hours(1);
  State was_ = State::kWaiting;
  uint64_t session_ = 0;
  uint64_t number_ = 0;
  bool welcomed_ = false;
  bool failing_ = false;
  bool left_ = false;
};

}  // namespace

void WalkPeer(Input& input) {
  PeerWalk walk;
  while (!input.empty()) walk.Step(input);
}

}  // namespace earshot::fuzz
