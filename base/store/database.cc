#include "base/store/database.h"

#include <fmt/format.h>
#include <sqlite3.h>
#include <sys/stat.h>

#include <cstdio>
#include <cstdlib>
#include <deque>
#include <iterator>
#include <utility>

namespace earshot::store {
namespace {

absl::Status Error(sqlite3* database, std::string_view what) {
  const int code = sqlite3_errcode(database);
  const std::string message =
      fmt::format("{}: {}", what, sqlite3_errmsg(database));
  switch (code) {
    case SQLITE_FULL:
      return absl::ResourceExhaustedError(message);
    case SQLITE_BUSY:
    case SQLITE_LOCKED:
      return absl::UnavailableError(message);
    case SQLITE_CORRUPT:
    case SQLITE_NOTADB:
      return absl::DataLossError(message);
    case SQLITE_CONSTRAINT:
      return absl::AlreadyExistsError(message);
    case SQLITE_CANTOPEN:
      return absl::NotFoundError(message);
    case SQLITE_READONLY:
    case SQLITE_PERM:
      return absl::PermissionDeniedError(message);
    default:
      return absl::InternalError(message);
  }
}

}  // namespace

// Statements that nobody uses just now, the latest last. Outlives its database
// for as long as a statement does; closed, it keeps none.
struct StatementCache {
  bool closed = false;
  std::deque<sqlite3_stmt*> idle;

  sqlite3_stmt* Take(std::string_view sql) {
    for (auto at = idle.rbegin(); at != idle.rend(); ++at) {
      if (sqlite3_sql(*at) != sql) continue;
      sqlite3_stmt* const found = *at;
      idle.erase(std::next(at).base());
      return found;
    }
    return nullptr;
  }

  void Give(sqlite3_stmt* statement) {
    if (statement == nullptr) return;
    if (closed) {
      sqlite3_finalize(statement);
      return;
    }
    sqlite3_reset(statement);
    sqlite3_clear_bindings(statement);
    idle.push_back(statement);
    if (idle.size() <= Database::kStatementsKept) return;
    sqlite3_finalize(idle.front());
    idle.pop_front();
  }

