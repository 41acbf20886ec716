#include "base/spool/uplink.h"

#include <algorithm>
#include <utility>
#include <vector>

#include "base/wire/lane_hash.h"

namespace earshot::spool {
namespace {

// The oldest record that a lane still has, or the next one it will have.
uint64_t HeldFrom(const LaneState& state) {
  return state.first == 0 ? state.spooled + 1 : state.first;
}

}  // namespace

absl::Status Uplink::FillHello(v1::Hello& hello) {
  const auto lanes = spool_.Lanes();
  if (!lanes.ok()) return lanes.status();
  hello.set_epoch(spool_.epoch());
  for (const LaneState& lane : *lanes) {
    const auto fill = [&](v1::LaneMark& mark, uint64_t seq) -> absl::Status {
      const auto hash = spool_.HashAt(lane.lane, seq);
      if (!hash.ok()) return hash.status();
      mark.set_lane(lane.lane);
      mark.set_seq(seq);
      mark.set_hash(*hash);
      return absl::OkStatus();
    };
    absl::Status status = fill(*hello.add_acked(), lane.acked);
    if (status.ok()) status = fill(*hello.add_spooled(), lane.spooled);
    if (!status.ok()) return status;
  }
  return absl::OkStatus();
}

absl::StatusOr<Uplink::Outcome> Uplink::TakeNewEpoch() {
  // What was believed before this answer stays believed; everything after it
  // is sent again under a new epoch, where the hub's id set drops what it
  // already counted.
  const auto lanes = spool_.Lanes();
  if (!lanes.ok()) return lanes.status();
  std::vector<uint64_t> believed;
  for (const LaneState& lane : *lanes) believed.push_back(lane.acked);
  absl::Status status = spool_.NewEpoch(believed);
  if (!status.ok()) return status;
  ++counters_.new_epochs;
  lanes_ = {};
  return Outcome::kRedial;
}

absl::StatusOr<Uplink::Outcome> Uplink::Believe(const v1::LaneMark& mark,
                                                const LaneState& state,
                                                bool rewind) {
  LaneProgress& lane = lanes_[state.lane];
  if (mark.seq() > state.spooled) return TakeNewEpoch();
  const auto own = spool_.HashAt(state.lane, mark.seq());
  if (own.ok() && *own != mark.hash()) return TakeNewEpoch();
  if (!own.ok() && !absl::IsNotFound(own.status())) return own.status();
  // The hub stands before what we still hold, and needs a LOST. (Of number 0
  // the hash is always known.)
  const uint64_t held = HeldFrom(state);
  lane.lost_pending = mark.seq() + 1 < held && (rewind || lane.sent < held - 1);
  if (own.ok()) {
    lane.durable = mark.seq();
    absl::Status status = spool_.MarkAcked(state.lane, mark.seq());
    if (!status.ok()) return status;
  }
  if (mark.seq() < state.acked) {
    if (rewind) ++counters_.hub_regressed;
    lane.durable = mark.seq();
  }
  if (rewind) lane.sent = mark.seq();
  lane.sent = std::max(lane.sent, lane.durable);
  return Outcome::kGoOn;
}

absl::StatusOr<Uplink::Outcome> Uplink::OnWelcome(const v1::Welcome& welcome) {
  lanes_ = {};
  progress_ = true;
  const auto states = spool_.Lanes();
  if (!states.ok()) return states.status();
  for (const LaneState& state : *states) {
    v1::LaneMark mark;
    mark.set_lane(state.lane);
    mark.set_hash(wire::LaneHashStart(spool_.epoch()));
    for (const v1::LaneMark& given : welcome.durable()) {
      if (given.lane() == state.lane) mark = given;
    }
    auto outcome = Believe(mark, state, /*rewind=*/true);
    if (!outcome.ok() || *outcome != Outcome::kGoOn) return outcome;
  }
  for (const v1::Credit& credit : welcome.credit()) {
    if (credit.lane() < lanes_.size()) {
      lanes_[credit.lane()].credit = credit.seq();
    }
  }
  return Outcome::kGoOn;
}

absl::StatusOr<Uplink::Outcome> Uplink::OnAck(const v1::Ack& ack) {
  progress_ = true;
  const uint32_t lane = ack.durable().lane();
  // Of another epoch: late, and of no concern any more.
  if (lane >= lanes_.size() || ack.epoch() != spool_.epoch()) {
    return Outcome::kGoOn;
  }
  const auto states = spool_.Lanes();
  if (!states.ok()) return states.status();
  for (const v1::Nack& nack : ack.nacks()) {
    ++counters_.nacks;
    absl::Status status =
        spool_.MarkRefused(lane, nack.seq(), nack.code(), nack.text());
    if (!status.ok()) return status;
  }
  if (ack.refused()) ++counters_.refused_batches;
  lanes_[lane].credit = ack.credit_seq();
  return Believe(ack.durable(), (*states)[lane], ack.refused());
}

absl::StatusOr<std::optional<Uplink::Frame>> Uplink::NextLost(
    const LaneState& state) {
  LaneProgress& lane = lanes_[state.lane];
  const uint64_t last = HeldFrom(state) - 1;
  const auto hash = spool_.HashAt(state.lane, last);
  if (!hash.ok()) return hash.status();
  v1::Lost lost;
  lost.set_epoch(spool_.epoch());
  lost.set_lane(state.lane);
  lost.set_first_seq(lane.sent + 1);
  lost.set_last_seq(last);
  lost.set_hash_last(*hash);
  lost.set_reason(v1::Lost::EXPIRED);
  counters_.lost_declared += last - lane.sent;
  lane.lost_pending = false;
  lane.sent = last;
  return std::optional<Frame>(Frame{v1::LOST, lost.SerializeAsString()});
}

absl::StatusOr<std::optional<Uplink::Frame>> Uplink::Next() {
  const auto states = spool_.Lanes();
  if (!states.ok()) return states.status();
  for (const LaneState& state : *states) {
    LaneProgress& lane = lanes_[state.lane];
    if (lane.lost_pending) return NextLost(state);
    const uint64_t limit =
        std::min({state.spooled, lane.credit, lane.durable + kInFlightRecords});
    if (lane.sent >= limit) continue;
    // What the hub wants again may have gone since it said so.
    if (lane.sent + 1 < HeldFrom(state)) return NextLost(state);
    const auto records = spool_.Read(
        state.lane, lane.sent + 1,
        std::min<uint64_t>(limit - lane.sent, wire::kMaxBatchRecords),
        wire::kBatchBytes);
    if (!records.ok()) return records.status();
    if (records->empty()) continue;
    const auto hash = spool_.HashAt(state.lane, lane.sent);
    if (!hash.ok()) return hash.status();
    v1::Batch batch;
    batch.set_epoch(spool_.epoch());
    batch.set_lane(state.lane);
    batch.set_first_seq(lane.sent + 1);
    batch.set_hash_before(*hash);
    for (const StoredRecord& record : *records) {
      v1::Record& out = *batch.add_records();
      out.set_kind(record.kind);
      out.set_id(record.id);
      out.set_body(record.body);
    }
    lane.sent += records->size();
    ++counters_.batches;
    counters_.records += records->size();
    return std::optional<Frame>(Frame{v1::BATCH, batch.SerializeAsString()});
  }
  return std::optional<Frame>();
}

absl::StatusOr<bool> Uplink::Drained() {
  const auto states = spool_.Lanes();
  if (!states.ok()) return states.status();
  if (InFlight() > 0) return false;
  return std::all_of(states->begin(), states->end(),
                     [this](const LaneState& state) {
                       return lanes_[state.lane].sent >= state.spooled;
                     });
}

bool Uplink::Stalled(absl::Duration now) {
  if (std::exchange(progress_, false) || InFlight() == 0) progress_at_ = now;
  return now - progress_at_ >= kStalledAfter;
}

absl::Duration Uplink::StallsAt() const {
  return InFlight() == 0 ? absl::InfiniteDuration()
                         : progress_at_ + kStalledAfter;
}

uint64_t Uplink::InFlight() const {
  uint64_t count = 0;
  for (const LaneProgress& lane : lanes_) count += lane.sent - lane.durable;
  return count;
}

}  // namespace earshot::spool
