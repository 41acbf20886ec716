#include "dashboard_feed/sign_in/sign_ins.h"

#include <fmt/format.h>

#include <utility>

#include "absl/strings/escaping.h"
#include "base/os/sha256.h"

namespace earshot::feed {
namespace {

constexpr size_t kSecretBytes = 32;
constexpr size_t kLongestSecret = 100;
constexpr char kTokenPrefix[] = "earshot_";

const std::vector<std::string>& Migrations() {
  static const std::vector<std::string> kMigrations{
      "CREATE TABLE passwords(leader TEXT PRIMARY KEY, hash TEXT NOT NULL,"
      " changed INTEGER NOT NULL) WITHOUT ROWID;"
      "CREATE TABLE tokens(hash BLOB PRIMARY KEY, leader TEXT NOT NULL,"
      " made INTEGER NOT NULL) WITHOUT ROWID;"
      "CREATE INDEX tokens_by_leader ON tokens(leader);"
      "CREATE TABLE sessions(hash BLOB PRIMARY KEY, leader TEXT NOT NULL,"
      " made INTEGER NOT NULL, seen INTEGER NOT NULL) WITHOUT ROWID;"
      "CREATE INDEX sessions_by_leader ON sessions(leader, made);"};
  return kMigrations;
}

std::string NewSecret(os::Random& random) {
  return absl::WebSafeBase64Escape(random.Bytes(kSecretBytes));
}

}  // namespace

absl::StatusOr<std::unique_ptr<SignIns>> SignIns::Open(
    const std::string& path) {
  auto database = store::Database::Open(path, Migrations());
  if (!database.ok()) return database.status();
  return std::unique_ptr<SignIns>(new SignIns(*std::move(database)));
}

absl::StatusOr<std::string> SignIns::PasswordOf(std::string_view leader) {
  store::Statement read =
      database_->Prepare("SELECT hash FROM passwords WHERE leader=?1");
  const auto row = read.BindText(1, leader).Step();
  if (!row.ok()) return row.status();
  return *row ? read.Text(0) : std::string();
}

absl::Status SignIns::SetPassword(std::string_view leader,
                                  std::string_view hash, absl::Time now) {
  auto transaction = database_->Begin();
  if (!transaction.ok()) return transaction.status();
  store::Statement put = database_->Prepare(
      "INSERT OR REPLACE INTO passwords(leader, hash, changed)"
      " VALUES(?1,?2,?3)");
  absl::Status status = put.BindText(1, leader)
                            .BindText(2, hash)
                            .Bind(3, absl::ToUnixMillis(now))
                            .Run();
  if (!status.ok()) return status;
  const auto ended = EndSessions(leader);
  if (!ended.ok()) return ended.status();
  return transaction->Commit();
}

absl::StatusOr<size_t> SignIns::CountTokens(std::string_view leader) {
  store::Statement read =
      database_->Prepare("SELECT count(*) FROM tokens WHERE leader=?1");
  const auto row = read.BindText(1, leader).Step();
  if (!row.ok()) return row.status();
  return static_cast<size_t>(read.Unsigned(0));
}

absl::StatusOr<std::string> SignIns::MakeToken(std::string_view leader,
                                               os::Random& random,
                                               absl::Time now) {
  const auto count = CountTokens(leader);
  if (!count.ok()) return count.status();
  if (*count >= kMostTokens) {
    return absl::ResourceExhaustedError(
        fmt::format("'{0}' has {1} tokens, which is the most; 'earshot-feed "
                    "token {0} --revoke' ends them all",
                    leader, *count));
  }
  std::string token = kTokenPrefix + NewSecret(random);
  store::Statement put = database_->Prepare(
      "INSERT INTO tokens(hash, leader, made) VALUES(?1,?2,?3)");
  absl::Status status = put.BindBlob(1, os::Sha256(token))
                            .BindText(2, leader)
                            .Bind(3, absl::ToUnixMillis(now))
                            .Run();
  if (!status.ok()) return status;
  return token;
}

absl::StatusOr<size_t> SignIns::RevokeTokens(std::string_view leader) {
  store::Statement gone =
      database_->Prepare("DELETE FROM tokens WHERE leader=?1");
  absl::Status status = gone.BindText(1, leader).Run();
  if (!status.ok()) return status;
  return static_cast<size_t>(database_->Changes());
}

absl::StatusOr<std::string> SignIns::LeaderOfToken(std::string_view token) {
  if (token.empty() || token.size() > kLongestSecret) return std::string();
  store::Statement read =
      database_->Prepare("SELECT leader FROM tokens WHERE hash=?1");
  const auto row = read.BindBlob(1, os::Sha256(token)).Step();
  if (!row.ok()) return row.status();
  return *row ? read.Text(0) : std::string();
}

// Those that are over go, and of the leader's so many that one more fits.
absl::Status SignIns::MakeRoom(std::string_view leader, absl::Time now) {
  store::Statement over =
      database_->Prepare("DELETE FROM sessions WHERE made<=?1 OR seen<=?2");
  absl::Status status = over.Bind(1, absl::ToUnixMillis(now - kLongest))
                            .Bind(2, absl::ToUnixMillis(now - kIdle))
                            .Run();
  if (!status.ok()) return status;
  store::Statement oldest = database_->Prepare(
      "DELETE FROM sessions WHERE hash IN (SELECT hash FROM sessions"
      " WHERE leader=?1 ORDER BY made DESC, hash LIMIT -1 OFFSET ?2)");
  return oldest.BindText(1, leader)
      .Bind(2, static_cast<int64_t>(kMostSessions - 1))
      .Run();
}

absl::StatusOr<std::string> SignIns::BeginSession(std::string_view leader,
                                                  os::Random& random,
                                                  absl::Time now) {
  auto transaction = database_->Begin();
  if (!transaction.ok()) return transaction.status();
  absl::Status status = MakeRoom(leader, now);
  if (!status.ok()) return status;
  std::string secret = NewSecret(random);
  store::Statement put = database_->Prepare(
      "INSERT INTO sessions(hash, leader, made, seen) VALUES(?1,?2,?3,?3)");
  status = put.BindBlob(1, os::Sha256(secret))
               .BindText(2, leader)
               .Bind(3, absl::ToUnixMillis(now))
               .Run();
  if (status.ok()) status = transaction->Commit();
  if (!status.ok()) return status;
  return secret;
}

absl::StatusOr<std::string> SignIns::LeaderOfSession(std::string_view secret,
                                                     absl::Time now) {
  return LeaderOf(secret, now, /*note=*/true);
}

absl::StatusOr<std::string> SignIns::LeaderListening(std::string_view secret,
                                                     absl::Time now) {
  return LeaderOf(secret, now, /*note=*/false);
}

absl::StatusOr<std::string> SignIns::LeaderOf(std::string_view secret,
                                              absl::Time now, bool note) {
  if (secret.empty() || secret.size() > kLongestSecret) return std::string();
  const std::string hash = os::Sha256(secret);
  store::Statement read = database_->Prepare(
      "SELECT leader, made, seen FROM sessions WHERE hash=?1");
  const auto row = read.BindBlob(1, hash).Step();
  if (!row.ok()) return row.status();
  if (!*row) return std::string();
  std::string leader = read.Text(0);
  const absl::Time made = absl::FromUnixMillis(read.Int(1));
  const absl::Time seen = absl::FromUnixMillis(read.Int(2));
  read.Reset();
  if (now - made >= kLongest || now - seen >= kIdle) return std::string();
  if (!note || now - seen < kNoted) return leader;
  store::Statement put =
      database_->Prepare("UPDATE sessions SET seen=?2 WHERE hash=?1");
  absl::Status status =
      put.BindBlob(1, hash).Bind(2, absl::ToUnixMillis(now)).Run();
  if (!status.ok()) return status;
  return leader;
}

absl::Status SignIns::EndSession(std::string_view secret) {
  store::Statement gone =
      database_->Prepare("DELETE FROM sessions WHERE hash=?1");
  return gone.BindBlob(1, os::Sha256(secret)).Run();
}

absl::StatusOr<size_t> SignIns::EndSessions(std::string_view leader) {
  store::Statement gone =
      database_->Prepare("DELETE FROM sessions WHERE leader=?1");
  absl::Status status = gone.BindText(1, leader).Run();
  if (!status.ok()) return status;
  return static_cast<size_t>(database_->Changes());
}

}  // namespace earshot::feed
