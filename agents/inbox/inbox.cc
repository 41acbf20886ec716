#include "agents/inbox/inbox.h"

#include <map>
#include <utility>

namespace earshot::agents {
namespace {

const std::vector<std::string>& Migrations() {
  // No rowids where a row's order would tell who was next to whom.
  static const auto* const migrations = new std::vector<std::string>{
      "CREATE TABLE meta(key TEXT PRIMARY KEY, value BLOB) WITHOUT ROWID;"
      "CREATE TABLE receipts(hash BLOB PRIMARY KEY, record BLOB, lane INTEGER,"
      " uid INTEGER, recorded_at INTEGER, state TEXT, hint TEXT)"
      " WITHOUT ROWID;"
      "CREATE TABLE reports(record BLOB PRIMARY KEY, hash BLOB) WITHOUT ROWID;"
      "CREATE TABLE importers(uid INTEGER PRIMARY KEY);"
      "CREATE TABLE answers(id BLOB PRIMARY KEY, at INTEGER, body BLOB)"
      " WITHOUT ROWID;"
      "CREATE TABLE answered(answer BLOB, record BLOB, shown INTEGER,"
      " PRIMARY KEY(answer, record)) WITHOUT ROWID;"
      "CREATE INDEX answered_record ON answered(record);"
      "CREATE TABLE news(id BLOB PRIMARY KEY, at INTEGER, body BLOB)"
      " WITHOUT ROWID;"
      "CREATE TABLE erasures(id BLOB PRIMARY KEY, body BLOB) WITHOUT ROWID;"
      "CREATE TABLE others(seq INTEGER PRIMARY KEY, kind INTEGER, body BLOB);",
      "CREATE TABLE verdicts(answer BLOB, hash BLOB, fixed INTEGER,"
      " PRIMARY KEY(answer, hash)) WITHOUT ROWID;",
      "CREATE TABLE questions(id BLOB PRIMARY KEY, closes_at INTEGER,"
      " body BLOB) WITHOUT ROWID;"
      "CREATE TABLE asked(question BLOB, record BLOB, answered INTEGER,"
      " PRIMARY KEY(question, record)) WITHOUT ROWID;"
      "CREATE TABLE guidance(id BLOB PRIMARY KEY, at INTEGER, body BLOB,"
      " shown INTEGER) WITHOUT ROWID;",
      "CREATE TABLE issues(id BLOB PRIMARY KEY, site TEXT, at INTEGER,"
      " body BLOB) WITHOUT ROWID;"};
  return *migrations;
}

}  // namespace

Inbox::Inbox(std::unique_ptr<store::Database> database)
    : database_(std::move(database)) {}

absl::StatusOr<std::unique_ptr<Inbox>> Inbox::Open(const std::string& path) {
  store::OpenOptions options;
  options.cache_kib = 256;
  auto database = store::Database::Open(path, Migrations(), options);
  if (!database.ok()) return database.status();
  return std::unique_ptr<Inbox>(new Inbox(*std::move(database)));
}

absl::Status Inbox::AddReceipt(const Receipt& receipt) {
  auto transaction = database_->Begin();
  if (!transaction.ok()) return transaction.status();
  store::Statement insert =
      database_->Prepare("INSERT INTO receipts VALUES(?1,?2,?3,?4,?5,?6,?7)");
  insert.BindBlob(1, receipt.hash)
      .BindBlob(2, receipt.record.bytes)
      .Bind(3, receipt.lane);
  absl::Time at = receipt.recorded_at;
  if (receipt.person) {
    insert.Bind(4, static_cast<int64_t>(*receipt.person));
  } else {
    insert.BindNull(4);
    at = absl::FromUnixSeconds(absl::ToUnixSeconds(at) / 86400 * 86400);
  }
  absl::Status status = insert.Bind(5, absl::ToUnixSeconds(at))
                            .BindText(6, "recorded")
                            .BindText(7, receipt.person ? receipt.hint : "")
                            .Run();
  if (!status.ok()) return status;
  store::Statement report =
      database_->Prepare("INSERT OR REPLACE INTO reports VALUES(?1,?2)");
  status =
      report.BindBlob(1, receipt.record.bytes).BindBlob(2, receipt.hash).Run();
  return status.ok() ? transaction->Commit() : status;
}

absl::StatusOr<Receipt> Inbox::FindReceipt(std::string_view hash) {
  store::Statement ask = database_->Prepare(
      "SELECT record, lane, uid, recorded_at, state FROM receipts "
      "WHERE hash=?1");
  const auto row = ask.BindBlob(1, hash).Step();
  if (!row.ok()) return row.status();
  if (!*row) {
    return absl::NotFoundError(
        "no report with this receipt was recorded on this machine; check the "
        "code, or ask on the machine where it was recorded");
  }
  Receipt receipt;
  receipt.hash = std::string(hash);
  receipt.record.bytes = ask.Blob(0);
  receipt.lane = static_cast<uint32_t>(ask.Int(1));
  if (!ask.IsNull(2)) receipt.person = static_cast<uid_t>(ask.Int(2));
  receipt.recorded_at = absl::FromUnixSeconds(ask.Int(3));
  receipt.state = ask.Text(4);
  return receipt;
}

absl::Status Inbox::SetState(std::string_view hash, const std::string& state) {
  store::Statement update =
      database_->Prepare("UPDATE receipts SET state=?2 WHERE hash=?1");
  return update.BindBlob(1, hash).BindText(2, state).Run();
}

absl::Status Inbox::Correct(std::string_view hash,
                            const contract::RecordId& next, uint32_t lane) {
  auto transaction = database_->Begin();
  if (!transaction.ok()) return transaction.status();
  store::Statement update = database_->Prepare(
      "UPDATE receipts SET record=?2, lane=?3, state='corrected' "
      "WHERE hash=?1");
  absl::Status status =
      update.BindBlob(1, hash).BindBlob(2, next.bytes).Bind(3, lane).Run();
  store::Statement report =
      database_->Prepare("INSERT OR REPLACE INTO reports VALUES(?1,?2)");
  if (status.ok()) {
    status = report.BindBlob(1, next.bytes).BindBlob(2, hash).Run();
  }
  return status.ok() ? transaction->Commit() : status;
}

absl::Status Inbox::NoteImporter(uid_t person) {
  store::Statement insert =
      database_->Prepare("INSERT OR IGNORE INTO importers VALUES(?1)");
  return insert.Bind(1, static_cast<int64_t>(person)).Run();
}

absl::StatusOr<std::vector<InboxAnswer>> Inbox::ReadAnswers(
    store::Statement& ask) {
  std::vector<InboxAnswer> answers;
  while (true) {
    const auto row = ask.Step();
    if (!row.ok()) return row.status();
    if (!*row) break;
    InboxAnswer answer;
    answer.answer.ParseFromString(ask.Blob(0));
    answer.receipt_hash = ask.Blob(1);
    answer.reports = ask.Unsigned(2);
    answer.fresh = ask.Int(3) == 0;
    answer.receipt_hint = ask.Text(4);
    answer.fixed = static_cast<v1::Verdict::Fixed>(ask.Int(5));
    answers.push_back(std::move(answer));
  }
  std::map<std::string, InboxAnswer*> last;
  for (InboxAnswer& answer : answers) {
    InboxAnswer*& known = last[answer.receipt_hash];
    if (known == nullptr ||
        answer.answer.decision() > known->answer.decision()) {
      known = &answer;
    }
  }
  for (const auto& [hash, answer] : last) {
    answer->asks = !hash.empty() && answer->answer.asks_verdict();
  }
  return answers;
}

absl::StatusOr<std::vector<InboxAnswer>> Inbox::AnswersOf(uid_t person) {
  store::Statement ask = database_->Prepare(
      "SELECT body, receipts.hash, 1, MIN(shown), hint, "
      "IFNULL((SELECT fixed FROM verdicts v WHERE v.answer=answers.id AND "
      "v.hash=receipts.hash), 0) FROM receipts "
      "JOIN reports USING(hash) "
      "JOIN answered ON answered.record=reports.record "
      "JOIN answers ON answers.id=answer WHERE uid=?1 "
      "GROUP BY answers.id, receipts.hash ORDER BY at DESC LIMIT 200");
  ask.Bind(1, static_cast<int64_t>(person));
  return ReadAnswers(ask);
}

absl::StatusOr<std::vector<InboxAnswer>> Inbox::AnswersOf(
    std::string_view hash) {
  store::Statement ask = database_->Prepare(
      "SELECT body, hash, 1, MIN(shown), '', "
      "IFNULL((SELECT fixed FROM verdicts v WHERE v.answer=answers.id AND "
      "v.hash=?1), 0) FROM reports "
      "JOIN answered USING(record) JOIN answers ON answers.id=answer "
      "WHERE hash=?1 GROUP BY answers.id ORDER BY at DESC LIMIT 200");
  ask.BindBlob(1, hash);
  return ReadAnswers(ask);
}

absl::StatusOr<std::vector<InboxAnswer>> Inbox::AnswersToImports(uid_t person) {
  store::Statement ask = database_->Prepare(
      "SELECT body, x'', COUNT(*), MIN(shown), '', 0 FROM answered "
      "JOIN answers ON answers.id=answer "
      "WHERE EXISTS (SELECT 1 FROM importers WHERE uid=?1) AND NOT EXISTS "
      "(SELECT 1 FROM reports WHERE reports.record=answered.record) "
      "GROUP BY answers.id ORDER BY at DESC LIMIT 200");
  ask.Bind(1, static_cast<int64_t>(person));
  return ReadAnswers(ask);
}

absl::Status Inbox::NoteVerdict(std::string_view answer, std::string_view hash,
                                v1::Verdict::Fixed fixed) {
  store::Statement insert =
      database_->Prepare("INSERT OR IGNORE INTO verdicts VALUES(?1,?2,?3)");
  return insert.BindBlob(1, answer)
      .BindBlob(2, hash)
      .Bind(3, static_cast<int64_t>(fixed))
      .Run();
}

absl::StatusOr<std::vector<SiteNewsItem>> Inbox::News() {
  store::Statement ask =
      database_->Prepare("SELECT body, at FROM news ORDER BY at DESC LIMIT 20");
  std::vector<SiteNewsItem> news;
  while (true) {
    const auto row = ask.Step();
    if (!row.ok()) return row.status();
    if (!*row) return news;
    v1::SiteNews body;
    body.ParseFromString(ask.Blob(0));
    news.push_back({body.insight(), body.site(), body.text(),
                    absl::FromUnixSeconds(ask.Int(1))});
  }
}

absl::StatusOr<std::vector<v1::SiteIssue>> Inbox::Issues(
    const std::string& site) {
  store::Statement ask = database_->Prepare(
      "SELECT body FROM issues WHERE site=?1 ORDER BY at DESC, id LIMIT 200");
  ask.BindText(1, site);
  std::vector<v1::SiteIssue> issues;
  while (true) {
    const auto row = ask.Step();
    if (!row.ok()) return row.status();
    if (!*row) return issues;
    issues.emplace_back().ParseFromString(ask.Blob(0));
  }
}

absl::Status Inbox::MarkShown(const std::vector<InboxAnswer>& answers) {
  auto transaction = database_->Begin();
  if (!transaction.ok()) return transaction.status();
  store::Statement own = database_->Prepare(
      "UPDATE answered SET shown=1 WHERE answer=?1 AND record IN "
      "(SELECT record FROM reports WHERE hash=?2)");
  store::Statement imported = database_->Prepare(
      "UPDATE answered SET shown=1 WHERE answer=?1 AND record NOT IN "
      "(SELECT record FROM reports)");
  for (const InboxAnswer& answer : answers) {
    if (!answer.fresh) continue;
    store::Statement& update = answer.receipt_hash.empty() ? imported : own;
    update.BindBlob(1, answer.answer.id());
    if (!answer.receipt_hash.empty()) update.BindBlob(2, answer.receipt_hash);
    absl::Status status = update.Run();
    if (!status.ok()) return status;
  }
  return transaction->Commit();
}

}  // namespace earshot::agents
