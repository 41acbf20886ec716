#include "dashboard_feed/outbox/alerts.h"

#include <utility>

namespace earshot::feed {

const char* Alerts::Migration() {
  return "CREATE TABLE alerts_mark(one INTEGER PRIMARY KEY CHECK(one=1),"
         " begun INTEGER NOT NULL, generation INTEGER NOT NULL,"
         " next INTEGER NOT NULL, missed INTEGER NOT NULL);"
         "INSERT INTO alerts_mark VALUES(1,0,0,0,0);"
         "CREATE TABLE alerts_told(id INTEGER PRIMARY KEY AUTOINCREMENT,"
         " observation BLOB NOT NULL UNIQUE);"
         "CREATE TABLE alerts_held(id INTEGER PRIMARY KEY AUTOINCREMENT,"
         " subscription TEXT NOT NULL, body BLOB NOT NULL);"
         "CREATE INDEX alerts_held_by_subscription ON"
         " alerts_held(subscription, id);";
}

absl::StatusOr<Alerts::Mark> Alerts::ReadMark() {
  store::Statement read = database_.Prepare(
      "SELECT begun, generation, next, missed FROM alerts_mark");
  const auto row = read.Step();
  if (!row.ok()) return row.status();
  if (!*row) return Mark();
  return Mark{read.Int(0) != 0, read.Unsigned(1), read.Unsigned(2),
              read.Unsigned(3)};
}

absl::Status Alerts::PutMark(const Mark& mark) {
  store::Statement put = database_.Prepare(
      "UPDATE alerts_mark SET begun=?1, generation=?2, next=?3, missed=?4");
  return put.Bind(1, mark.begun ? 1 : 0)
      .Bind(2, mark.generation)
      .Bind(3, mark.next)
      .Bind(4, mark.missed)
      .Run();
}

absl::StatusOr<bool> Alerts::Told(std::string_view observation) {
  store::Statement read =
      database_.Prepare("SELECT 1 FROM alerts_told WHERE observation=?1");
  read.BindBlob(1, observation);
  return read.Step();
}

absl::Status Alerts::PutTold(std::string_view observation) {
  store::Statement put = database_.Prepare(
      "INSERT OR IGNORE INTO alerts_told(observation) VALUES(?1)");
  absl::Status status = put.BindBlob(1, observation).Run();
  if (!status.ok()) return status;
  store::Statement trim = database_.Prepare(
      "DELETE FROM alerts_told WHERE id<="
      "(SELECT max(id) FROM alerts_told)-?1");
  return trim.Bind(1, kToldKept).Run();
}

absl::StatusOr<uint64_t> Alerts::Hold(const std::string& subscription,
                                      const std::string& body) {
  store::Statement put = database_.Prepare(
      "INSERT INTO alerts_held(subscription, body) VALUES(?1,?2)");
  absl::Status status = put.BindText(1, subscription).BindBlob(2, body).Run();
  if (!status.ok()) return status;
  store::Statement trim = database_.Prepare(
      "DELETE FROM alerts_held WHERE subscription=?1 AND id<=(SELECT id FROM"
      " alerts_held WHERE subscription=?1 ORDER BY id DESC LIMIT 1 OFFSET ?2)");
  status = trim.BindText(1, subscription).Bind(2, kHeldKept).Run();
  if (!status.ok()) return status;
  return static_cast<uint64_t>(database_.Changes());
}

absl::StatusOr<std::vector<Alerts::Held>> Alerts::HeldFor(
    const std::string& subscription) {
  store::Statement read = database_.Prepare(
      "SELECT id, body FROM alerts_held WHERE subscription=?1 ORDER BY id");
  read.BindText(1, subscription);
  std::vector<Held> held;
  absl::StatusOr<bool> row = false;
  while ((row = read.Step()).ok() && *row) {
    held.push_back({read.Unsigned(0), subscription, read.Blob(1)});
  }
  if (!row.ok()) return row.status();
  return held;
}

absl::StatusOr<std::vector<std::string>> Alerts::Holding() {
  store::Statement read =
      database_.Prepare("SELECT DISTINCT subscription FROM alerts_held");
  std::vector<std::string> names;
  absl::StatusOr<bool> row = false;
  while ((row = read.Step()).ok() && *row) names.push_back(read.Text(0));
  if (!row.ok()) return row.status();
  return names;
}

absl::Status Alerts::LetGo(const std::string& subscription, uint64_t id) {
  store::Statement drop = database_.Prepare(
      "DELETE FROM alerts_held WHERE subscription=?1 AND id<=?2");
  return drop.BindText(1, subscription).Bind(2, id).Run();
}

}  // namespace earshot::feed
