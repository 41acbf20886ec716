// Header, hub, peer session and deliveries: the sans-I/O half of ES/1.
#include <gtest/gtest.h>

#include <algorithm>
#include <memory>
#include <random>

#include "base/wire/delivery.h"
#include "base/wire/header.h"
#include "base/wire/hub.h"
#include "base/wire/lane_hash.h"
#include "base/wire/peer_session.h"
#include "tests/testing/seeded_random.h"

namespace earshot::wire {
namespace {

constexpr absl::Duration kStart = absl::Hours(1);

TEST(Header, SurvivesTheJourney) {
  Header sent;
  sent.kind = v1::BATCH;
  sent.session = 0x1122334455667788;
  sent.number = 9;
  const std::string bytes = EncodeHeader(sent, "body");
  ASSERT_EQ(bytes.size(), kHeaderBytes);
  Header got;
  EXPECT_EQ(DecodeHeader(bytes, "body", got), FrameFault::kNone);
  EXPECT_EQ(got.kind, sent.kind);
  EXPECT_EQ(got.session, sent.session);
  EXPECT_EQ(got.number, sent.number);
}

TEST(Header, EveryFlippedBitOfABodyIsNoticed) {
  const std::string body(300, 'b');
  Header header;
  header.kind = v1::BATCH;
  const std::string bytes = EncodeHeader(header, body);
  for (size_t bit = 0; bit < body.size() * 8; ++bit) {
    std::string broken = body;
    broken[bit / 8] = static_cast<char>(broken[bit / 8] ^ (1 << (bit % 8)));
    Header ignored;
    EXPECT_EQ(DecodeHeader(bytes, broken, ignored), FrameFault::kChecksum);
  }
}

TEST(Header, AnyBytesAreRefusedWithoutHarm) {
  const uint64_t seed = std::random_device{}();
  SCOPED_TRACE(::testing::Message() << "seed " << seed);
  testing::SeededRandom random(seed);
  for (int i = 0; i < 20000; ++i) {
    Header header;
    DecodeHeader(random.Bytes(random.Below(40)), random.Bytes(4), header);
  }
}

// One hub and peers whose frames are carried by hand.
class SessionTest : public ::testing::Test {
 protected:
  SessionTest()
      : random_(7), owned_(std::make_unique<Hub>(HubOptions{}, random_)) {}
  Hub& hub() { return *owned_; }

  static v1::Hello HelloOf(uint64_t epoch) {
    v1::Hello hello;
    hello.set_wire_min(1);
    hello.set_wire_max(1);
    hello.set_epoch(epoch);
    return hello;
  }

  void Carry(PeerSession& peer, const std::string& route,
             const std::string& user) {
    for (int turn = 0; turn < 4; ++turn) {
      while (const auto frame = peer.TakeOutgoing()) {
        Incoming incoming;
        incoming.route = route;
        incoming.user = user;
        incoming.header = frame->header;
        incoming.body = frame->body;
        hub().Receive(incoming, now_);
      }
      while (auto event = hub().TakeEvent()) {
        if (event->type == HubEvent::Type::kHello && welcome_) {
          hub().Welcome(event->session, {}, now_);
        }
        events_.push_back(*event);
      }
      while (const auto frame = hub().TakeOutgoing()) {
        if (frame->route == route) {
          peer.Receive(frame->header, frame->body, now_);
        }
      }
    }
  }

  size_t Count(HubEvent::Type type) const {
    return static_cast<size_t>(
        std::count_if(events_.begin(), events_.end(),
                      [&](const HubEvent& e) { return e.type == type; }));
  }

  PeerSession Open(const std::string& route, uint64_t epoch) {
    PeerSession peer(random_);
    peer.Dial(HelloOf(epoch), now_);
    Carry(peer, route, "pc1");
    return peer;
  }

