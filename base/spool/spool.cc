#include "base/spool/spool.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "base/wire/lane_hash.h"

namespace earshot::spool {
namespace {

// What a record costs beside its body: keys, hash, indexes.
constexpr uint64_t kRecordOverhead = 96;

const std::vector<std::string>& Migrations() {
  static const auto* const migrations = new std::vector<std::string>{
      // base_seq, base_hash: the last record that is no longer held.
      "CREATE TABLE meta(key TEXT PRIMARY KEY, value INTEGER) WITHOUT ROWID;"
      "CREATE TABLE lanes(lane INTEGER PRIMARY KEY, spooled INTEGER,"
      " acked INTEGER, hash BLOB, base_seq INTEGER, base_hash BLOB);"
      "CREATE TABLE records(lane INTEGER, seq INTEGER, kind INTEGER, id BLOB,"
      " body BLOB, hash BLOB, spooled_at INTEGER, PRIMARY KEY(lane, seq))"
      " WITHOUT ROWID;"
      "CREATE TABLE ids(id BLOB PRIMARY KEY, lane INTEGER, seq INTEGER)"
      " WITHOUT ROWID;"
      "CREATE TABLE refused(lane INTEGER, seq INTEGER, id BLOB, code TEXT,"
      " text TEXT, PRIMARY KEY(lane, seq)) WITHOUT ROWID;"};
  return *migrations;
}

}  // namespace

Spool::Spool(std::unique_ptr<store::Database> database, SpoolOptions options,
             os::Random& random)
    : database_(std::move(database)),
      options_(options),
      random_(random),
      insert_(database_->Prepare(
          "INSERT INTO records VALUES(?1,?2,?3,?4,?5,?6,?7)")),
      known_(database_->Prepare(
          "INSERT INTO ids VALUES(?1,?2,?3) ON CONFLICT DO NOTHING")),
      lane_(database_->Prepare("SELECT spooled, acked, hash, base_seq "
                               "FROM lanes WHERE lane=?1")),
      advance_(database_->Prepare(
          "UPDATE lanes SET spooled=?2, hash=?3 WHERE lane=?1")),
      read_(database_->Prepare(
          "SELECT seq, kind, id, body FROM records"
          " WHERE lane=?1 AND seq>=?2 ORDER BY seq LIMIT ?3")),
      hash_(database_->Prepare(
          "SELECT hash FROM records WHERE lane=?1 AND seq=?2 UNION ALL "
          "SELECT base_hash FROM lanes WHERE lane=?1 AND base_seq=?2")) {}

absl::StatusOr<std::unique_ptr<Spool>> Spool::Open(const std::string& path,
                                                   const SpoolOptions& options,
                                                   os::Random& random) {
  store::OpenOptions open;
  open.cache_kib = 512;  // an agent is to stay small
  auto database = store::Database::Open(path, Migrations(), open);
  if (!database.ok()) return database.status();
  std::unique_ptr<Spool> spool(
      new Spool(*std::move(database), options, random));
  absl::Status status = spool->EnsureEpoch();
  if (!status.ok()) return status;
  return spool;
}

absl::Status Spool::EnsureEpoch() {
  {
    store::Statement ask =
        database_->Prepare("SELECT value FROM meta WHERE key='epoch'");
    const auto row = ask.Step();
    if (!row.ok()) return row.status();
    if (*row) {
      epoch_ = ask.Unsigned(0);
      return absl::OkStatus();
    }
  }
  auto transaction = database_->Begin();
  if (!transaction.ok()) return transaction.status();
  store::Statement meta = database_->Prepare(
      "INSERT INTO meta VALUES(?1, ?2) ON CONFLICT DO NOTHING");
  const uint64_t fresh = random_.NonZero();
  absl::Status status = meta.BindText(1, "epoch").Bind(2, fresh).Run();
  if (status.ok()) status = meta.BindText(1, "bytes").Bind(2, 0).Run();
  if (status.ok()) status = meta.BindText(1, "alarms").Bind(2, 0).Run();
  const std::string start = wire::LaneHashStart(fresh);
  for (uint32_t lane = 0; status.ok() && lane < wire::kMaxLanes; ++lane) {
    store::Statement insert = database_->Prepare(
        "INSERT INTO lanes VALUES(?1,0,0,?2,0,?2) ON CONFLICT DO NOTHING");
    status = insert.Bind(1, lane).BindBlob(2, start).Run();
  }
  if (status.ok()) status = transaction->Commit();
  if (!status.ok()) return status;
  // Another process may have been first.
  return EnsureEpoch();
}

absl::StatusOr<LaneState> Spool::Lane(uint32_t lane) {
  lane_.Bind(1, lane);
  const auto row = lane_.Step();
  if (!row.ok()) return row.status();
  if (!*row) return absl::InvalidArgumentError(fmt::format("no lane {}", lane));
  LaneState state;
  state.lane = lane;
  state.spooled = lane_.Unsigned(0);
  state.acked = lane_.Unsigned(1);
  const uint64_t base = lane_.Unsigned(3);
  state.first = base < state.spooled ? base + 1 : 0;
  lane_.Reset();
  return state;
}

absl::StatusOr<std::vector<LaneState>> Spool::Lanes() {
  absl::Status status = EnsureEpoch();
  if (!status.ok()) return status;
  std::vector<LaneState> lanes;
  for (uint32_t lane = 0; lane < wire::kMaxLanes; ++lane) {
    auto state = Lane(lane);
    if (!state.ok()) return state.status();
    lanes.push_back(*state);
  }
  return lanes;
}

absl::StatusOr<uint64_t> Spool::Bytes() {
  store::Statement ask =
      database_->Prepare("SELECT value FROM meta WHERE key='bytes'");
  const auto row = ask.Step();
  if (!row.ok()) return row.status();
  return *row ? ask.Unsigned(0) : 0;
}

// Inside a transaction. Drops the oldest acknowledged records, a few thousand
// at a time, until `bytes` more fit.
absl::Status Spool::MakeRoom(uint64_t bytes) {
  while (true) {
    const auto used = Bytes();
    if (!used.ok()) return used.status();
    if (*used + bytes <= options_.cap_bytes) return absl::OkStatus();
    uint64_t dropped = 0;
    for (uint32_t lane = wire::kMaxLanes; lane-- > 0 && dropped == 0;) {
      const auto state = Lane(lane);
      if (!state.ok()) return state.status();
      if (state->first == 0 || state->first > state->acked) continue;
      const uint64_t last = std::min(state->acked, state->first + 999);
      absl::Status status = database_->Execute(fmt::format(
          "UPDATE lanes SET base_seq={1}, base_hash=(SELECT hash FROM records "
          "WHERE lane={0} AND seq={1}) WHERE lane={0};"
          "DELETE FROM ids WHERE id IN (SELECT id FROM records WHERE "
          "lane={0} AND seq<={1});"
          "UPDATE meta SET value=value-(SELECT TOTAL(LENGTH(body)+{2}) FROM "
          "records WHERE lane={0} AND seq<={1}) WHERE key='bytes';"
          "DELETE FROM records WHERE lane={0} AND seq<={1};",
          lane, last, kRecordOverhead));
      if (!status.ok()) return status;
      dropped = last - state->first + 1;
    }
    if (dropped == 0) {
      return absl::ResourceExhaustedError(fmt::format(
          "the spool is full ({} of {} MiB wait for the router): nothing was "
          "recorded; check the connection with 'status', or raise "
          "spool_cap_mib",
          *used >> 20, options_.cap_bytes >> 20));
    }
  }
}

absl::StatusOr<std::vector<AppendResult>> Spool::Append(
    const std::vector<NewRecord>& records, absl::Time now) {
  auto transaction = database_->Begin();
  if (!transaction.ok()) return transaction.status();
  uint64_t bytes = 0;
  for (const NewRecord& record : records) {
    bytes += record.body.size() + kRecordOverhead;
  }
  absl::Status status = MakeRoom(bytes);
  if (!status.ok()) return status;
  std::vector<uint64_t> last(wire::kMaxLanes, 0);
  std::vector<std::string> hash(wire::kMaxLanes);
  for (uint32_t lane = 0; lane < wire::kMaxLanes; ++lane) {
    lane_.Bind(1, lane);
    const auto row = lane_.Step();
    if (!row.ok()) return row.status();
    last[lane] = lane_.Unsigned(0);
    hash[lane] = lane_.Blob(2);
    lane_.Reset();
  }
  std::vector<AppendResult> results;
  uint64_t added = 0;
  for (const NewRecord& record : records) {
    const uint32_t lane = std::min(record.lane, wire::kMaxLanes - 1);
    status = known_.BindBlob(1, record.id)
                 .Bind(2, lane)
                 .Bind(3, last[lane] + 1)
                 .Run();
    if (!status.ok()) return status;
    if (database_->Changes() == 0) {
      results.push_back(AppendResult::kAlreadyThere);
      continue;
    }
    hash[lane] = wire::LaneHashNext(hash[lane], record.id);
    status = insert_.Bind(1, lane)
                 .Bind(2, ++last[lane])
                 .Bind(3, record.kind)
                 .BindBlob(4, record.id)
                 .BindBlob(5, record.body)
                 .BindBlob(6, hash[lane])
                 .Bind(7, absl::ToUnixSeconds(now))
                 .Run();
    if (!status.ok()) return status;
    added += record.body.size() + kRecordOverhead;
    results.push_back(AppendResult::kAppended);
  }
  for (uint32_t lane = 0; lane < wire::kMaxLanes; ++lane) {
    status = advance_.Bind(1, lane)
                 .Bind(2, last[lane])
                 .BindBlob(3, hash[lane])
                 .Run();
    if (!status.ok()) return status;
  }
  status = database_->Execute(
      fmt::format("UPDATE meta SET value=value+{} WHERE key='bytes'", added));
  if (status.ok()) status = transaction->Commit();
  if (!status.ok()) return status;
  return results;
}

absl::StatusOr<std::vector<StoredRecord>> Spool::Read(uint32_t lane,
                                                      uint64_t seq, size_t most,
                                                      size_t bytes) {
  std::vector<StoredRecord> records;
  size_t total = 0;
  read_.Bind(1, lane).Bind(2, seq).Bind(3, static_cast<uint64_t>(most));
  while (true) {
    const auto row = read_.Step();
    if (!row.ok()) return row.status();
    if (!*row) return records;
    StoredRecord record;
    record.seq = read_.Unsigned(0);
    record.kind = static_cast<uint32_t>(read_.Int(1));
    record.id = read_.Blob(2);
    record.body = read_.Blob(3);
    total += record.body.size() + record.id.size() + 8;
    if (!records.empty() && total > bytes) break;
    records.push_back(std::move(record));
  }
  read_.Reset();
  return records;
}

absl::StatusOr<std::string> Spool::HashAt(uint32_t lane, uint64_t seq) {
  if (seq == 0) return wire::LaneHashStart(epoch_);
  hash_.Bind(1, lane).Bind(2, seq);
  const auto row = hash_.Step();
  if (!row.ok()) return row.status();
  if (!*row) return absl::NotFoundError("no longer held");
  std::string hash = hash_.Blob(0);
  hash_.Reset();
  return hash;
}

absl::Status Spool::MarkAcked(uint32_t lane, uint64_t seq) {
  store::Statement update = database_->Prepare(
      "UPDATE lanes SET acked=?2 WHERE lane=?1 AND acked<?2");
  return update.Bind(1, lane).Bind(2, seq).Run();
}

absl::Status Spool::MarkRefused(uint32_t lane, uint64_t seq,
                                const std::string& code,
                                const std::string& text) {
  // The last 1,000 are kept for 'status'.
  store::Statement insert = database_->Prepare(
      "INSERT OR REPLACE INTO refused SELECT ?1, ?2, id, ?3, ?4 FROM records "
      "WHERE lane=?1 AND seq=?2");
  absl::Status status = insert.Bind(1, lane)
                            .Bind(2, seq)
                            .BindText(3, code)
                            .BindText(4, text)
                            .Run();
  if (!status.ok()) return status;
  return database_->Execute(fmt::format(
      "DELETE FROM refused WHERE lane={0} AND seq<=(SELECT MAX(seq)-1000 FROM "
      "refused WHERE lane={0})",
      lane));
}

absl::Status Spool::NewEpoch(const std::vector<uint64_t>& believed) {
  auto transaction = database_->Begin();
  if (!transaction.ok()) return transaction.status();
  const uint64_t fresh = random_.NonZero();
  const std::string start = wire::LaneHashStart(fresh);
  absl::Status status = database_->Execute("DELETE FROM refused");
  store::Statement rehash =
      database_->Prepare("UPDATE records SET hash=?3 WHERE lane=?1 AND seq=?2");
  for (uint32_t lane = 0; status.ok() && lane < wire::kMaxLanes; ++lane) {
    const auto state = Lane(lane);
    if (!state.ok()) return state.status();
    const uint64_t base = lane < believed.size() ? believed[lane] : 0;
    const uint64_t kept =
        state->first == 0 ? state->spooled : std::max(base, state->first - 1);
    // Negative numbers in between, so that no two rows meet on the way.
    status = database_->Execute(fmt::format(
        "DELETE FROM ids WHERE id IN (SELECT id FROM records WHERE lane={0} "
        "AND seq<={1});"
        "DELETE FROM records WHERE lane={0} AND seq<={1};"
        "UPDATE records SET seq={1}-seq WHERE lane={0};"
        "UPDATE records SET seq=-seq WHERE lane={0};"
        "UPDATE ids SET seq=seq-{1} WHERE lane={0};",
        lane, kept));
    if (!status.ok()) return status;
    std::string hash = start;
    uint64_t last = 0;
    while (true) {
      const auto page = Read(lane, last + 1, 1000, 16 << 20);
      if (!page.ok()) return page.status();
      if (page->empty()) break;
      for (const StoredRecord& record : *page) {
        hash = wire::LaneHashNext(hash, record.id);
        last = record.seq;
        status = rehash.Bind(1, lane).Bind(2, last).BindBlob(3, hash).Run();
        if (!status.ok()) return status;
      }
    }
    store::Statement reset = database_->Prepare(
        "UPDATE lanes SET spooled=?2, acked=0, hash=?3, base_seq=0, "
        "base_hash=?4 WHERE lane=?1");
    status = reset.Bind(1, lane)
                 .Bind(2, last)
                 .BindBlob(3, hash)
                 .BindBlob(4, start)
                 .Run();
  }
  if (!status.ok()) return status;
  store::Statement meta =
      database_->Prepare("UPDATE meta SET value=?1 WHERE key='epoch'");
  status = meta.Bind(1, fresh).Run();
  if (status.ok()) {
    status = database_->Execute(
        "UPDATE meta SET value=value+1 WHERE key='alarms';"
        "UPDATE meta SET value=(SELECT TOTAL(LENGTH(body)+96) FROM records) "
        "WHERE key='bytes'");
  }
  if (status.ok()) status = transaction->Commit();
  if (status.ok()) epoch_ = fresh;
  return status;
}

absl::Status Spool::Expire(absl::Time now) {
  constexpr uint64_t kMostAtOnce = 10000;
  for (uint32_t lane = 0; lane < wire::kMaxLanes; ++lane) {
    const auto state = Lane(lane);
    if (!state.ok()) return state.status();
    if (state->first == 0 || state->first > state->acked) continue;
    uint64_t last = 0;
    {
      store::Statement ask = database_->Prepare(
          "SELECT MAX(seq) FROM records WHERE lane=?1 AND seq<=?2 AND "
          "spooled_at<?3");
      ask.Bind(1, lane)
          .Bind(2, std::min(state->acked, state->first + kMostAtOnce - 1))
          .Bind(3, absl::ToUnixSeconds(now - options_.retain));
      const auto row = ask.Step();
      if (!row.ok()) return row.status();
      last = *row ? ask.Unsigned(0) : 0;
    }
    if (last == 0) continue;
    auto transaction = database_->Begin();
    if (!transaction.ok()) return transaction.status();
    absl::Status status = database_->Execute(fmt::format(
        "UPDATE lanes SET base_seq={1}, base_hash=(SELECT hash FROM records "
        "WHERE lane={0} AND seq={1}) WHERE lane={0};"
        "DELETE FROM ids WHERE id IN (SELECT id FROM records WHERE lane={0} "
        "AND seq<={1});"
        "UPDATE meta SET value=value-(SELECT TOTAL(LENGTH(body)+96) FROM "
        "records WHERE lane={0} AND seq<={1}) WHERE key='bytes';"
        "DELETE FROM records WHERE lane={0} AND seq<={1};",
        lane, last));
    if (status.ok()) status = transaction->Commit();
    if (!status.ok()) return status;
  }
  return absl::OkStatus();
}

}  // namespace earshot::spool
