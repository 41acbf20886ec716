#include "router/views/views.h"

#include <utility>

#include "base/os/bytes.h"

namespace earshot::router {
namespace {

const std::vector<std::string>& Migrations() {
  static const auto* const migrations = new std::vector<std::string>{
      R"(
CREATE TABLE numbers(name TEXT PRIMARY KEY, value INTEGER) WITHOUT ROWID;
CREATE TABLE insights(id INTEGER PRIMARY KEY, seq INTEGER, body BLOB);
CREATE UNIQUE INDEX insights_seq ON insights(seq);
CREATE TABLE mirrored(key TEXT PRIMARY KEY, seq INTEGER, kind INTEGER, body
  BLOB) WITHOUT ROWID;
CREATE UNIQUE INDEX mirrored_seq ON mirrored(seq);
CREATE TABLE evidence(position INTEGER PRIMARY KEY, insight INTEGER, reading
  INTEGER, observation BLOB, evidence_key BLOB, text_key BLOB, observed_at
  INTEGER, is_repeat INTEGER, withdrawn INTEGER);
CREATE INDEX evidence_insight ON evidence(insight, position);
CREATE INDEX evidence_reporter ON evidence(insight, evidence_key);
CREATE TABLE seen(observation BLOB PRIMARY KEY, position INTEGER) WITHOUT
  ROWID;
CREATE TABLE texts(text_key BLOB PRIMARY KEY, insight INTEGER, position
  INTEGER) WITHOUT ROWID;
CREATE TABLE answers(id BLOB PRIMARY KEY, body BLOB) WITHOUT ROWID;
CREATE TABLE replies(agent TEXT, seq INTEGER, kind INTEGER, answer BLOB,
  record BLOB, PRIMARY KEY(agent, seq)) WITHOUT ROWID;
CREATE UNIQUE INDEX replies_once ON replies(answer, record, agent);
CREATE TABLE tombstones(observation BLOB PRIMARY KEY) WITHOUT ROWID;
CREATE TABLE reply_cursors(agent TEXT PRIMARY KEY, last INTEGER, acked
  INTEGER) WITHOUT ROWID;
CREATE TABLE activity(reporter BLOB, site TEXT, channel TEXT, topic TEXT, day
  INTEGER, PRIMARY KEY(reporter, site, channel, topic)) WITHOUT ROWID;)",
      R"(
CREATE TABLE parked(observation BLOB, position INTEGER, PRIMARY
  KEY(observation, position)) WITHOUT ROWID;)",
      R"(
CREATE TABLE runs(first INTEGER PRIMARY KEY, before INTEGER);)",
      R"(
DROP INDEX evidence_reporter;
CREATE INDEX evidence_reporter ON evidence(insight, evidence_key,
  observed_at);)",
      // A step's readings stand in a row, as what they are about mostly does.
      R"(
CREATE TABLE reading_runs(first INTEGER PRIMARY KEY, count INTEGER,
                          reading INTEGER);
INSERT INTO reading_runs SELECT position, 1, reading FROM evidence
  WHERE reading>0;
DROP INDEX evidence_insight;
ALTER TABLE evidence DROP COLUMN reading;)",
      R"(
CREATE TABLE verdicts(answer BLOB, evidence_key BLOB, fixed INTEGER, site TEXT,
  PRIMARY KEY(answer, evidence_key)) WITHOUT ROWID;
CREATE TABLE ticks(insight INTEGER PRIMARY KEY, at INTEGER);
CREATE INDEX ticks_at ON ticks(at);)",
      // Moved by leaders: the insight that it was of, 0 where it is the same.
      R"(
ALTER TABLE evidence ADD COLUMN part INTEGER NOT NULL DEFAULT 0;
CREATE TABLE regrouped(insight INTEGER PRIMARY KEY);
CREATE TABLE before_merges(insight INTEGER PRIMARY KEY, decision INTEGER,
  body BLOB);)",
      // What leaders have asked and advised, and who has answered.
      R"(
CREATE TABLE questions(id BLOB PRIMARY KEY, body BLOB) WITHOUT ROWID;
CREATE TABLE question_answers(question BLOB, who BLOB, choice INTEGER,
  PRIMARY KEY(question, who)) WITHOUT ROWID;
CREATE TABLE pulses(agent TEXT PRIMARY KEY, at INTEGER) WITHOUT ROWID;
CREATE TABLE guidance(id BLOB PRIMARY KEY, at INTEGER, body BLOB) WITHOUT
  ROWID;
CREATE TABLE site_news(number INTEGER PRIMARY KEY, id BLOB UNIQUE, body
  BLOB);)",
      R"(
CREATE TABLE noted_once(about BLOB, who BLOB, PRIMARY KEY(about, who)) WITHOUT
  ROWID;
INSERT INTO noted_once SELECT question, who FROM question_answers;
DROP TABLE question_answers;
CREATE TABLE unsettled(position INTEGER PRIMARY KEY, left TEXT, keeps_record
  INTEGER);)",
      // What each site was told of an insight.
      R"(
CREATE TABLE site_issues(number INTEGER PRIMARY KEY, id BLOB UNIQUE, insight
  INTEGER, site TEXT, told INTEGER, shown INTEGER, body BLOB);
CREATE INDEX site_issues_insight ON site_issues(insight);
CREATE INDEX site_issues_site ON site_issues(site);)"};
  return *migrations;
}

}  // namespace

