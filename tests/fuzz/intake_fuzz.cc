#include <array>
#include <cstdint>
#include <deque>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "base/wire/lane_hash.h"
#include "base/wire/limits.h"
#include "earshot/v1/observation.pb.h"
#include "proto/contract/redact.h"
#include "proto/contract/times.h"
#include "router/intake/intake.h"
#include "tests/fuzz/input.h"
#include "tests/testing/fake_clock.h"
#include "tests/testing/seeded_random.h"

// The router's intake against one enrolled peer that may send any BATCH and
// LOST, with commits that succeed and fail.
// Input: steps of a byte and what the step reads.
namespace earshot::fuzz {
namespace {

using router::DeadLetter;
using router::Intake;
using router::Watermark;

constexpr uint64_t kEpoch = 77;
constexpr uint64_t kCredit = 40;

const contract::Redactor& TheRedactor() {
  static const auto* const redactor = new contract::Redactor();
  return *redactor;
}

class IntakeWalk {
 public:
  IntakeWalk() : reader_(std::string(32, 'k'), TheRedactor(), random_) {
    peer_.name = "store-014-pc1";
    peer_.sites = {"store-014"};
    Restart();
  }

  void Step(Input& input) {
    switch (input.Below(9)) {
      case 0:
        Took(intake_->TakeBatch(peer_, kEpoch, input.Chunk(), now_), 0);
        break;
      case 1:
      case 2:
        Batch(input);
        break;
      case 3:
        Lost(input);
        break;
      case 4:
        Commit();
        break;
      case 5:
        Fail();
        break;
      case 6:
        paused_ = input.Bool();
        intake_->SetPaused(paused_);
        break;
      case 7:
        Restart();
        break;
      default:
        Replay(input);
        break;
    }
    Check();
  }

 private:
  struct Mark {
    uint64_t seq = 0;
    std::string hash;
  };
  struct Flight {
    uint64_t ticket = 0;
    std::vector<Watermark> watermarks;
    size_t dead_letters = 0;
    bool replay = false;
  };

  // From what is on disk, as after a crash: what was in flight is gone.
  void Restart() {
    std::vector<Watermark> marks;
    for (uint32_t lane = 0; lane < wire::kMaxLanes; ++lane) {
      if (durable_[lane].hash.empty()) {
        durable_[lane].hash = wire::LaneHashStart(kEpoch);
        continue;
      }
      marks.push_back(
          {peer_.name, kEpoch, lane, durable_[lane].seq, durable_[lane].hash});
    }
    router::IntakeOptions options;
    options.credit_records = kCredit;
    intake_.emplace(options, reader_, marks);
    intake_->SetPaused(paused_);
    flights_.clear();
    accepted_ = durable_;
  }

  std::string Body(Input& input) {
    v1::Observation observation;
    observation.set_text("The door sticks");
    observation.set_severity(1 + input.Below(6));
    observation.set_site(input.Below(8) == 7 ? "elsewhere" : "store-014");
    observation.set_channel("store");
    *observation.mutable_observed_at() = contract::ToStamp(now_);
    return observation.SerializeAsString();
  }

  // A batch in form; bits of its first byte say what is wrong with it.
  void Batch(Input& input) {
    const unsigned bits = input.Byte();
    v1::Batch batch;
    batch.set_lane(bits & 1U);
    const Mark& mark = accepted_[batch.lane()];
    batch.set_epoch((bits & 6U) == 6U ? 1 : kEpoch);
    batch.set_first_seq((bits & 8U) != 0 ? input.Byte() : mark.seq + 1);
    batch.set_hash_before((bits & 0x30U) == 0x30U ? "no hash" : mark.hash);
    const uint32_t records = input.Below(5);
    for (uint32_t i = 0; i < records; ++i) {
      v1::Record& record = *batch.add_records();
      const unsigned kind = input.Byte();
      record.set_kind((kind & 0x80U) != 0 ? kind & 15U : 1U);
      record.set_id(random_.Bytes((kind & 0x60U) == 0x60U ? 3 : 16));
      record.set_body((kind & 0x10U) != 0 ? input.Chunk() : Body(input));
    }
    Took(intake_->TakeBatch(peer_, kEpoch, batch.SerializeAsString(), now_),
         records);
  }

  void Lost(Input& input) {
    const unsigned bits = input.Byte();
    v1::Lost lost;
    lost.set_lane(bits & 1U);
    lost.set_epoch(kEpoch);
    const Mark& mark = accepted_[lost.lane()];
    lost.set_first_seq((bits & 8U) != 0 ? input.Byte() : mark.seq + 1);
    lost.set_last_seq((bits & 2U) != 0 ? input.Number(8)
                                       : lost.first_seq() + input.Byte());
    lost.set_hash_last(std::string((bits & 4U) != 0 ? 3 : 16, 'l'));
    const std::string body =
        (bits & 0x70U) == 0x70U ? input.Chunk() : lost.SerializeAsString();
    const auto taken = intake_->TakeLost(peer_, kEpoch, body, now_);
    Require(taken.append.entries.size() <= 1, "a LOST is one entry");
    Took(taken, taken.append.entries.size());
  }

