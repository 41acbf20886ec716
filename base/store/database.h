#ifndef EARSHOT_BASE_STORE_DATABASE_H_
#define EARSHOT_BASE_STORE_DATABASE_H_

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"

struct sqlite3;
struct sqlite3_stmt;

// A thin, typed cover over one SQLite connection. WAL, synchronous=FULL,
// secure_delete on: a COMMIT that returned OK is durable. One thread at a
// time for each Database; open a second one for another thread.
namespace earshot::store {

struct OpenOptions {
  bool read_only = false;
  // Page cache, KiB. Larger costs memory for the life of the connection.
  int cache_kib = 2048;
  // Wait this long for another process's write lock.
  int busy_ms = 5000;
  // Bytes of a page of a new file. Larger means fewer writes for a large
  // commit and more for a small one.
  int page_bytes = 4096;
  // Pages of WAL before a commit also checkpoints; 0: only Checkpoint() does.
  int auto_checkpoint_pages = 1000;
  // False trades durability of the last commits at a power cut for speed;
  // for what can be made again from a log. Never corrupts.
  bool full_sync = true;
};

struct StatementCache;

// A prepared statement. Parameters count from 1, columns from 0. Values are
// those of the current row and die with the next Step().
class Statement {
 public:
  Statement(Statement&& other) noexcept;
  Statement& operator=(Statement&& other) noexcept;
  ~Statement();

  Statement& Bind(int index, int64_t value);
  Statement& Bind(int index, uint64_t value) {
    return Bind(index, static_cast<int64_t>(value));
  }
  Statement& Bind(int index, int value) {
    return Bind(index, static_cast<int64_t>(value));
  }
  Statement& Bind(int index, uint32_t value) {
    return Bind(index, static_cast<int64_t>(value));
  }
  Statement& BindText(int index, std::string_view text);
  Statement& BindBlob(int index, std::string_view bytes);
  // Not copied: the bytes must stay as they are until the statement was run or
  // reset.
  Statement& BindBlobInPlace(int index, std::string_view bytes);
  Statement& BindTextInPlace(int index, std::string_view text);
  Statement& BindNull(int index);

  // True: a row is there. False: done. Resets itself when done or failed.
  absl::StatusOr<bool> Step();
  // For statements that give no rows.
  absl::Status Run();
  void Reset();

  int64_t Int(int column) const;
  uint64_t Unsigned(int column) const {
    return static_cast<uint64_t>(Int(column));
  }
  std::string Text(int column) const;
  std::string Blob(int column) const { return Text(column); }
  // Not copied: of the current row only.
  std::string_view View(int column) const;
  bool IsNull(int column) const;

 private:
  friend class Database;
  Statement(sqlite3* database, std::shared_ptr<StatementCache> cache,
            sqlite3_stmt* statement)
      : database_(database), cache_(std::move(cache)), statement_(statement) {}
  bool Ready();    // prepares what could not be prepared before
  bool CanBind();  // false is remembered until the next Step
  sqlite3* database_;
  std::shared_ptr<StatementCache> cache_;
  sqlite3_stmt* statement_;
  std::string unprepared_;  // the text, while there is no statement
  bool unbound_ = false;    // a value was bound to no statement
};

// Rolls back unless Commit() returned OK.
class Transaction;

// Deletes a database that nobody has open, with what belongs to it.
void RemoveDatabase(const std::string& path);

class Database {
 public:
  // Makes the file (mode 0600) unless read_only. `migrations` are applied in
  // order from PRAGMA user_version on, each in one transaction; a file with a
  // newer version than we know is FailedPrecondition.
  static absl::StatusOr<std::unique_ptr<Database>> Open(
      const std::string& path, const std::vector<std::string>& migrations,
      const OpenOptions& options = {});
  ~Database();
  Database(const Database&) = delete;
  Database& operator=(const Database&) = delete;

  // Statements that were let go of and cost nothing to have again.
  static constexpr size_t kStatementsKept = 32;
  // A wrong statement is a bug of ours: aborts with SQLite's words. When the
  // file cannot be read the statement fails at its first Step.
  Statement Prepare(std::string_view sql);
  absl::StatusOr<Statement> TryPrepare(std::string_view sql);
  absl::Status Execute(const std::string& sql);

  // Pages in the WAL after the last commit; only without auto_checkpoint_pages.
  int wal_pages() const { return wal_pages_; }

  // Rows that the last statement changed.
  int64_t Changes() const;
  int64_t LastRowId() const;

  // Begins a write transaction at once (BEGIN IMMEDIATE).
  absl::StatusOr<Transaction> Begin();

  // Moves the WAL into the file without waiting for readers; `truncate`
  // empties it as well.
  absl::Status Checkpoint(bool truncate);

  // Changes when another connection has committed.
  int64_t DataVersion();

  const std::string& path() const { return path_; }

 private:
  Database(std::string path, sqlite3* database);
  absl::Status CheckVersion(size_t known);
  absl::Status Migrate(const std::vector<std::string>& migrations);
  absl::StatusOr<int64_t> UserVersion();
  const std::string path_;
  sqlite3* database_;
  std::shared_ptr<StatementCache> cache_;
  std::optional<Statement> data_version_;
  int wal_pages_ = 0;
};

class Transaction {
 public:
  Transaction(Transaction&& other) noexcept;
  Transaction& operator=(Transaction&&) = delete;
  ~Transaction();
  // On failure nothing of it is in the file.
  absl::Status Commit();

 private:
  friend class Database;
  explicit Transaction(Database& database) : database_(&database) {}
  Database* database_;
};

}  // namespace earshot::store

#endif  // EARSHOT_BASE_STORE_DATABASE_H_
