#include <algorithm>
#include <array>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "base/spool/spool.h"
#include "base/spool/uplink.h"
#include "base/wire/lane_hash.h"
#include "tests/fuzz/input.h"
#include "tests/testing/fake_clock.h"
#include "tests/testing/seeded_random.h"

// A spool and its uplink against a hub that may say anything.
// Input: steps of a byte and what the step reads; the spool is in memory.
namespace earshot::fuzz {
namespace {

using spool::LaneState;
using spool::Spool;
using spool::Uplink;

constexpr uint64_t kSmallCap = 4096;

class UplinkWalk {
 public:
  UplinkWalk() {
    auto opened =
        Spool::Open(":memory:", {kSmallCap, absl::Minutes(10)}, random_);
    Require(opened.ok(), "a spool opens in memory");
    spool_ = *std::move(opened);
    uplink_.emplace(*spool_);
    Remember(Lanes());
  }

  void Step(Input& input) {
    switch (input.Below(10)) {
      case 0:
      case 1:
        Append(input);
        break;
      case 2:
        Welcome(input);
        break;
      case 3:
      case 4:
        Ack(input);
        break;
      case 5:
      case 6:
        Next();
        break;
      case 7:
        GiveBytes(input);
        break;
      case 8:
        now_ += absl::Seconds(static_cast<int64_t>(input.Number(2)));
        Require(spool_->Expire(now_).ok(), "old records can be dropped");
        break;
      default:
        Redial();
        break;
    }
    Check();
  }

 private:
  std::vector<LaneState> Lanes() {
    auto lanes = spool_->Lanes();
    Require(lanes.ok() && lanes->size() == wire::kMaxLanes,
            "the lanes can be read");
    return *std::move(lanes);
  }

  void Remember(std::vector<LaneState> lanes) {
    proven_ = {};
    lanes_ = std::move(lanes);
    epoch_ = spool_->epoch();
  }

  void Append(Input& input) {
    std::vector<spool::NewRecord> records(1 + input.Below(6));
    for (spool::NewRecord& record : records) {
      record = {input.Below(wire::kMaxLanes), 1, random_.Bytes(16),
                std::string(input.Below(8) * 40U, 'b')};
    }
    const auto added = spool_->Append(records, now_);
    Require(added.ok() || absl::IsResourceExhausted(added.status()),
            "a record is spooled, or the spool is full");
  }

  // What the hub says of a lane: near the truth, or anywhere.
  void Mark(v1::LaneMark& mark, Input& input) {
    const unsigned bits = input.Byte();
    const uint32_t lane = bits & 1U;
    mark.set_lane((bits & 0x30U) == 0x30U ? bits : lane);
    const LaneState state = Lanes()[lane];
    uint64_t seq = 0;
    switch ((bits >> 1) & 3U) {
      case 0:
        seq = uplink_->Sent(lane);
        break;
      case 1:
        seq = state.acked;
        break;
      case 2:
        seq = input.Below(static_cast<uint32_t>(state.spooled % 250) + 2);
        break;
      default:
        seq = input.Number(8);
        break;
    }
    mark.set_seq(seq);
    const auto hash = spool_->HashAt(lane, seq);
    mark.set_hash(hash.ok() && (bits & 8U) == 0 ? *hash : std::string(16, 'x'));
  }

  uint64_t CreditFrom(Input& input) {
    const unsigned bits = input.Byte();
    return bits == 255 ? input.Number(8) : bits;
  }

  // A mark whose hash is right proves that the hub has it.
  void Note(const v1::LaneMark& mark) {
    if (mark.lane() >= proven_.size()) return;
    if (mark.seq() > lanes_[mark.lane()].spooled) return;
    const auto hash = spool_->HashAt(mark.lane(), mark.seq());
    if (!hash.ok() || *hash != mark.hash()) return;
    proven_[mark.lane()] = std::max(proven_[mark.lane()], mark.seq());
  }

