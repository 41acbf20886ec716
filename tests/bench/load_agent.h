#ifndef EARSHOT_TESTS_BENCH_LOAD_AGENT_H_
#define EARSHOT_TESTS_BENCH_LOAD_AGENT_H_

#include <fmt/format.h>

#include <cstdint>
#include <cstdio>
#include <deque>
#include <string>
#include <utility>

#include "base/os/clock.h"
#include "base/os/random.h"
#include "base/wire/lane_hash.h"
#include "base/wire/limits.h"
#include "base/wire/peer_link.h"
#include "earshot/v1/answer.pb.h"
#include "earshot/v1/observation.pb.h"
#include "tests/bench/payloads.h"

namespace earshot::bench {

inline constexpr uint32_t kRoutine = 1;

// One agent's session and its routine lane, without a disk. One thread.
class Agent {
 public:
  Agent(wire::Dialer& dialer, wire::PeerLinkOptions options,
        const os::Clock& clock, os::Random& random, Payloads& payloads)
      : clock_(clock),
        payloads_(payloads),
        link_(dialer, std::move(options), clock, random),
        epoch_(random.NonZero()),
        hash_(wire::LaneHashStart(epoch_)),
        boot_(random.NonZero()) {}

  void DialIfDue() {
    if (!link_.WantsDial()) return;
    v1::Hello hello;
    hello.set_wire_min(wire::kWireVersion);
    hello.set_wire_max(wire::kWireVersion);
    hello.set_build("bench");
    hello.set_epoch(epoch_);
    hello.set_boot_id(boot_);
    in_flight_.clear();
    const absl::Status status = link_.Dial(hello);
    if (!status.ok()) fmt::print(stderr, "{}\n", status.ToString());
  }

  bool CanSend(size_t window, size_t batch) const {
    return link_.open() && in_flight_.size() < window &&
           sent_ + batch <= credit_;
  }

  // `due`: when it should have been sent.
  void Send(size_t count, absl::Duration due) {
    batch_.set_epoch(epoch_);
    batch_.set_lane(kRoutine);
    batch_.set_first_seq(sent_ + 1);
    batch_.set_hash_before(hash_);
    batch_.clear_records();
    for (size_t i = 0; i < count; ++i) {
      const Payloads::Payload payload = payloads_.Next();
      v1::Record& record = *batch_.add_records();
      record.set_kind(v1::RECORD_OBSERVATION);
      record.set_id(payload.id.data(), payload.id.size());
      record.set_body(payload.body.data(), payload.body.size());
      hash_ = wire::LaneHashNext(hash_, payload.id);
    }
    sent_ += count;
    in_flight_.push_back({sent_, due});
    batch_.SerializeToString(&body_);
    link_.Send(v1::BATCH, body_);
  }

  // Reads and writes; the observations newly acknowledged.
  uint64_t Pump(Latencies& latencies) {
    link_.Pump();
    uint64_t acked = 0;
    while (const auto event = link_.TakeEvent()) {
      if (event->type == wire::PeerEvent::Type::kOpened) {
        OnWelcome(event->welcome);
      } else if (event->type == wire::PeerEvent::Type::kFrame &&
                 event->kind == v1::ACK) {
        acked += OnAck(event->body, latencies);
      } else if (event->type == wire::PeerEvent::Type::kFrame &&
                 event->kind == v1::REPLY) {
        OnReply(event->body);
      }
    }
    return acked;
  }

  wire::PeerLink& link() { return link_; }
  uint64_t durable() const { return durable_; }
  size_t in_flight() const { return in_flight_.size(); }
  uint64_t sent() const { return sent_; }
  uint64_t answered() const { return answered_; }  // reports, by any answer
  int watched = -1;  // the descriptor that epoll has

 private:
  struct Message {
    uint64_t last = 0;
    absl::Duration due;
  };

  void OnWelcome(const v1::Welcome& welcome) {
    for (const v1::LaneMark& mark : welcome.durable()) {
      if (mark.lane() != kRoutine) continue;
      durable_ = sent_ = mark.seq();
      hash_ = mark.hash();
    }
    for (const v1::Credit& credit : welcome.credit()) {
      if (credit.lane() == kRoutine) credit_ = credit.seq();
    }
  }

  uint64_t OnAck(const std::string& body, Latencies& latencies) {
    if (!ack_.ParseFromString(body) || ack_.durable().lane() != kRoutine) {
      return 0;
    }
    if (ack_.refused()) {
      link_.Fail("a batch was refused");
      return 0;
    }
    credit_ = ack_.credit_seq();
    const uint64_t before = std::exchange(durable_, ack_.durable().seq());
    const absl::Duration now = clock_.Monotonic();
    while (!in_flight_.empty() && in_flight_.front().last <= durable_) {
      latencies.Add(absl::ToDoubleMilliseconds(now - in_flight_.front().due));
      in_flight_.pop_front();
    }
    return durable_ - before;
  }

  // Taken and acknowledged at once, as if it were on a disk.
  void OnReply(const std::string& body) {
    v1::Delivery delivery;
    if (!delivery.ParseFromString(body) || delivery.items().empty()) return;
    for (const v1::Item& item : delivery.items()) {
      v1::AnswerReply reply;
      if (item.kind() == v1::REPLY_ANSWER &&
          reply.ParseFromString(item.body())) {
        answered_ += static_cast<uint64_t>(reply.observations_size());
      }
    }
    v1::DeliveryAck ack;
    ack.mutable_cursor()->set_generation(delivery.generation());
    ack.mutable_cursor()->set_seq(delivery.items().rbegin()->seq());
    link_.Send(v1::REPLY_ACK, ack.SerializeAsString());
    link_.Pump();
  }

  const os::Clock& clock_;
  Payloads& payloads_;
  wire::PeerLink link_;
  const uint64_t epoch_;
  std::string hash_;
  const uint64_t boot_;
  uint64_t sent_ = 0;
  uint64_t durable_ = 0;
  uint64_t credit_ = 0;
  uint64_t answered_ = 0;
  std::deque<Message> in_flight_;
  v1::Batch batch_;
  v1::Ack ack_;
  std::string body_;
};

}  // namespace earshot::bench

#endif  // EARSHOT_TESTS_BENCH_LOAD_AGENT_H_