absl::StatusOr<uint64_t> Views::OneNumber(store::Statement& statement,
                                          uint64_t otherwise) {
  const auto row = statement.Step();
  if (!row.ok()) return row.status();
  const uint64_t value = *row ? statement.Unsigned(0) : otherwise;
  statement.Reset();
  return value;
}

Views::Views(std::unique_ptr<store::Database> database)
    : database_(std::move(database)) {}

store::Statement& Views::Sql(const char* text) {
  const auto found = statements_.find(text);
  if (found != statements_.end()) return found->second;
  return statements_.emplace(text, database_->Prepare(text)).first->second;
}

absl::StatusOr<std::unique_ptr<Views>> Views::Open(
    const std::string& path, store::Checkpoints checkpoints) {
  store::OpenOptions options;
  options.cache_kib = 32768;
  options.auto_checkpoint_pages =
      checkpoints == store::Checkpoints::kBeside ? 0 : kCheckpointPages;
  // Peers hold cursors into what is numbered here, so that a commit that was
  // told must not be lost: full_sync stays on.
  auto database = store::Database::Open(path, Migrations(), options);
  if (!database.ok()) return database.status();
  std::unique_ptr<Views> views(new Views(*std::move(database)));
  if (checkpoints == store::Checkpoints::kBeside) {
    auto beside = store::Database::Open(path, Migrations(), options);
    if (!beside.ok()) return beside.status();
    views->checkpointer_ = std::make_unique<store::Checkpointer>(
        *std::move(beside),
        store::Checkpointer::Pace{.wake_pages = kCheckpointPages,
                                  .most_pages = kMostWalPages});
  }
  return views;
}

void Views::Committed() {
  if (truncate_due_ && database_->Checkpoint(/*truncate=*/true).ok()) {
    truncate_due_ = false;
  }
  if (checkpointer_ != nullptr) checkpointer_->Committed(*database_);
}

absl::StatusOr<std::unique_ptr<Views>> Views::OpenForReading(
    const std::string& path) {
  store::OpenOptions options;
  options.read_only = true;
  auto database = store::Database::Open(path, Migrations(), options);
  if (!database.ok()) return database.status();
  return std::unique_ptr<Views>(new Views(*std::move(database)));
}

absl::StatusOr<uint64_t> Views::Number(std::string_view name) {
  return OneNumber(
      Sql("SELECT value FROM numbers WHERE name=?1").BindText(1, name), 0);
}

absl::Status Views::PutNumber(std::string_view name, uint64_t value) {
  return Sql("INSERT OR REPLACE INTO numbers VALUES(?1,?2)")
      .BindText(1, name)
      .Bind(2, value)
      .Run();
}

absl::StatusOr<std::optional<v1::Insight>> Views::FindInsight(uint64_t id) {
  store::Statement& ask = Sql("SELECT body FROM insights WHERE id=?1");
  const auto row = ask.Bind(1, id).Step();
  if (!row.ok()) return row.status();
  if (!*row) return std::optional<v1::Insight>();
  v1::Insight insight;
  const bool parsed = insight.ParseFromString(ask.Blob(0));
  ask.Reset();
  if (!parsed) return absl::DataLossError("an insight cannot be read");
  return std::optional<v1::Insight>(std::move(insight));
}

absl::Status Views::PutInsight(uint64_t seq, const v1::Insight& insight) {
  return Sql("INSERT OR REPLACE INTO insights VALUES(?1,?2,?3)")
      .Bind(1, insight.id())
      .Bind(2, seq)
      .BindBlob(3, insight.SerializeAsString())
      .Run();
}

absl::StatusOr<Views::TextRow> Views::FindText(std::string_view text_key) {
  store::Statement& ask =
      Sql("SELECT insight, position FROM texts WHERE text_key=?1");
  const auto row = ask.BindBlob(1, text_key).Step();
  if (!row.ok()) return row.status();
  if (!*row) return TextRow{};
  const TextRow found{ask.Unsigned(0), ask.Unsigned(1)};
  ask.Reset();
  return found;
}

absl::Status Views::PutText(std::string_view text_key, uint64_t insight,
                            uint64_t position) {
  return Sql("INSERT OR REPLACE INTO texts VALUES(?1,?2,?3)")
      .BindBlob(1, text_key)
      .Bind(2, insight)
      .Bind(3, position)
      .Run();
}

absl::Status Views::TrimTexts(uint64_t cap) {
  return Sql("DELETE FROM texts WHERE position <= (SELECT position FROM texts "
             "ORDER BY position DESC LIMIT 1 OFFSET ?1)")
      .Bind(1, cap)
      .Run();
}

absl::Status Views::ForgetActivity(int64_t before) {
  return Sql("DELETE FROM activity WHERE day<?1").Bind(1, before).Run();
}

absl::Status Views::NoteActivity(std::string_view reporter,
                                 std::string_view site,
                                 std::string_view channel,
                                 std::string_view topic, int64_t day) {
  return Sql("INSERT INTO activity VALUES(?1,?2,?3,?4,?5) ON CONFLICT DO "
             "UPDATE SET day=MAX(day, ?5)")
      .BindBlob(1, reporter)
      .BindText(2, site)
      .BindText(3, channel)
      .BindText(4, topic)
      .Bind(5, day)
      .Run();
}

}  // namespace earshot::router