  // `records`: how many the batch has, if that is known.
  void Took(const Intake::Taken& taken, size_t records) {
    CheckTaken(taken);
    if (taken.ticket == 0) return;
    const size_t count =
        taken.append.entries.size() + taken.append.dead_letters.size();
    Require(records == 0 || count == records,
            "a record becomes an entry or a dead letter");
    Require(taken.append.watermarks.size() == 1, "a batch moves one watermark");
    const Watermark& mark = taken.append.watermarks.front();
    Require(mark.agent == peer_.name && mark.epoch == kEpoch &&
                mark.lane < wire::kMaxLanes &&
                mark.seq > accepted_[mark.lane].seq,
            "a watermark rises on its own lane");
    accepted_[mark.lane] = {mark.seq, mark.hash};
    flights_.push_back({taken.ticket, taken.append.watermarks,
                        taken.append.dead_letters.size(), false});
    for (const DeadLetter& letter : taken.append.dead_letters) {
      Require(!letter.code.empty() && !letter.text.empty(),
              "a dead letter says why and what to do");
      if (letters_.size() < 8) letters_.push_back(letter);
    }
  }

  void CheckTaken(const Intake::Taken& taken) {
    Require(taken.ticket != 0 || taken.append.entries.empty(),
            "without a ticket nothing is written");
    Require(!taken.malformed || (taken.ticket == 0 && !taken.ack),
            "what is no batch is not answered");
    Require(!taken.ack || taken.ticket == 0, "no ACK before the commit");
    if (!taken.ack) return;
    Require(taken.ack->refused(), "an ACK at once is a refusal");
    CheckAck(*taken.ack);
  }

  void CheckAck(const v1::Ack& ack) {
    const uint32_t lane = ack.durable().lane();
    Require(ack.epoch() == kEpoch && lane < wire::kMaxLanes,
            "an ACK is of the session's epoch");
    Require(ack.durable().seq() == durable_[lane].seq &&
                ack.durable().hash() == durable_[lane].hash,
            "an ACK says what is on disk");
    Require(ack.credit_seq() >= ack.durable().seq(),
            "credit does not fall below the watermark");
    Require(ack.credit_seq() <= ack.durable().seq() + kCredit,
            "credit is bounded");
  }

  void Commit() {
    if (flights_.empty()) return;
    const Flight flight = std::move(flights_.front());
    flights_.pop_front();
    for (const Watermark& mark : flight.watermarks) {
      durable_[mark.lane] = {mark.seq, mark.hash};
    }
    const auto done = intake_->OnCommitted(flight.ticket);
    Require(done.has_value() != flight.replay, "a commit is acknowledged");
    if (!done) return;
    CheckAck(done->ack);
    Require(!done->ack.refused(), "what was committed is not refused");
    Require(static_cast<size_t>(done->ack.nacks_size()) == flight.dead_letters,
            "each dead letter is told of");
  }

  // All that was submitted fails together: it may stand on what failed.
  void Fail() {
    for (const Flight& flight : std::exchange(flights_, {})) {
      const auto done = intake_->OnFailed(flight.ticket);
      Require(done.has_value() != flight.replay, "a failure is answered");
      if (!done) continue;
      CheckAck(done->ack);
      Require(done->ack.refused(), "what failed is sent again");
    }
    accepted_ = durable_;
  }

  void Replay(Input& input) {
    if (letters_.empty()) return;
    peer_.sites = {input.Bool() ? "elsewhere" : "store-014"};
    const DeadLetter& letter =
        letters_[input.Below(static_cast<uint32_t>(letters_.size()))];
    const auto taken = intake_->TakeReplay(peer_, letter, now_);
    Require(taken.append.watermarks.empty(), "a replay moves no watermark");
    if (taken.ticket != 0) flights_.push_back({taken.ticket, {}, 0, true});
  }

  void Check() {
    const auto acks = intake_->CreditOf(peer_.name, kEpoch);
    Require(acks.size() == wire::kMaxLanes, "each lane has its credit");
    for (const v1::Ack& ack : acks) CheckAck(ack);
    v1::Hello hello;
    hello.set_epoch(kEpoch);
    const v1::Welcome welcome = intake_->MakeWelcome(peer_, hello);
    for (const v1::LaneMark& mark : welcome.durable()) {
      Require(mark.seq() == durable_[mark.lane()].seq &&
                  mark.hash() == durable_[mark.lane()].hash,
              "WELCOME says what is on disk");
    }
  }

  testing::SeededRandom random_{1};
  router::RecordReader reader_;
  router::Enrolled peer_;
  const absl::Time now_ = testing::At("2026-11-02T10:00:00Z");
  std::optional<Intake> intake_;
  std::array<Mark, wire::kMaxLanes> durable_;
  std::array<Mark, wire::kMaxLanes> accepted_;
  std::deque<Flight> flights_;
  std::vector<DeadLetter> letters_;
  bool paused_ = false;
};

}  // namespace
}  // namespace earshot::fuzz

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  earshot::fuzz::Input input(data, size);
  earshot::fuzz::IntakeWalk walk;
  while (!input.empty()) walk.Step(input);
  return 0;
}
