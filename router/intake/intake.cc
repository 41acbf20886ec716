#include "router/intake/intake.h"

#include <algorithm>
#include <set>
#include <utility>

#include "base/os/bytes.h"
#include "base/wire/lane_hash.h"
#include "base/wire/limits.h"
#include "proto/contract/times.h"

namespace earshot::router {
namespace {

constexpr int64_t kHour = 3600;

}  // namespace

Intake::Intake(const IntakeOptions& options, RecordReader& reader,
               const std::vector<Watermark>& durable)
    : options_(options), reader_(reader) {
  for (const Watermark& mark : durable) {
    Lane& lane = lanes_[Key{mark.agent, mark.epoch, mark.lane}];
    lane.durable = {mark.seq, mark.hash};
    lane.accepted = lane.durable;
  }
}

Intake::Lane Intake::Find(const Key& key) const {
  const auto found = lanes_.find(key);
  if (found != lanes_.end()) return found->second;
  Lane fresh;
  fresh.durable.hash = wire::LaneHashStart(key.epoch);
  fresh.accepted = fresh.durable;
  return fresh;
}

bool Intake::MayUseEpoch(const std::string& agent, uint64_t epoch) const {
  std::set<uint64_t> epochs{epoch};
  for (auto it = lanes_.lower_bound(Key{agent, 0, 0});
       it != lanes_.end() && it->first.agent == agent; ++it) {
    epochs.insert(it->first.epoch);
  }
  return epochs.size() <= kEpochsPerPeer;
}

bool Intake::StartsAnew(const std::string& agent, uint64_t epoch) const {
  bool known = false;
  if (epoch == 0) return false;  // it has no records
  for (auto it = lanes_.lower_bound(Key{agent, 0, 0});
       it != lanes_.end() && it->first.agent == agent; ++it) {
    if (it->first.epoch == epoch) return false;
    known = true;
  }
  return known;
}

bool Intake::IsBehind(const std::string& agent, const v1::Hello& hello) const {
  for (const v1::LaneMark& acked : hello.acked()) {
    const auto found = lanes_.find(Key{agent, hello.epoch(), acked.lane()});
    const uint64_t durable =
        found == lanes_.end() ? 0 : found->second.durable.seq;
    if (acked.seq() > durable) return true;
  }
  return false;
}

uint64_t Intake::Credit(const Lane& lane) const {
  return paused_ ? lane.durable.seq
                 : lane.durable.seq + options_.credit_records;
}

v1::Ack Intake::MakeAck(const Key& key, const Lane& lane, bool refused) const {
  v1::Ack ack;
  ack.set_epoch(key.epoch);
  ack.mutable_durable()->set_lane(key.lane);
  ack.mutable_durable()->set_seq(lane.durable.seq);
  ack.mutable_durable()->set_hash(lane.durable.hash);
  ack.set_credit_seq(Credit(lane));
  ack.set_refused(refused);
  return ack;
}

v1::Welcome Intake::MakeWelcome(const Enrolled& peer,
                                const v1::Hello& hello) const {
  v1::Welcome welcome;
  for (uint32_t number = 0; number < wire::kMaxLanes; ++number) {
    Lane lane;
    lane.durable.hash = wire::LaneHashStart(hello.epoch());
    const auto found = lanes_.find(Key{peer.name, hello.epoch(), number});
    if (found != lanes_.end()) lane = found->second;
    v1::LaneMark& mark = *welcome.add_durable();
    mark.set_lane(number);
    mark.set_seq(lane.durable.seq);
    mark.set_hash(lane.durable.hash);
    v1::Credit& credit = *welcome.add_credit();
    credit.set_lane(number);
    credit.set_seq(Credit(lane));
  }
  welcome.set_retain_s(options_.retain_s);
  welcome.set_peer(peer.name);
  for (const std::string& site : peer.sites) welcome.add_sites(site);
  return welcome;
}

std::vector<v1::Ack> Intake::CreditOf(const std::string& agent,
                                      uint64_t epoch) const {
  std::vector<v1::Ack> acks;
  for (uint32_t number = 0; number < wire::kMaxLanes; ++number) {
    const Key key{agent, epoch, number};
    const auto found = lanes_.find(key);
    Lane fresh;
    fresh.durable.hash = wire::LaneHashStart(epoch);
    acks.push_back(
        MakeAck(key, found == lanes_.end() ? fresh : found->second, false));
  }
  return acks;
}

void Intake::TakeRecords(const Enrolled& peer, const v1::Batch& batch,
                         Mark& mark, uint64_t skip, absl::Time now,
                         Taken& taken, InFlight& flight) {
  for (int i = static_cast<int>(skip); i < batch.records_size(); ++i) {
    const v1::Record& record = batch.records(i);
    ++mark.seq;
    wire::AdvanceLaneHash(mark.hash, record.id());
    counters_.records.Add();
    auto result = reader_.ReadInto(peer, batch.lane(), record, now, entry_);
    if (!result) {
      taken.append.entries.push_back(entry_);
      continue;
    }
    RecordReader::Refused& refused = *result;
    counters_.dead_letters.Add();
    DeadLetter letter;
    letter.agent = peer.name;
    letter.lane = batch.lane();
    letter.code = refused.refusal.code;
    letter.text = refused.refusal.text;
    if (refused.redacted.empty()) taken.unparsable.push_back(record.body());
    letter.record = std::move(refused.redacted);
    letter.at = absl::ToUnixSeconds(now) / kHour * kHour;
    taken.append.dead_letters.push_back(std::move(letter));
    v1::Nack nack;
    nack.set_seq(mark.seq);
    nack.set_code(refused.refusal.code);
    nack.set_text(refused.refusal.text);
    taken.note.refusals.push_back(refused.refusal.code);
    flight.nacks.push_back(std::move(nack));
  }
  counters_.redactor_hits.Set(reader_.redactor_hits());
}

Intake::Taken Intake::TakeBatch(const Enrolled& peer, uint64_t epoch,
                                const std::string& body, absl::Time now) {
  Taken taken;
  v1::Batch& batch = batch_;
  if (!batch.ParseFromString(body) || batch.records_size() == 0 ||
      static_cast<uint32_t>(batch.records_size()) > wire::kMaxBatchRecords ||
      batch.lane() >= wire::kMaxLanes || batch.first_seq() == 0 ||
      batch.epoch() == 0 || batch.epoch() != epoch) {
    counters_.batches_malformed.Add();
    taken.malformed = true;
    taken.unparsable.push_back(body);
    return taken;
  }
  const Key key{peer.name, batch.epoch(), batch.lane()};
  const auto known = lanes_.find(key);
  Lane fresh;
  if (known == lanes_.end()) fresh = Find(key);
  const Lane& lane = known == lanes_.end() ? fresh : known->second;
  const auto count = static_cast<uint64_t>(batch.records_size());
  const uint64_t last = batch.first_seq() + count - 1;
  taken.note = {
      peer.name, batch.epoch(), batch.lane(), batch.first_seq(), last, 0, 0,
      {}};
  if (batch.first_seq() != lane.accepted.seq + 1 ||
      batch.hash_before() != lane.accepted.hash ||
      last > lane.durable.seq + options_.credit_records) {
    // Below the watermark it was sent again: told where we stand, written
    // nothing. Above it there is a gap, another history, or no credit.
    const bool repeat = last <= lane.durable.seq;
    if (repeat) {
      counters_.repeats.Add(count);
    } else {
      counters_.refused_batches.Add();
    }
    taken.note.repeats = repeat ? count : 0;
    taken.ack = MakeAck(key, lane, /*refused=*/true);
    return taken;
  }
  InFlight flight;
  flight.key = key;
  Mark mark = lane.accepted;
  taken.append.entries.Reserve(count, body.size());
  TakeRecords(peer, batch, mark, 0, now, taken, flight);
  taken.append.watermarks.push_back(
      {key.agent, key.epoch, key.lane, mark.seq, mark.hash});
  if (known != lanes_.end()) {
    known->second.accepted = mark;
  } else {
    fresh.accepted = mark;
    lanes_.emplace(key, std::move(fresh));
  }
  taken.note.count = taken.append.entries.size();
  flight.mark = std::move(mark);
  flight.note = taken.note;
  taken.ticket = next_ticket_++;
  in_flight_.emplace(taken.ticket, std::move(flight));
  return taken;
}

Intake::Taken Intake::TakeLost(const Enrolled& peer, uint64_t epoch,
                               const std::string& body, absl::Time now) {
  Taken taken;
  v1::Lost lost;
  if (!lost.ParseFromString(body) || lost.lane() >= wire::kMaxLanes ||
      lost.epoch() == 0 || lost.epoch() != epoch ||
      lost.last_seq() < lost.first_seq() || lost.last_seq() > wire::kMaxSeq ||
      lost.hash_last().size() != wire::kLaneHashBytes) {
    counters_.batches_malformed.Add();
    taken.malformed = true;
    taken.unparsable.push_back(body);
    return taken;
  }
  const Key key{peer.name, lost.epoch(), lost.lane()};
  Lane lane = Find(key);
  if (lost.first_seq() != lane.accepted.seq + 1) {
    counters_.refused_batches.Add();
    taken.ack = MakeAck(key, lane, /*refused=*/true);
    return taken;
  }
  const uint64_t count = lost.last_seq() - lost.first_seq() + 1;
  counters_.lost.Add(count);
  v1::LostRecord out;
  out.set_agent(peer.name);
  out.set_lane(lost.lane());
  out.set_count(count);
  out.set_reason(v1::Lost::Reason_Name(lost.reason()));
  *out.mutable_at() = contract::ToStamp(now);
  taken.append.entries.Add(v1::LOG_LOST, out.SerializeAsString());
  InFlight flight;
  flight.key = key;
  flight.mark = {lost.last_seq(), lost.hash_last()};
  lane.accepted = flight.mark;
  lanes_.insert_or_assign(key, std::move(lane));
  taken.append.watermarks.push_back(
      {key.agent, key.epoch, key.lane, flight.mark.seq, flight.mark.hash});
  taken.note = {peer.name,
                lost.epoch(),
                lost.lane(),
                lost.first_seq(),
                lost.last_seq(),
                0,
                0,
                {"lost"}};
  flight.note = taken.note;
  taken.ticket = next_ticket_++;
  in_flight_.emplace(taken.ticket, std::move(flight));
  return taken;
}

Intake::Taken Intake::TakeReplay(const Enrolled& peer, const DeadLetter& letter,
                                 absl::Time now) {
  Taken taken;
  v1::Record record;
  if (letter.record.empty() || !record.ParseFromString(letter.record)) {
    taken.note.refusals.push_back("body_unparsable");
    return taken;
  }
  auto result = reader_.Read(peer, letter.lane, record, now);
  if (auto* refused = std::get_if<RecordReader::Refused>(&result)) {
    taken.note.refusals.push_back(refused->refusal.code);
    return taken;
  }
  taken.append.entries.push_back(std::get<LogEntry>(result));
  taken.append.replayed.push_back(letter.id);
  taken.ticket = next_ticket_++;
  InFlight flight;
  flight.replay = true;
  in_flight_.emplace(taken.ticket, std::move(flight));
  return taken;
}

std::optional<Intake::Done> Intake::OnCommitted(uint64_t ticket) {
  auto found = in_flight_.extract(ticket);
  if (found.empty() || found.mapped().replay) return std::nullopt;
  InFlight& flight = found.mapped();
  Lane& lane = lanes_.at(flight.key);  // made when the batch was taken
  lane.durable = std::move(flight.mark);
  Done done{MakeAck(flight.key, lane, false), std::move(flight.note)};
  for (v1::Nack& nack : flight.nacks) *done.ack.add_nacks() = std::move(nack);
  return done;
}

std::optional<Intake::Done> Intake::OnFailed(uint64_t ticket) {
  auto found = in_flight_.extract(ticket);
  if (found.empty() || found.mapped().replay) return std::nullopt;
  InFlight& flight = found.mapped();
  Lane& lane = lanes_.at(flight.key);  // made when the batch was taken
  // Later batches of this lane stood on this one: their hashes will not fit.
  lane.accepted = lane.durable;
  return Done{MakeAck(flight.key, lane, true), std::move(flight.note)};
}

}  // namespace earshot::router
