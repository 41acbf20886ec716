#include "router/log/move_rows.h"

#include <cstdint>
#include <string>

#include "router/log/block.h"
#include "router/log/insert_block.h"

namespace earshot::router {
namespace {

constexpr uint64_t kEntriesAtOnce = 20000;

class Mover {
 public:
  explicit Mover(store::Database& database)
      : rows_(database.Prepare(
            "SELECT l.kind, l.lane, l.body, p.salt, p.body, p.agent, p.record "
            "FROM log l LEFT JOIN personal p USING(position) "
            "WHERE l.position BETWEEN ?1 AND ?2 ORDER BY l.position")),
        put_(database.Prepare(
            "INSERT INTO log_blocks VALUES(?1,?2,?3,?4,?5,?6)")) {}

  // Those of one commit group; no block has entries of two.
  absl::Status Move(uint64_t first, uint64_t last) {
    EntryList entries;
    rows_.Bind(1, first).Bind(2, last);
    while (true) {
      const auto row = rows_.Step();
      if (!row.ok()) return row.status();
      if (!*row) break;
      EntryParts parts;
      if (!rows_.IsNull(4)) {
        parts.personal = rows_.View(4);
        parts.salt = rows_.View(3);
      }
      parts.agent = rows_.View(5);
      parts.record = rows_.View(6);
      entries.Add(static_cast<v1::LogKind>(rows_.Int(0)),
                  static_cast<uint32_t>(rows_.Int(1)), rows_.View(2), parts);
    }
    builder_.Begin(first, "");
    builder_.Add(entries);
    for (const BlockBuilder::Block& block : builder_.Blocks()) {
      absl::Status status = InsertBlock(put_, block);
      if (!status.ok()) return status;
    }
    return absl::OkStatus();
  }

 private:
  store::Statement rows_;
  store::Statement put_;
  BlockBuilder builder_;
};

// Whole commit groups from the first that was not moved; false: there is none.
absl::StatusOr<bool> MoveSome(store::Database& database) {
  auto transaction = database.Begin();
  if (!transaction.ok()) return transaction.status();
  store::Statement groups = database.Prepare(
      "SELECT first, last FROM commit_groups WHERE first > "
      "(SELECT COALESCE(MAX(last), 0) FROM log_blocks) ORDER BY last");
  Mover mover(database);
  uint64_t moved = 0;
  while (moved < kEntriesAtOnce) {
    const auto group = groups.Step();
    if (!group.ok()) return group.status();
    if (!*group) break;
    const uint64_t first = groups.Unsigned(0);
    const uint64_t last = groups.Unsigned(1);
    absl::Status status = mover.Move(first, last);
    if (!status.ok()) return status;
    moved += last - first + 1;
  }
  groups.Reset();
  absl::Status status = transaction->Commit();
  if (!status.ok()) return status;
  return moved > 0;
}

}  // namespace

absl::Status MoveRows(store::Database& database) {
  {
    store::Statement ask = database.Prepare(
        "SELECT 1 FROM sqlite_schema WHERE type='table' AND name='log'");
    const auto there = ask.Step();
    if (!there.ok() || !*there) return there.status();
  }
  while (true) {
    const auto more = MoveSome(database);
    if (!more.ok()) return more.status();
    if (!*more) break;
  }
  return database.Execute("BEGIN; DROP TABLE log; DROP TABLE personal; COMMIT");
}

}  // namespace earshot::router
