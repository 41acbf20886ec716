#include "dashboard_feed/outbox/alerts.h"

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
  store::Statement read = database().Prepare(
      "SELECT begun, generation, next, missed FROM alerts_mark");
  const auto row = read.Step();
  if (!row.ok()) return row.status();
  if (!*row) return Mark();
  return Mark{read.Int(0) != 0, read.Unsigned(1), read.Unsigned(2),
              read.Unsigned(3)};
}

absl::Status Alerts::PutMark(const Mark& mark) {
  store::Statement put = database().Prepare(
      "UPDATE alerts_mark SET begun=?1, generation=?2, next=?3, missed=?4");
  return put.Bind(1, mark.begun ? 1 : 0)
      .Bind(2, mark.generation)
      .Bind(3, mark.next)
      .Bind(4, mark.missed)
      .Run();
}

}  // namespace earshot::feed