  testing::SeededRandom random_;
  absl::Duration now_ = kStart;
  std::unique_ptr<Hub> owned_;
  bool welcome_ = true;
  std::vector<HubEvent> events_;
};

TEST_F(SessionTest, AHelloOpensASessionAndFramesArrive) {
  PeerSession peer = Open("route", 5);
  ASSERT_EQ(peer.state(), PeerSession::State::kOpen);
  peer.Send(v1::BATCH, "records", now_);
  Carry(peer, "route", "pc1");
  ASSERT_EQ(events_.back().type, HubEvent::Type::kFrame);
  EXPECT_EQ(events_.back().body, "records");
  EXPECT_EQ(events_.back().user, "pc1");
}

TEST_F(SessionTest, ASecondHelloOfTheSameKeyAndEpochEndsTheFirst) {
  PeerSession first = Open("a", 5);
  PeerSession second = Open("b", 5);
  EXPECT_EQ(second.state(), PeerSession::State::kOpen);
  EXPECT_EQ(hub().session_count(), 1U);
  EXPECT_EQ(Count(HubEvent::Type::kEnded), 1U);
}

TEST_F(SessionTest, AnotherEpochOfTheSameKeyIsAnotherSession) {
  PeerSession first = Open("a", 5);
  PeerSession second = Open("b", 6);
  EXPECT_EQ(hub().session_count(), 2U);
}

TEST_F(SessionTest, AfterARestartThePeerIsToldAndDialsAgain) {
  PeerSession peer = Open("route", 5);
  owned_ = std::make_unique<Hub>(HubOptions{}, random_);
  peer.Send(v1::BATCH, "records", now_);
  Carry(peer, "route", "pc1");
  EXPECT_EQ(peer.state(), PeerSession::State::kWaiting);
  EXPECT_TRUE(peer.WantsDial(now_ + absl::Seconds(2)));
}

TEST_F(SessionTest, AConnectionWithoutANameIsNeverListenedTo) {
  PeerSession peer(random_);
  peer.Dial(HelloOf(5), now_);
  Carry(peer, "route", "");
  EXPECT_EQ(Count(HubEvent::Type::kHello), 0U);
  EXPECT_EQ(Count(HubEvent::Type::kFault), 1U);
}

TEST_F(SessionTest, AnotherUserCannotSpeakInASession) {
  PeerSession peer = Open("route", 5);
  peer.Send(v1::BATCH, "records", now_);
  const size_t frames = Count(HubEvent::Type::kFrame);
  Carry(peer, "route", "pc2");
  EXPECT_EQ(Count(HubEvent::Type::kFrame), frames);
}

TEST_F(SessionTest, NothingThatAPeerSendsIsToldToStderr) {
  const Context context(1);
  v1::Hello hello;
  hello.set_wire_max(1);
  std::string body = hello.SerializeAsString();
  body += std::string("\x1A\x01\xFF", 3);  // a build that is not UTF-8
  Header header;
  header.kind = v1::HELLO;
  ::testing::internal::CaptureStderr();
  hub().Receive(
      {"route", "user", "key", EncodeHeader(header, body), body, false},
      kStart);
  EXPECT_EQ(::testing::internal::GetCapturedStderr(), "");
}

TEST_F(SessionTest, SilenceEndsASessionOnBothSides) {
  PeerSession peer = Open("route", 5);
  now_ += kDeadAfter;
  hub().Tick(now_);
  peer.Tick(now_);
  EXPECT_EQ(hub().session_count(), 0U);
  EXPECT_EQ(peer.state(), PeerSession::State::kWaiting);
}

TEST_F(SessionTest, HeartbeatsKeepAnIdleSessionOpen) {
  PeerSession peer = Open("route", 5);
  for (int i = 0; i < 30; ++i) {
    now_ += absl::Seconds(5);
    peer.Tick(now_);
    Carry(peer, "route", "pc1");
    hub().Tick(now_);
    Carry(peer, "route", "pc1");
  }
  EXPECT_EQ(peer.state(), PeerSession::State::kOpen);
  EXPECT_EQ(hub().session_count(), 1U);
}

TEST_F(SessionTest, AFloodOfHellosIsSpreadOut) {
  Hub hub({.hellos_per_second = 2}, random_);
  int busy = 0;
  for (uint64_t i = 0; i < 5; ++i) {
    PeerSession peer(random_);
    peer.Dial(HelloOf(i + 1), now_);
    const auto frame = peer.TakeOutgoing();
    Incoming incoming;
    incoming.route = "r" + std::to_string(i);
    incoming.user = "pc" + std::to_string(i);
    incoming.header = frame->header;
    incoming.body = frame->body;
    hub.Receive(incoming, now_);
    while (const auto event = hub.TakeEvent()) {
      busy += event->type == HubEvent::Type::kBusy ? 1 : 0;
    }
  }
  EXPECT_EQ(busy, 3);
}

TEST_F(SessionTest, ThreeMalformedFramesEndTheConnection) {
  PeerSession peer = Open("route", 5);
  Incoming garbage;
  garbage.route = "route";
  garbage.user = "pc1";
  garbage.header = "GET / HTTP/1.1";
  for (int i = 0; i < 3; ++i) hub().Receive(garbage, now_);
  EXPECT_EQ(hub().session_count(), 0U);
  Carry(peer, "route", "pc1");
  EXPECT_EQ(Count(HubEvent::Type::kFault), 3U);
  EXPECT_EQ(peer.state(), PeerSession::State::kWaiting);
}

TEST_F(SessionTest, AHubThatIsBusyIsLeftAloneForAsLongAsItSays) {
  PeerSession peer(random_);
  peer.Dial(HelloOf(5), now_);
  v1::Reject reject;
  reject.set_reason(v1::Reject::BUSY);
  reject.set_retry_after_ms(90000);
  Header header;
  header.kind = v1::REJECT;
  const std::string body = reject.SerializeAsString();
  peer.Receive(EncodeHeader(header, body), body, now_);
  EXPECT_FALSE(peer.WantsDial(now_ + absl::Seconds(89)));
  EXPECT_TRUE(peer.WantsDial(now_ + absl::Seconds(90)));
}

TEST_F(SessionTest, BackOffGrowsToAMinute) {
  PeerSession peer(random_);
  for (int i = 0; i < 40; ++i) {
    peer.Dial(HelloOf(5), now_);
    peer.Fail("the test says so", now_);
    EXPECT_TRUE(peer.WantsDial(now_ + absl::Seconds(60)));
    now_ += absl::Seconds(60);
  }
}

v1::Item ItemOf(uint64_t seq) {
  v1::Item item;
  item.set_seq(seq);
  return item;
}

TEST(Delivery, LossIsAskedForAgainAndRepeatsAreTakenOnce) {
  v1::Cursor cursor;
  cursor.set_generation(3);
  DeliverySender sender(3, cursor);
  const auto first = sender.Wrap({ItemOf(1), ItemOf(4)});
  const auto second = sender.Wrap({ItemOf(9)});
  EXPECT_EQ(CheckDelivery(*second, cursor), DeliveryCheck::kGap);
  EXPECT_EQ(CheckDelivery(*first, cursor), DeliveryCheck::kTake);
  cursor.set_seq(4);
  EXPECT_EQ(CheckDelivery(*first, cursor), DeliveryCheck::kAlreadyHave);
  EXPECT_EQ(CheckDelivery(*second, cursor), DeliveryCheck::kTake);
}

TEST(Delivery, AnotherGenerationStartsFromNothing) {
  v1::Cursor old;
  old.set_generation(2);
  old.set_seq(100);
  DeliverySender sender(3, old);
  const auto first = sender.Wrap({ItemOf(1)});
  EXPECT_TRUE(first->reset());
  EXPECT_EQ(CheckDelivery(*first, old), DeliveryCheck::kTake);
}

TEST(Delivery, InFlightIsBounded) {
  DeliverySender sender(3, {});
  uint64_t seq = 0;
  while (sender.HasRoom()) sender.Wrap({ItemOf(++seq)});
  EXPECT_EQ(seq, kDeliveriesInFlight);
  v1::Cursor cursor;
  cursor.set_generation(3);
  cursor.set_seq(2);
  sender.OnAck(cursor);
  EXPECT_TRUE(sender.HasRoom());
}

// From here on nothing was acknowledged.
absl::Duration StartWaiting(DeliverySender& sender) {
  const absl::Duration now = absl::Hours(1);
  EXPECT_FALSE(sender.Overdue(now));
  return now;
}

TEST(Delivery, WhatNobodyAcknowledgesGoesOutAgain) {
  v1::Cursor cursor;
  cursor.set_generation(3);
  cursor.set_seq(5);
  DeliverySender sender(3, cursor);
  sender.Wrap({ItemOf(6)});
  sender.Wrap({ItemOf(9)});
  const absl::Duration start = StartWaiting(sender);
  EXPECT_FALSE(sender.Overdue(start + kDeliverAgainAfter - absl::Seconds(1)));
  EXPECT_EQ(sender.after(), 9U);
  EXPECT_TRUE(sender.Overdue(start + kDeliverAgainAfter));
  EXPECT_EQ(sender.after(), 5U);
  const auto again = sender.Wrap({ItemOf(6), ItemOf(9)});
  EXPECT_FALSE(again->reset());
  EXPECT_EQ(CheckDelivery(*again, cursor), DeliveryCheck::kTake);
  EXPECT_FALSE(sender.Overdue(start + kDeliverAgainAfter)) << "waits anew";
}

TEST(Delivery, ProgressPutsOffSendingAgain) {
  v1::Cursor cursor;
  cursor.set_generation(3);
  DeliverySender sender(3, cursor);
  sender.Wrap({ItemOf(1)});
  sender.Wrap({ItemOf(2)});
  absl::Duration now = StartWaiting(sender) + kDeliverAgainAfter;
  cursor.set_seq(1);
  sender.OnAck(cursor);
  EXPECT_FALSE(sender.Overdue(now));
  now += kDeliverAgainAfter;
  EXPECT_TRUE(sender.Overdue(now));
  EXPECT_EQ(sender.after(), 1U) << "only what was not acknowledged";
}

TEST(Delivery, WithNothingInFlightNothingIsOverdue) {
  DeliverySender sender(3, {});
  const absl::Duration start = StartWaiting(sender);
  EXPECT_FALSE(sender.Overdue(start + absl::Hours(2)));
  sender.Wrap({ItemOf(1)});
  EXPECT_FALSE(sender.Overdue(start + absl::Hours(2) + absl::Seconds(1)));
}

TEST(Delivery, ResetThatNobodyAcknowledgedIsAResetAgain) {
  v1::Cursor old;
  old.set_generation(2);
  old.set_seq(100);
  DeliverySender sender(3, old);
  EXPECT_TRUE(sender.Wrap({ItemOf(1)})->reset());
  EXPECT_FALSE(sender.Wrap({ItemOf(2)})->reset());
  const absl::Duration start = StartWaiting(sender);
  ASSERT_TRUE(sender.Overdue(start + kDeliverAgainAfter));
  const auto again = sender.Wrap({ItemOf(1), ItemOf(2)});
  EXPECT_TRUE(again->reset());
  EXPECT_EQ(CheckDelivery(*again, old), DeliveryCheck::kTake);
}

TEST(Delivery, ResetThatComesTwiceIsTakenOnce) {
  v1::Cursor cursor;
  cursor.set_generation(2);
  DeliverySender sender(3, cursor);
  const auto first = sender.Wrap({ItemOf(1), ItemOf(4)});
  const auto second = sender.Wrap({ItemOf(9)});
  ASSERT_TRUE(first->reset());
  cursor.set_generation(3);
  cursor.set_seq(4);
  EXPECT_EQ(CheckDelivery(*first, cursor), DeliveryCheck::kAlreadyHave);
  cursor.set_seq(9);
  EXPECT_EQ(CheckDelivery(*first, cursor), DeliveryCheck::kAlreadyHave);
  EXPECT_EQ(CheckDelivery(*second, cursor), DeliveryCheck::kAlreadyHave);
}

TEST(LaneHash, DependsOnEveryIdAndTheirOrder) {
  const std::string start = LaneHashStart(5);
  const std::string ab = LaneHashNext(LaneHashNext(start, "a"), "b");
  const std::string ba = LaneHashNext(LaneHashNext(start, "b"), "a");
  EXPECT_NE(ab, ba);
  EXPECT_NE(LaneHashStart(6), start);
  EXPECT_EQ(ab.size(), kLaneHashBytes);
}

}  // namespace
}  // namespace earshot::wire
