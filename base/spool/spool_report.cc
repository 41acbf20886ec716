// What a spool holds and what became of it: status, refusals, erasure.
#include <algorithm>

#include "base/spool/spool.h"

namespace earshot::spool {

absl::StatusOr<SpoolStatus> Spool::Status() {
  SpoolStatus status;
  auto lanes = Lanes();
  if (!lanes.ok()) return lanes.status();
  status.lanes = *std::move(lanes);
  status.epoch = epoch_;
  status.cap_bytes = options_.cap_bytes;
  const auto bytes = Bytes();
  if (!bytes.ok()) return bytes.status();
  status.bytes = *bytes;
  store::Statement ask =
      database_->Prepare("SELECT value FROM meta WHERE key='alarms'");
  const auto row = ask.Step();
  if (!row.ok()) return row.status();
  if (*row) status.alarms = ask.Unsigned(0);
  for (const LaneState& lane : status.lanes) {
    if (lane.acked >= lane.spooled) continue;
    store::Statement oldest = database_->Prepare(
        "SELECT spooled_at FROM records WHERE lane=?1 AND seq>?2 "
        "ORDER BY seq LIMIT 1");
    const auto found = oldest.Bind(1, lane.lane).Bind(2, lane.acked).Step();
    if (!found.ok()) return found.status();
    if (!*found) continue;
    const absl::Time at = absl::FromUnixSeconds(oldest.Int(0));
    status.oldest_unacked = std::min(status.oldest_unacked.value_or(at), at);
  }
  return status;
}

absl::StatusOr<uint64_t> Spool::EraseBodies(
    const std::vector<std::string>& ids) {
  auto transaction = database_->Begin();
  if (!transaction.ok()) return transaction.status();
  store::Statement shrink = database_->Prepare(
      "UPDATE meta SET value=value-(SELECT TOTAL(LENGTH(body)) FROM records "
      "JOIN ids USING(lane, seq) WHERE ids.id=?1) WHERE key='bytes'");
  store::Statement empty = database_->Prepare(
      "UPDATE records SET body=x'' WHERE LENGTH(body)>0 AND (lane, seq)="
      "(SELECT lane, seq FROM ids WHERE id=?1)");
  uint64_t erased = 0;
  for (const std::string& id : ids) {
    absl::Status status = shrink.BindBlob(1, id).Run();
    if (status.ok()) status = empty.BindBlob(1, id).Run();
    if (!status.ok()) return status;
    erased += static_cast<uint64_t>(database_->Changes());
  }
  absl::Status status = transaction->Commit();
  // The text also stands in the log of recent writes, and may do so when the
  // record itself has gone, or lost it before a checkpoint that failed.
  if (status.ok()) status = database_->Checkpoint(true);
  if (!status.ok()) return status;
  return erased;
}

absl::StatusOr<std::vector<Spool::RefusedRecord>> Spool::Refused(size_t most) {
  store::Statement ask = database_->Prepare(
      "SELECT lane, seq, id, code, text FROM refused ORDER BY seq DESC "
      "LIMIT ?1");
  ask.Bind(1, static_cast<uint64_t>(most));
  std::vector<RefusedRecord> refused;
  while (true) {
    const auto row = ask.Step();
    if (!row.ok()) return row.status();
    if (!*row) return refused;
    refused.push_back({static_cast<uint32_t>(ask.Int(0)), ask.Unsigned(1),
                       ask.Blob(2), ask.Text(3), ask.Text(4)});
  }
}

absl::StatusOr<std::optional<Spool::Place>> Spool::Find(std::string_view id) {
  store::Statement ask = database_->Prepare(
      "SELECT ids.lane, ids.seq, lanes.acked FROM ids JOIN lanes USING(lane) "
      "WHERE id=?1");
  const auto row = ask.BindBlob(1, id).Step();
  if (!row.ok()) return row.status();
  if (!*row) return std::optional<Place>();
  Place place;
  place.lane = static_cast<uint32_t>(ask.Int(0));
  place.seq = ask.Unsigned(1);
  place.acked = place.seq <= ask.Unsigned(2);
  return std::optional<Place>(place);
}

}  // namespace earshot::spool