  void Welcome(Input& input) {
    v1::Welcome welcome;
    const uint32_t marks = input.Below(4);
    for (uint32_t i = 0; i < marks; ++i) Mark(*welcome.add_durable(), input);
    const uint32_t credits = input.Below(4);
    for (uint32_t i = 0; i < credits; ++i) {
      v1::Credit& credit = *welcome.add_credit();
      credit.set_lane(input.Below(3));
      credit.set_seq(CreditFrom(input));
    }
    Give(welcome);
  }

  void Give(const v1::Welcome& welcome) {
    for (const v1::LaneMark& mark : welcome.durable()) Note(mark);
    const auto outcome = uplink_->OnWelcome(welcome);
    Require(outcome.ok(), "a WELCOME is no failure of the spool");
    credit_ = {};
    if (*outcome == Uplink::Outcome::kRedial) return;
    for (const v1::Credit& credit : welcome.credit()) {
      if (credit.lane() < credit_.size()) {
        credit_[credit.lane()] = credit.seq();
      }
    }
  }

  void Ack(Input& input) {
    v1::Ack ack;
    ack.set_epoch(input.Below(16) == 15 ? 1 : spool_->epoch());
    Mark(*ack.mutable_durable(), input);
    ack.set_credit_seq(CreditFrom(input));
    ack.set_refused(input.Bool());
    const uint32_t nacks = input.Below(3);
    for (uint32_t i = 0; i < nacks; ++i) {
      v1::Nack& nack = *ack.add_nacks();
      nack.set_seq(CreditFrom(input));
      nack.set_code("text_empty");
    }
    Give(ack);
  }

  void Give(const v1::Ack& ack) {
    Note(ack.durable());
    const uint64_t epoch = spool_->epoch();
    const auto outcome = uplink_->OnAck(ack);
    Require(outcome.ok(), "an ACK is no failure of the spool");
    if (*outcome == Uplink::Outcome::kRedial) {
      credit_ = {};
      Require(ack.epoch() == epoch, "another epoch's ACK changes nothing");
    } else if (ack.epoch() == epoch && ack.durable().lane() < credit_.size()) {
      credit_[ack.durable().lane()] = ack.credit_seq();
    }
  }

  void GiveBytes(Input& input) {
    const bool welcome = input.Bool();
    const std::string body = input.Chunk();
    v1::Welcome read_welcome;
    v1::Ack read_ack;
    if (welcome && read_welcome.ParseFromString(body)) {
      Give(read_welcome);
    } else if (!welcome && read_ack.ParseFromString(body)) {
      if (body.size() % 2 == 0) read_ack.set_epoch(spool_->epoch());
      Give(read_ack);
    }
  }

  void Redial() {
    uplink_.emplace(*spool_);
    credit_ = {};
    v1::Hello hello;
    Require(uplink_->FillHello(hello).ok(), "HELLO can be filled");
    Require(hello.epoch() == spool_->epoch() &&
                hello.acked_size() == wire::kMaxLanes &&
                hello.spooled_size() == wire::kMaxLanes,
            "HELLO says where each lane stands");
  }

  void Next() {
    std::array<uint64_t, wire::kMaxLanes> sent{};
    for (uint32_t i = 0; i < sent.size(); ++i) sent[i] = uplink_->Sent(i);
    const auto frame = uplink_->Next();
    Require(frame.ok(), "the next frame can be read");
    if (!frame->has_value()) return;
    if ((*frame)->kind == v1::BATCH) {
      CheckBatch((*frame)->body, sent);
    } else {
      CheckLost((*frame)->body, sent);
    }
  }

