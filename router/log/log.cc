#include "router/log/log.h"

#include <algorithm>
#include <cstring>
#include <map>
#include <set>
#include <tuple>
#include <utility>

#include "base/os/bytes.h"
#include "base/os/sha256.h"
#include "router/log/insert_block.h"
#include "router/log/move_rows.h"

namespace earshot::router {
namespace {

const std::vector<std::string>& Migrations() {
  static const auto* const migrations = new std::vector<std::string>{
      "CREATE TABLE meta(key TEXT PRIMARY KEY, value BLOB) WITHOUT ROWID;"
      "CREATE TABLE log(position INTEGER PRIMARY KEY, kind INTEGER,"
      " lane INTEGER, body BLOB);"
      "CREATE INDEX log_urgent ON log(position) WHERE kind=1 AND lane=0;"
      "CREATE INDEX log_readings ON log(position) WHERE kind=2;"
      "CREATE INDEX log_configurations ON log(position) WHERE kind=5;"
      "CREATE TABLE personal(position INTEGER PRIMARY KEY, salt BLOB,"
      " body BLOB);"
      "CREATE TABLE tokens(position INTEGER PRIMARY KEY, agent TEXT,"
      " record BLOB);"
      "CREATE TABLE watermarks(agent TEXT, epoch INTEGER, lane INTEGER,"
      " seq INTEGER, hash BLOB, PRIMARY KEY(agent, epoch, lane))"
      " WITHOUT ROWID;"
      "CREATE TABLE commit_groups(last INTEGER PRIMARY KEY, first INTEGER,"
      " hash BLOB);"
      "CREATE TABLE dead_letters(id INTEGER PRIMARY KEY AUTOINCREMENT,"
      " agent TEXT, lane INTEGER, code TEXT, text TEXT, record BLOB,"
      " at INTEGER, state TEXT);",
      // Who must get the answers stands beside the personal part: one row
      // fewer for each record.
      "ALTER TABLE personal ADD COLUMN agent TEXT;"
      "ALTER TABLE personal ADD COLUMN record BLOB;"
      "INSERT INTO personal(position, agent, record)"
      " SELECT position, agent, record FROM tokens WHERE true"
      " ON CONFLICT(position) DO UPDATE SET"
      " agent=excluded.agent, record=excluded.record;"
      "DROP TABLE tokens;",
      // What an operator wants erased, until it is a record.
      R"(
CREATE TABLE erasures_asked(id BLOB PRIMARY KEY, body BLOB) WITHOUT ROWID;)",
      "CREATE TABLE insight_keys(insight INTEGER PRIMARY KEY, key BLOB);",
      // Entries by the page; MoveRows takes over those of `log`, `personal`.
      R"(
CREATE TABLE log_blocks(last INTEGER PRIMARY KEY, first INTEGER, kind INTEGER,
  lane INTEGER, bodies BLOB, parts BLOB);
CREATE INDEX blocks_urgent ON log_blocks(last) WHERE kind=1 AND lane=0;
CREATE INDEX blocks_readings ON log_blocks(last) WHERE kind=2;
CREATE INDEX blocks_configurations ON log_blocks(last) WHERE kind=5;)"};
  return *migrations;
}

// What goes is to be gone from the WAL as well.
bool Forgets(const LogAppend& append) {
  return !append.erasures.empty() ||
         std::any_of(append.settled.begin(), append.settled.end(),
                     [](const SettledToken& one) { return !one.keeps_record; });
}

}  // namespace

Log::Log(std::unique_ptr<store::Database> database)
    : database_(std::move(database)) {}

absl::Status Log::LoadMeta(os::Random* random) {
  if (random != nullptr) {
    std::string fresh;
    os::AppendU64(fresh, random->NonZero());
    store::Statement make = database_->Prepare(
        "INSERT INTO meta VALUES('generation', ?1) ON CONFLICT DO NOTHING");
    absl::Status status = make.BindBlob(1, fresh).Run();
    if (!status.ok()) return status;
  }
  store::Statement ask =
      database_->Prepare("SELECT value FROM meta WHERE key='generation'");
  const auto row = ask.Step();
  if (!row.ok()) return row.status();
  const std::string bytes = *row ? ask.Blob(0) : "";
  if (bytes.size() == sizeof(generation_)) {
    std::memcpy(&generation_, bytes.data(), sizeof(generation_));
  }
  return absl::OkStatus();
}

