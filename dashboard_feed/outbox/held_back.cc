#include "dashboard_feed/outbox/held_back.h"

#include <utility>

namespace earshot::feed {

const char* EscalationsMigration() {
  return "ALTER TABLE alerts_told RENAME COLUMN observation TO what;"
         "CREATE TABLE escalations_told(id INTEGER PRIMARY KEY AUTOINCREMENT,"
         " what BLOB NOT NULL UNIQUE);"
         "CREATE TABLE escalations_held(id INTEGER PRIMARY KEY AUTOINCREMENT,"
         " subscription TEXT NOT NULL, body BLOB NOT NULL,"
         " UNIQUE(subscription, body));"
         "CREATE INDEX escalations_held_by_subscription ON"
         " escalations_held(subscription, id);";
}

store::Statement HeldBack::Prepare(std::string sql) {
  for (size_t at = sql.find('%'); at != std::string::npos;
       at = sql.find('%', at + sort_.size())) {
    sql.replace(at, 1, sort_);
  }
  return database_.Prepare(sql);
}

absl::StatusOr<bool> HeldBack::Told(std::string_view what) {
  store::Statement read = Prepare("SELECT 1 FROM %_told WHERE what=?1");
  read.BindBlob(1, what);
  return read.Step();
}

absl::Status HeldBack::PutTold(std::string_view what) {
  store::Statement put =
      Prepare("INSERT OR IGNORE INTO %_told(what) VALUES(?1)");
  absl::Status status = put.BindBlob(1, what).Run();
  if (!status.ok()) return status;
  store::Statement trim =
      Prepare("DELETE FROM %_told WHERE id<=(SELECT max(id) FROM %_told)-?1");
  return trim.Bind(1, kToldKept).Run();
}

absl::StatusOr<uint64_t> HeldBack::Hold(const Held& held) {
  store::Statement put =
      Prepare("INSERT OR IGNORE INTO %_held(subscription, body) VALUES(?1,?2)");
  absl::Status status =
      put.BindText(1, held.subscription).BindBlob(2, held.body).Run();
  if (!status.ok()) return status;
  store::Statement trim = Prepare(
      "DELETE FROM %_held WHERE subscription=?1 AND id<=(SELECT id FROM"
      " %_held WHERE subscription=?1 ORDER BY id DESC LIMIT 1 OFFSET ?2)");
  status = trim.BindText(1, held.subscription).Bind(2, kHeldKept).Run();
  if (!status.ok()) return status;
  return static_cast<uint64_t>(database_.Changes());
}

absl::StatusOr<std::vector<HeldBack::Held>> HeldBack::HeldFor(
    const std::string& subscription) {
  store::Statement read =
      Prepare("SELECT id, body FROM %_held WHERE subscription=?1 ORDER BY id");
  read.BindText(1, subscription);
  std::vector<Held> held;
  absl::StatusOr<bool> row = false;
  while ((row = read.Step()).ok() && *row) {
    held.push_back({read.Unsigned(0), subscription, read.Blob(1)});
  }
  if (!row.ok()) return row.status();
  return held;
}

absl::StatusOr<std::vector<std::string>> HeldBack::Holding() {
  store::Statement read = Prepare("SELECT DISTINCT subscription FROM %_held");
  std::vector<std::string> names;
  absl::StatusOr<bool> row = false;
  while ((row = read.Step()).ok() && *row) names.push_back(read.Text(0));
  if (!row.ok()) return row.status();
  return names;
}

absl::Status HeldBack::LetGo(const std::string& subscription, uint64_t id) {
  store::Statement drop =
      Prepare("DELETE FROM %_held WHERE subscription=?1 AND id<=?2");
  return drop.BindText(1, subscription).Bind(2, id).Run();
}

}  // namespace earshot::feed