  void Close() {
    closed = true;
    for (sqlite3_stmt* const statement : idle) sqlite3_finalize(statement);
    idle.clear();
  }
};

Statement::Statement(Statement&& other) noexcept
    : database_(other.database_),
      cache_(std::move(other.cache_)),
      statement_(std::exchange(other.statement_, nullptr)),
      unprepared_(std::move(other.unprepared_)),
      unbound_(other.unbound_) {}

Statement& Statement::operator=(Statement&& other) noexcept {
  std::swap(database_, other.database_);
  std::swap(cache_, other.cache_);
  std::swap(statement_, other.statement_);
  std::swap(unprepared_, other.unprepared_);
  std::swap(unbound_, other.unbound_);
  return *this;
}

Statement::~Statement() {
  if (cache_ != nullptr) cache_->Give(statement_);
}

bool Statement::Ready() {
  if (statement_ != nullptr) return true;
  return sqlite3_prepare_v3(database_, unprepared_.data(),
                            static_cast<int>(unprepared_.size()),
                            SQLITE_PREPARE_PERSISTENT, &statement_,
                            nullptr) == SQLITE_OK;
}

bool Statement::CanBind() {
  unbound_ = unbound_ || !Ready();
  return !unbound_;
}

Statement& Statement::Bind(int index, int64_t value) {
  if (!CanBind()) return *this;
  sqlite3_bind_int64(statement_, index, value);
  return *this;
}

Statement& Statement::BindText(int index, std::string_view text) {
  if (!CanBind()) return *this;
  sqlite3_bind_text(statement_, index, text.data(),
                    static_cast<int>(text.size()), SQLITE_TRANSIENT);
  return *this;
}

Statement& Statement::BindBlob(int index, std::string_view bytes) {
  if (!CanBind()) return *this;
  sqlite3_bind_blob(statement_, index, bytes.data(),
                    static_cast<int>(bytes.size()), SQLITE_TRANSIENT);
  return *this;
}

Statement& Statement::BindBlobInPlace(int index, std::string_view bytes) {
  if (!CanBind()) return *this;
  // A null pointer would bind NULL.
  const char* const data = bytes.empty() ? "" : bytes.data();
  sqlite3_bind_blob(statement_, index, data, static_cast<int>(bytes.size()),
                    SQLITE_STATIC);
  return *this;
}

Statement& Statement::BindTextInPlace(int index, std::string_view text) {
  if (!CanBind()) return *this;
  const char* const data = text.empty() ? "" : text.data();
  sqlite3_bind_text(statement_, index, data, static_cast<int>(text.size()),
                    SQLITE_STATIC);
  return *this;
}

Statement& Statement::BindNull(int index) {
  if (!CanBind()) return *this;
  sqlite3_bind_null(statement_, index);
  return *this;
}

absl::StatusOr<bool> Statement::Step() {
  if (!Ready()) return Error(database_, unprepared_);
  if (std::exchange(unbound_, false)) {
    Reset();
    return absl::UnavailableError("the database could not be read just now");
  }
  const int code = sqlite3_step(statement_);
  if (code == SQLITE_ROW) return true;
  if (code == SQLITE_DONE) {
    Reset();
    return false;
  }
  absl::Status error = Error(database_, sqlite3_sql(statement_));
  Reset();
  return error;
}

absl::Status Statement::Run() {
  while (true) {
    const absl::StatusOr<bool> row = Step();
    if (!row.ok()) return row.status();
    if (!*row) return absl::OkStatus();
  }
}

void Statement::Reset() {
  if (statement_ == nullptr) return;
  sqlite3_reset(statement_);
  sqlite3_clear_bindings(statement_);
}

int64_t Statement::Int(int column) const {
  return sqlite3_column_int64(statement_, column);
}

std::string_view Statement::View(int column) const {
  const void* bytes = sqlite3_column_blob(statement_, column);
  const int size = sqlite3_column_bytes(statement_, column);
  if (bytes == nullptr) return {};
  return {static_cast<const char*>(bytes), static_cast<size_t>(size)};
}

std::string Statement::Text(int column) const {
  return std::string(View(column));
}

bool Statement::IsNull(int column) const {
  return sqlite3_column_type(statement_, column) == SQLITE_NULL;
}

void RemoveDatabase(const std::string& path) {
  sqlite3_vfs* const files = sqlite3_vfs_find(nullptr);
  for (const char* const ending : {"-wal", "-shm", ""}) {
    files->xDelete(files, (path + ending).c_str(), 1);
  }
}

absl::StatusOr<std::unique_ptr<Database>> Database::Open(
    const std::string& path, const std::vector<std::string>& migrations,
    const OpenOptions& options) {
  // Before SQLite's first use: nobody asks how much memory it has, and counting
  // takes a lock at each allocation.
  static const int uncounted = sqlite3_config(SQLITE_CONFIG_MEMSTATUS, 0);
  static_cast<void>(uncounted);
  sqlite3* raw = nullptr;
  const int flags =
      (options.read_only ? SQLITE_OPEN_READONLY
                         : SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE) |
      SQLITE_OPEN_NOMUTEX;
  const int code = sqlite3_open_v2(path.c_str(), &raw, flags, nullptr);
  std::unique_ptr<Database> database(new Database(path, raw));
  if (code != SQLITE_OK) return Error(raw, fmt::format("open {}", path));
  if (!options.read_only) ::chmod(path.c_str(), 0600);
  sqlite3_busy_timeout(raw, options.busy_ms);
  std::string settings =
      fmt::format("PRAGMA cache_size=-{};", options.cache_kib);
  if (!options.read_only) {
    // Of a new file; an old one keeps its own.
    settings += fmt::format("PRAGMA page_size={};", options.page_bytes);
    settings += fmt::format(
        "PRAGMA journal_mode=WAL;PRAGMA synchronous={};"
        "PRAGMA secure_delete=ON;PRAGMA foreign_keys=ON;"
        "PRAGMA wal_autocheckpoint={};",
        options.full_sync ? "FULL" : "NORMAL", options.auto_checkpoint_pages);
  }
  absl::Status status = database->Execute(settings);
  if (status.ok() && options.auto_checkpoint_pages == 0) {
    sqlite3_wal_hook(
        raw,
        [](void* pages, sqlite3*, const char*, int count) {
          *static_cast<int*>(pages) = count;
          return SQLITE_OK;
        },
        &database->wal_pages_);
  }
  if (status.ok()) {
    status = options.read_only ? database->CheckVersion(migrations.size())
                               : database->Migrate(migrations);
  }
  if (!status.ok()) return status;
  return database;
}

absl::StatusOr<int64_t> Database::UserVersion() {
  Statement ask = Prepare("PRAGMA user_version");
  const auto row = ask.Step();
  if (!row.ok()) return row.status();
  return *row ? ask.Int(0) : 0;
}

// A reader changes nothing, so it must find what it knows.
absl::Status Database::CheckVersion(size_t known) {
  if (known == 0) return absl::OkStatus();  // it does not say
  const auto stored = UserVersion();
  if (!stored.ok()) return stored.status();
  if (*stored == static_cast<int64_t>(known)) return absl::OkStatus();
  return absl::FailedPreconditionError(fmt::format(
      "{} is of another release (format {}, this one knows {}); start the "
      "program that owns it once with this release, or use that release's tool",
      path_, *stored, known));
}

absl::Status Database::Migrate(const std::vector<std::string>& migrations) {
  const auto stored = UserVersion();
  if (!stored.ok()) return stored.status();
  int64_t version = *stored;
  const auto known = static_cast<int64_t>(migrations.size());
  if (version > known) {
    return absl::FailedPreconditionError(fmt::format(
        "{} was written by a newer release (format {}, this one knows {}); "
        "run that release, or restore a backup made before the upgrade",
        path_, version, known));
  }
  for (; version < known; ++version) {
    auto transaction = Begin();
    if (!transaction.ok()) return transaction.status();
    // Another process may have been first.
    const auto current = UserVersion();
    if (!current.ok()) return current.status();
    if (*current > version) continue;
    absl::Status status = Execute(migrations[static_cast<size_t>(version)]);
    if (status.ok()) {
      status = Execute(fmt::format("PRAGMA user_version={}", version + 1));
    }
    if (status.ok()) status = transaction->Commit();
    if (!status.ok()) return status;
  }
  return absl::OkStatus();
}

Database::Database(std::string path, sqlite3* database)
    : path_(std::move(path)),
      database_(database),
      cache_(std::make_shared<StatementCache>()) {}

Database::~Database() {
  data_version_.reset();
  cache_->Close();
  sqlite3_close_v2(database_);
}

absl::StatusOr<Statement> Database::TryPrepare(std::string_view sql) {
  Statement statement(database_, cache_, cache_->Take(sql));
  if (statement.statement_ == nullptr) statement.unprepared_ = sql;
  if (!statement.Ready()) return Error(database_, sql);
  return statement;
}

Statement Database::Prepare(std::string_view sql) {
  auto statement = TryPrepare(sql);
  if (statement.ok()) return *std::move(statement);
  if (sqlite3_errcode(database_) == SQLITE_ERROR) {
    std::fprintf(stderr, "%s: %s\n", path_.c_str(),
                 statement.status().ToString().c_str());
    std::abort();
  }
  // Preparing reads the file, and that may fail.
  Statement later(database_, cache_, nullptr);
  later.unprepared_ = sql;
  return later;
}

absl::Status Database::Execute(const std::string& sql) {
  if (sqlite3_exec(database_, sql.c_str(), nullptr, nullptr, nullptr) !=
      SQLITE_OK) {
    return Error(database_, path_);
  }
  return absl::OkStatus();
}

int64_t Database::Changes() const { return sqlite3_changes(database_); }

int64_t Database::LastRowId() const {
  return sqlite3_last_insert_rowid(database_);
}

absl::StatusOr<Transaction> Database::Begin() {
  absl::Status status = Prepare("BEGIN IMMEDIATE").Run();
  if (!status.ok()) return status;
  return Transaction(*this);
}

absl::Status Database::Checkpoint(bool truncate) {
  const int mode =
      truncate ? SQLITE_CHECKPOINT_TRUNCATE : SQLITE_CHECKPOINT_PASSIVE;
  if (sqlite3_wal_checkpoint_v2(database_, nullptr, mode, nullptr, nullptr) !=
      SQLITE_OK) {
    return Error(database_, "checkpoint");
  }
  return absl::OkStatus();
}

int64_t Database::DataVersion() {
  if (!data_version_) data_version_.emplace(Prepare("PRAGMA data_version"));
  const auto row = data_version_->Step();
  const int64_t version = row.ok() && *row ? data_version_->Int(0) : 0;
  data_version_->Reset();
  return version;
}

Transaction::Transaction(Transaction&& other) noexcept
    : database_(std::exchange(other.database_, nullptr)) {}

Transaction::~Transaction() {
  if (database_ == nullptr) return;
  // Nothing more can be done about a failed rollback: the file is unchanged.
  const absl::Status ignored = database_->Execute("ROLLBACK");
}

absl::Status Transaction::Commit() {
  absl::Status status = database_->Prepare("COMMIT").Run();
  if (status.ok()) database_ = nullptr;
  return status;
}

}  // namespace earshot::store