absl::StatusOr<std::unique_ptr<Log>> Log::Open(const std::string& path,
                                               os::Random& random,
                                               Checkpoints checkpoints) {
  store::OpenOptions options;
  options.cache_kib = 8192;
  options.page_bytes = 8192;
  options.auto_checkpoint_pages =
      checkpoints == Checkpoints::kBeside ? 0 : kCheckpointPages;
  auto database = store::Database::Open(path, Migrations(), options);
  if (!database.ok()) return database.status();
  std::unique_ptr<Log> log(new Log(*std::move(database)));
  absl::Status status = log->LoadMeta(&random);
  if (!status.ok()) return status;
  status = MoveRows(*log->database_);
  if (!status.ok()) return status;
  const auto end = log->End();
  if (!end.ok()) return end.status();
  log->end_ = *end;
  auto head = log->ChainHead();
  if (!head.ok()) return head.status();
  log->chain_head_ = *std::move(head);
  store::Database& db = *log->database_;
  if (checkpoints == Checkpoints::kBeside) {
    auto beside = store::Database::Open(path, Migrations(), options);
    if (!beside.ok()) return beside.status();
    log->checkpointer_ = std::make_unique<store::Checkpointer>(
        *std::move(beside),
        store::Checkpointer::Pace{.wake_pages = kCheckpointPages,
                                  .most_pages = kMostWalPages});
  }
  log->insert_ = db.Prepare("INSERT INTO log_blocks VALUES(?1,?2,?3,?4,?5,?6)");
  log->put_watermark_ =
      db.Prepare("INSERT OR REPLACE INTO watermarks VALUES(?1,?2,?3,?4,?5)");
  log->insert_dead_letter_ = db.Prepare(
      "INSERT INTO dead_letters(agent,lane,code,text,record,at,state) "
      "VALUES(?1,?2,?3,?4,?5,?6,'kept')");
  log->insert_group_ = db.Prepare("INSERT INTO commit_groups VALUES(?1,?2,?3)");
  return log;
}

absl::StatusOr<std::unique_ptr<Log>> Log::OpenForReading(
    const std::string& path) {
  store::OpenOptions options;
  options.read_only = true;
  auto database = store::Database::Open(path, Migrations(), options);
  if (!database.ok()) return database.status();
  std::unique_ptr<Log> log(new Log(*std::move(database)));
  absl::Status status = log->LoadMeta(nullptr);
  if (!status.ok()) return status;
  return log;
}

absl::Status Log::InsertBlocks() {
  for (const BlockBuilder::Block& block : builder_.Blocks()) {
    absl::Status status = InsertBlock(*insert_, block);
    if (!status.ok()) return status;
  }
  return absl::OkStatus();
}

// Takes personal parts out, and changes whose they were: each block that has
// some of them is written once.
absl::Status Log::ChangeParts(const std::vector<LogAppend>& appends) {
  std::set<uint64_t> erased;
  std::map<uint64_t, SettledToken> settled;
  std::set<uint64_t> positions;
  for (const LogAppend& append : appends) {
    erased.insert(append.erasures.begin(), append.erasures.end());
    for (const SettledToken& one : append.settled) {
      // What one of several takes away stays away.
      const auto known = settled.try_emplace(one.position, one).first;
      known->second.left = one.left;
      known->second.keeps_record =
          known->second.keeps_record && one.keeps_record;
      positions.insert(one.position);
    }
  }
  positions.insert(erased.begin(), erased.end());
  const auto change = [&](uint64_t position, EntryParts& parts) {
    if (erased.contains(position)) parts.personal.reset();
    const auto token = settled.find(position);
    if (token == settled.end()) return;
    parts.agent = token->second.left;
    if (!token->second.keeps_record) parts.record = {};
  };
  for (auto at = positions.begin(); at != positions.end();) {
    store::Statement find = database_->Prepare(
        "SELECT last, first, parts FROM log_blocks WHERE last>=?1 "
        "ORDER BY last LIMIT 1");
    const auto there = find.Bind(1, *at).Step();
    if (!there.ok()) return there.status();
    if (!*there) break;
    const uint64_t last = find.Unsigned(0);
    const uint64_t first = find.Unsigned(1);
    at = positions.upper_bound(last);
    if (find.View(2).empty()) continue;  // nothing stands beside them
    const auto changed = ChangedParts(first, find.View(2), change);
    if (!changed.ok()) return changed.status();
    find.Reset();
    store::Statement put =
        database_->Prepare("UPDATE log_blocks SET parts=?2 WHERE last=?1");
    absl::Status status = put.Bind(1, last).BindBlobInPlace(2, *changed).Run();
    if (!status.ok()) return status;
  }
  return absl::OkStatus();
}

// What told anonymous reporters apart.
absl::Status Log::ChangeInsightKeys(const LogAppend& append) {
  for (const InsightKey& one : append.insight_keys) {
    store::Statement change = database_->Prepare(
        one.key.empty() ? "DELETE FROM insight_keys WHERE insight=?1"
                        : "INSERT INTO insight_keys VALUES(?1,?2) "
                          "ON CONFLICT DO NOTHING");
    change.Bind(1, one.insight);
    if (!one.key.empty()) change.BindBlobInPlace(2, one.key);
    absl::Status status = change.Run();
    if (!status.ok()) return status;
  }
  return absl::OkStatus();
}