  void CheckBatch(const std::string& body,
                  const std::array<uint64_t, wire::kMaxLanes>& sent) {
    v1::Batch batch;
    Require(batch.ParseFromString(body) && batch.lane() < wire::kMaxLanes,
            "a BATCH can be read");
    const auto count = static_cast<uint64_t>(batch.records_size());
    Require(count > 0 && count <= wire::kMaxBatchRecords,
            "a BATCH has records, and not too many");
    const uint64_t last = batch.first_seq() + count - 1;
    const LaneState state = Lanes()[batch.lane()];
    Require(batch.first_seq() == sent[batch.lane()] + 1,
            "a BATCH follows what was sent");
    Require(last <= credit_[batch.lane()], "nothing is sent above the credit");
    Require(last <= state.spooled, "only what was spooled is sent");
    const auto before = spool_->HashAt(batch.lane(), batch.first_seq() - 1);
    Require(before.ok() && *before == batch.hash_before(),
            "a BATCH carries the hash before it");
    std::string hash = *before;
    for (const v1::Record& record : batch.records()) {
      hash = wire::LaneHashNext(hash, record.id());
    }
    const auto after = spool_->HashAt(batch.lane(), last);
    Require(after.ok() && *after == hash, "a BATCH holds consecutive records");
  }

  void CheckLost(const std::string& body,
                 const std::array<uint64_t, wire::kMaxLanes>& sent) {
    v1::Lost lost;
    Require(lost.ParseFromString(body) && lost.lane() < wire::kMaxLanes,
            "a LOST can be read");
    const LaneState state = Lanes()[lost.lane()];
    Require(lost.first_seq() == sent[lost.lane()] + 1 &&
                lost.last_seq() >= lost.first_seq(),
            "a LOST follows what was sent");
    Require(lost.last_seq() <= state.acked,
            "what was never acknowledged is never given up");
  }

  // What waits for its acknowledgement is still there, without a gap.
  void CheckHeld(const LaneState& lane) {
    const auto held = spool_->Read(lane.lane, lane.acked + 1, 1000, 1 << 20);
    Require(held.ok() && held->size() == lane.spooled - lane.acked,
            "what is not acknowledged is held");
    uint64_t seq = lane.acked;
    for (const spool::StoredRecord& record : *held) {
      Require(record.seq == ++seq, "what is held has no gap");
    }
  }

  void Check() {
    std::vector<LaneState> lanes = Lanes();
    const bool same = spool_->epoch() == epoch_;
    for (const LaneState& lane : lanes) {
      const LaneState& before = lanes_[lane.lane];
      Require(lane.acked <= lane.spooled, "nothing is acked beyond its spool");
      Require(!same || lane.acked <= std::max(before.acked, proven_[lane.lane]),
              "only what the hub proved is acked");
      Require(!same || (lane.acked >= before.acked &&
                        lane.spooled >= before.spooled),
              "what was acked or spooled stays so");
      const uint64_t settled = std::max(before.acked, proven_[lane.lane]);
      Require(same || lane.spooled >= before.spooled - settled,
              "a new epoch keeps what was not acked");
      Require(uplink_->Sent(lane.lane) <= lane.spooled,
              "nothing is sent that was not spooled");
      CheckHeld(lane);
    }
    Require(uplink_->InFlight() <= lanes[0].spooled + lanes[1].spooled,
            "what is in flight was spooled");
    Remember(std::move(lanes));
  }

  testing::SeededRandom random_{1};
  std::unique_ptr<Spool> spool_;
  std::optional<Uplink> uplink_;
  absl::Time now_ = testing::At("2026-11-02T08:00:00Z");
  std::array<uint64_t, wire::kMaxLanes> credit_{};
  std::vector<LaneState> lanes_;  // as of the step before
  uint64_t epoch_ = 0;
  std::array<uint64_t, wire::kMaxLanes> proven_{};  // in this step
};

}  // namespace
}  // namespace earshot::fuzz

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  earshot::fuzz::Input input(data, size);
  earshot::fuzz::UplinkWalk walk;
  while (!input.empty()) walk.Step(input);
  return 0;
}
