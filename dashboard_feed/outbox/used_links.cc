#include "dashboard_feed/outbox/used_links.h"

#include "base/os/sha256.h"

namespace earshot::feed {

const char* UsedLinks::Migration() {
  return "CREATE TABLE link_key(one INTEGER PRIMARY KEY CHECK(one=1),"
         " key BLOB NOT NULL);"
         "CREATE TABLE used_links(token BLOB PRIMARY KEY,"
         " expires INTEGER NOT NULL) WITHOUT ROWID;"
         "CREATE INDEX used_links_by_time ON used_links(expires);";
}

absl::StatusOr<std::string> UsedLinks::Key(size_t size, os::Random& random) {
  store::Statement put = database_.Prepare(
      "INSERT OR IGNORE INTO link_key(one, key) VALUES(1,?1)");
  absl::Status status = put.BindBlob(1, random.Bytes(size)).Run();
  if (!status.ok()) return status;
  store::Statement read = database_.Prepare("SELECT key FROM link_key");
  const auto row = read.Step();
  if (!row.ok()) return row.status();
  if (!*row || read.Blob(0).size() != size) {
    return absl::DataLossError("the key that seals links is damaged");
  }
  return read.Blob(0);
}

absl::StatusOr<bool> UsedLinks::Used(std::string_view token) {
  store::Statement read =
      database_.Prepare("SELECT 1 FROM used_links WHERE token=?1");
  read.BindBlob(1, os::Sha256(token));
  return read.Step();
}

absl::Status UsedLinks::Use(std::string_view token, absl::Time expires,
                            absl::Time now) {
  auto transaction = database_.Begin();
  if (!transaction.ok()) return transaction.status();
  store::Statement gone =
      database_.Prepare("DELETE FROM used_links WHERE expires<=?1");
  absl::Status status = gone.Bind(1, absl::ToUnixMillis(now)).Run();
  if (!status.ok()) return status;
  store::Statement put = database_.Prepare(
      "INSERT OR IGNORE INTO used_links(token, expires) VALUES(?1,?2)");
  status = put.BindBlob(1, os::Sha256(token))
               .Bind(2, absl::ToUnixMillis(expires))
               .Run();
  if (!status.ok()) return status;
  return transaction->Commit();
}

}  // namespace earshot::feed