// What an append says about rows that are there already.
absl::Status Log::Settle(const LogAppend& append) {
  const auto each = [&](const std::vector<uint64_t>& ids,
                        const char* sql) -> absl::Status {
    for (const uint64_t id : ids) {
      store::Statement statement = database_->Prepare(sql);
      absl::Status status = statement.Bind(1, id).Run();
      if (!status.ok()) return status;
    }
    return absl::OkStatus();
  };
  absl::Status status = ChangeInsightKeys(append);
  // What it said is in the log now.
  if (status.ok()) {
    status = each(append.replayed,
                  "UPDATE dead_letters SET state='replayed', record=x'' "
                  "WHERE id=?1");
  }
  if (status.ok()) {
    status =
        each(append.kept, "UPDATE dead_letters SET state='kept' WHERE id=?1");
  }
  for (const std::string& id : append.erasures_settled) {
    if (!status.ok()) return status;
    store::Statement settle =
        database_->Prepare("DELETE FROM erasures_asked WHERE id=?1");
    status = settle.BindBlob(1, id).Run();
  }
  if (status.ok() && append.dead_letters_cap > 0) {
    status = each({append.dead_letters_cap},
                  "DELETE FROM dead_letters WHERE id <= "
                  "(SELECT MAX(id) FROM dead_letters) - ?1");
  }
  return status;
}

absl::StatusOr<uint64_t> Log::Append(const std::vector<LogAppend>& appends) {
  auto transaction = database_->Begin();
  if (!transaction.ok()) return transaction.status();
  const uint64_t first = end_ + 1;
  builder_.Begin(first, chain_head_);
  std::map<std::tuple<std::string_view, uint64_t, uint32_t>, const Watermark*>
      marks;
  absl::Status status;
  for (const LogAppend& append : appends) {
    builder_.Add(append.entries);
    // Of one lane's several the last says it all.
    for (const Watermark& mark : append.watermarks) {
      marks[{mark.agent, mark.epoch, mark.lane}] = &mark;
    }
    for (const DeadLetter& letter : append.dead_letters) {
      status = insert_dead_letter_->BindText(1, letter.agent)
                   .Bind(2, letter.lane)
                   .BindText(3, letter.code)
                   .BindText(4, letter.text)
                   .BindBlob(5, letter.record)
                   .Bind(6, letter.at)
                   .Run();
      if (!status.ok()) return status;
    }
    status = Settle(append);
    if (!status.ok()) return status;
  }
  for (const auto& [lane, mark] : marks) {
    status = put_watermark_->BindTextInPlace(1, mark->agent)
                 .Bind(2, mark->epoch)
                 .Bind(3, mark->lane)
                 .Bind(4, mark->seq)
                 .BindBlobInPlace(5, mark->hash)
                 .Run();
    if (!status.ok()) return status;
  }
  const uint64_t last = builder_.next() - 1;
  std::string head = chain_head_;
  if (last >= first) {
    head = os::Sha256(builder_.chained());
    status = InsertBlocks();
    if (!status.ok()) return status;
    status =
        insert_group_->Bind(1, last).Bind(2, first).BindBlob(3, head).Run();
    if (!status.ok()) return status;
  }
  status = ChangeParts(appends);
  if (!status.ok()) return status;
  status = transaction->Commit();
  if (!status.ok()) return status;
  end_ = last;
  chain_head_ = std::move(head);
  truncate_due_ =
      truncate_due_ || std::any_of(appends.begin(), appends.end(), Forgets);
  if (!truncate_due_) {
    if (checkpointer_ != nullptr) checkpointer_->Committed(*database_);
  } else if (database_->Checkpoint(/*truncate=*/true).ok()) {
    truncate_due_ = false;
  }
  return first;
}

absl::Status Log::RequestReplay(const std::string& path, uint64_t id) {
  auto database = store::Database::Open(path, Migrations());
  if (!database.ok()) return database.status();
  store::Statement update = (*database)->Prepare(
      "UPDATE dead_letters SET state='replay' WHERE id=?1 AND state='kept'");
  absl::Status status = update.Bind(1, id).Run();
  if (status.ok() && (*database)->Changes() == 0) {
    return absl::NotFoundError(
        "no dead letter that is still kept has this number; see "
        "'earshot-router dead-letters list'");
  }
  return status;
}

absl::Status Log::AskErasures(const std::string& path,
                              const std::vector<v1::ErasureRecord>& erasures,
                              const std::vector<uint64_t>& dead_letters) {
  auto database = store::Database::Open(path, Migrations());
  if (!database.ok()) return database.status();
  auto transaction = (*database)->Begin();
  if (!transaction.ok()) return transaction.status();
  store::Statement ask =
      (*database)->Prepare("INSERT INTO erasures_asked VALUES(?1,?2)");
  for (const v1::ErasureRecord& erasure : erasures) {
    absl::Status status = ask.BindBlob(1, erasure.id())
                              .BindBlob(2, erasure.SerializeAsString())
                              .Run();
    if (!status.ok()) return status;
  }
  store::Statement drop =
      (*database)->Prepare("DELETE FROM dead_letters WHERE id=?1");
  for (const uint64_t id : dead_letters) {
    absl::Status status = drop.Bind(1, id).Run();
    if (!status.ok()) return status;
  }
  return transaction->Commit();
}

}  // namespace earshot::router
