#include "dashboard_feed/outbox/escalations.h"

#include "dashboard_feed/outbox/outbox.h"

namespace earshot::feed {

const char* Escalations::Migration() {
  return "CREATE TABLE escalations_told(id INTEGER PRIMARY KEY AUTOINCREMENT,"
         " step BLOB NOT NULL UNIQUE);"
         "CREATE TABLE escalations_held(id INTEGER PRIMARY KEY AUTOINCREMENT,"
         " subscription TEXT NOT NULL, insight INTEGER NOT NULL,"
         " UNIQUE(subscription, insight));"
         "CREATE INDEX escalations_held_by_subscription ON"
         " escalations_held(subscription, id);";
}

absl::StatusOr<bool> Escalations::Told(std::string_view step) {
  store::Statement read =
      database_.Prepare("SELECT 1 FROM escalations_told WHERE step=?1");
  read.BindBlob(1, step);
  return read.Step();
}

absl::Status Escalations::PutTold(std::string_view step) {
  store::Statement put = database_.Prepare(
      "INSERT OR IGNORE INTO escalations_told(step) VALUES(?1)");
  absl::Status status = put.BindBlob(1, step).Run();
  if (!status.ok()) return status;
  store::Statement trim = database_.Prepare(
      "DELETE FROM escalations_told WHERE id<="
      "(SELECT max(id) FROM escalations_told)-?1");
  return trim.Bind(1, kToldKept).Run();
}

absl::StatusOr<uint64_t> Escalations::Hold(const Held& held) {
  store::Statement put = database_.Prepare(
      "INSERT OR IGNORE INTO escalations_held(subscription, insight)"
      " VALUES(?1,?2)");
  absl::Status status =
      put.BindText(1, held.subscription).Bind(2, held.insight).Run();
  if (!status.ok()) return status;
  store::Statement trim = database_.Prepare(
      "DELETE FROM escalations_held WHERE subscription=?1 AND id<=("
      "SELECT id FROM escalations_held WHERE subscription=?1"
      " ORDER BY id DESC LIMIT 1 OFFSET ?2)");
  status = trim.BindText(1, held.subscription).Bind(2, kHeldKept).Run();
  if (!status.ok()) return status;
  return static_cast<uint64_t>(database_.Changes());
}

absl::StatusOr<std::vector<Escalations::Held>> Escalations::HeldFor(
    const std::string& subscription) {
  store::Statement read = database_.Prepare(
      "SELECT id, insight FROM escalations_held WHERE subscription=?1"
      " ORDER BY id");
  read.BindText(1, subscription);
  std::vector<Held> held;
  absl::StatusOr<bool> row = false;
  while ((row = read.Step()).ok() && *row) {
    held.push_back({read.Unsigned(0), subscription, read.Unsigned(1)});
  }
  if (!row.ok()) return row.status();
  return held;
}

absl::StatusOr<std::vector<std::string>> Escalations::Holding() {
  store::Statement read =
      database_.Prepare("SELECT DISTINCT subscription FROM escalations_held");
  std::vector<std::string> names;
  absl::StatusOr<bool> row = false;
  while ((row = read.Step()).ok() && *row) names.push_back(read.Text(0));
  if (!row.ok()) return row.status();
  return names;
}

absl::Status Escalations::LetGo(const std::string& subscription, uint64_t id) {
  store::Statement drop = database_.Prepare(
      "DELETE FROM escalations_held WHERE subscription=?1 AND id<=?2");
  return drop.BindText(1, subscription).Bind(2, id).Run();
}

absl::StatusOr<uint64_t> Outbox::TellEscalations(const Escalating& telling) {
  auto transaction = database_->Begin();
  if (!transaction.ok()) return transaction.status();
  for (const Entry& entry : telling.entries) {
    const auto seq = Enqueue(entry);
    if (!seq.ok()) return seq.status();
    absl::Status status = QueueDeliveries(entry, *seq);
    if (!status.ok()) return status;
  }
  for (const std::string& step : telling.told) {
    absl::Status status = escalations_.PutTold(step);
    if (!status.ok()) return status;
  }
  uint64_t gone = 0;
  for (const Escalations::Held& held : telling.held) {
    const auto made_room = escalations_.Hold(held);
    if (!made_room.ok()) return made_room.status();
    gone += *made_room;
  }
  absl::Status status = transaction->Commit();
  if (!status.ok()) return status;
  return gone;
}

absl::StatusOr<uint64_t> Outbox::LetEscalationsGo(const Entry& entry,
                                                  uint64_t up_to) {
  auto transaction = database_->Begin();
  if (!transaction.ok()) return transaction.status();
  auto seq = Enqueue(entry);
  if (!seq.ok()) return seq.status();
  absl::Status status = QueueDeliveries(entry, *seq);
  if (status.ok()) status = escalations_.LetGo(entry.subscription, up_to);
  if (status.ok()) status = transaction->Commit();
  if (!status.ok()) return status;
  return seq;
}

}  // namespace earshot::feed
