#include "router/views/views.h"

#include <utility>

#include "base/os/bytes.h"

namespace earshot::router {
namespace {

const std::vector<std::string>& Migrations() {
  static const auto* const migrations = new std::vector<std::string>{
      "CREATE TABLE numbers(name TEXT PRIMARY KEY, value INTEGER)"
      " WITHOUT ROWID;"
      "CREATE TABLE insights(id INTEGER PRIMARY KEY, seq INTEGER, body BLOB);"
      "CREATE UNIQUE INDEX insights_seq ON insights(seq);"
      "CREATE TABLE mirrored(key TEXT PRIMARY KEY, seq INTEGER, kind INTEGER,"
      " body BLOB) WITHOUT ROWID;"
      "CREATE UNIQUE INDEX mirrored_seq ON mirrored(seq);"
      "CREATE TABLE evidence(position INTEGER PRIMARY KEY, insight INTEGER,"
      " reading INTEGER, observation BLOB, evidence_key BLOB, text_key BLOB,"
      " observed_at INTEGER, is_repeat INTEGER, withdrawn INTEGER);"
      "CREATE INDEX evidence_insight ON evidence(insight, position);"
      "CREATE INDEX evidence_reporter ON evidence(insight, evidence_key);"
      "CREATE TABLE seen(observation BLOB PRIMARY KEY, position INTEGER)"
      " WITHOUT ROWID;"
      "CREATE TABLE texts(text_key BLOB PRIMARY KEY, insight INTEGER,"
      " position INTEGER) WITHOUT ROWID;"
      "CREATE TABLE answers(id BLOB PRIMARY KEY, body BLOB) WITHOUT ROWID;"
      "CREATE TABLE replies(agent TEXT, seq INTEGER, kind INTEGER,"
      " answer BLOB, record BLOB, PRIMARY KEY(agent, seq)) WITHOUT ROWID;"
      "CREATE UNIQUE INDEX replies_once ON replies(answer, record, agent);"
      "CREATE TABLE tombstones(observation BLOB PRIMARY KEY) WITHOUT ROWID;"
      "CREATE TABLE reply_cursors(agent TEXT PRIMARY KEY, last INTEGER,"
      " acked INTEGER) WITHOUT ROWID;"
      "CREATE TABLE activity(reporter BLOB, site TEXT, channel TEXT,"
      " topic TEXT, day INTEGER,"
      " PRIMARY KEY(reporter, site, channel, topic)) WITHOUT ROWID;",
      "CREATE TABLE parked(observation BLOB, position INTEGER,"
      " PRIMARY KEY(observation, position)) WITHOUT ROWID;",
      "CREATE TABLE runs(first INTEGER PRIMARY KEY, before INTEGER);",
      "DROP INDEX evidence_reporter;"
      "CREATE INDEX evidence_reporter"
      " ON evidence(insight, evidence_key, observed_at);"};
  return *migrations;
}

EvidenceRow EvidenceFrom(store::Statement& row) {
  EvidenceRow out;
  out.position = row.Unsigned(0);
  out.insight = row.Unsigned(1);
  out.reading = row.Unsigned(2);
  out.observation = row.Blob(3);
  out.evidence_key = row.Blob(4);
  out.text_key = row.Blob(5);
  out.observed_at = row.Int(6);
  out.repeat = row.Int(7) != 0;
  out.withdrawn = row.Int(8) != 0;
  return out;
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

absl::StatusOr<std::optional<EvidenceRow>> Views::FindObservation(
    std::string_view observation) {
  store::Statement& ask =
      Sql("SELECT e.* FROM seen s JOIN evidence e USING(position) "
          "WHERE s.observation=?1");
  const auto row = ask.BindBlob(1, observation).Step();
  if (!row.ok()) return row.status();
  if (!*row) return std::optional<EvidenceRow>();
  EvidenceRow out = EvidenceFrom(ask);
  ask.Reset();
  return std::optional<EvidenceRow>(std::move(out));
}

absl::StatusOr<std::optional<EvidenceRow>> Views::FindObservationByPrefix(
    const std::string& hex) {
  const auto low = os::FromHex(hex.size() % 2 == 0 ? hex : hex + "0");
  if (!low.ok()) return low.status();
  store::Statement& ask =
      Sql("SELECT e.*, hex(s.observation) FROM seen s JOIN evidence e "
          "USING(position) WHERE s.observation>=?1 "
          "ORDER BY s.observation LIMIT 2");
  ask.BindBlob(1, *low);
  std::optional<EvidenceRow> found;
  for (int i = 0; i < 2; ++i) {
    const auto row = ask.Step();
    if (!row.ok()) return row.status();
    if (!*row) return found;
    EvidenceRow candidate = EvidenceFrom(ask);
    if (os::ToHex(candidate.observation).compare(0, hex.size(), hex) != 0) {
      break;
    }
    if (found) {
      ask.Reset();
      return absl::InvalidArgumentError(
          "several observations begin so; give more of the id");
    }
    found = std::move(candidate);
  }
  ask.Reset();
  return found;
}

absl::Status Views::AddEvidence(const EvidenceRow& row) {
  absl::Status status =
      Sql("INSERT INTO evidence VALUES(?1,?2,?3,?4,?5,?6,?7,?8,?9)")
          .Bind(1, row.position)
          .Bind(2, row.insight)
          .Bind(3, row.reading)
          .BindBlob(4, row.observation)
          .BindBlob(5, row.evidence_key)
          .BindBlob(6, row.text_key)
          .Bind(7, row.observed_at)
          .Bind(8, row.repeat ? 1 : 0)
          .Bind(9, row.withdrawn ? 1 : 0)
          .Run();
  if (!status.ok()) return status;
  return Sql("INSERT INTO seen VALUES(?1,?2) ON CONFLICT DO NOTHING")
      .BindBlob(1, row.observation)
      .Bind(2, row.position)
      .Run();
}

absl::Status Views::SetReadings(uint64_t first, uint64_t count,
                                uint64_t reading) {
  return Sql("UPDATE evidence SET reading=position-?1+?3 "
             "WHERE position>=?1 AND position<?2")
      .Bind(1, first)
      .Bind(2, first + count)
      .Bind(3, reading)
      .Run();
}

absl::StatusOr<bool> Views::HasEvidence(uint64_t position) {
  const auto found = OneNumber(
      Sql("SELECT 1 FROM evidence WHERE position=?1").Bind(1, position), 0);
  if (!found.ok()) return found.status();
  return *found == 1;
}

absl::StatusOr<std::vector<uint64_t>> Views::PositionsOf(
    uint64_t insight, std::string_view observation) {
  std::vector<uint64_t> positions;
  store::Statement& read =
      Sql("SELECT position FROM evidence WHERE insight=?1 AND observation=?2");
  read.Bind(1, insight).BindBlob(2, observation);
  while (true) {
    const auto row = read.Step();
    if (!row.ok()) return row.status();
    if (!*row) return positions;
    positions.push_back(read.Unsigned(0));
  }
}

absl::Status Views::MarkWithdrawn(uint64_t position) {
  return Sql("UPDATE evidence SET withdrawn=1 WHERE position=?1")
      .Bind(1, position)
      .Run();
}

absl::StatusOr<bool> Views::ReporterKnown(uint64_t insight,
                                          std::string_view evidence_key,
                                          uint64_t except) {
  const auto found = OneNumber(
      Sql("SELECT 1 FROM evidence WHERE insight=?1 AND evidence_key=?2 "
          "AND is_repeat=0 AND withdrawn=0 AND position<>?3 LIMIT 1")
          .Bind(1, insight)
          .BindBlob(2, evidence_key)
          .Bind(3, except),
      0);
  if (!found.ok()) return found.status();
  return *found == 1;
}

absl::StatusOr<bool> Views::ReporterHeardOn(uint64_t insight,
                                            std::string_view evidence_key,
                                            int32_t day, uint64_t except) {
  const int64_t from = int64_t{day} * 86400;
  const auto found = OneNumber(
      Sql("SELECT 1 FROM evidence WHERE insight=?1 AND evidence_key=?2 "
          "AND observed_at>=?4 AND observed_at<?5 "
          "AND is_repeat=0 AND withdrawn=0 AND position<>?3 LIMIT 1")
          .Bind(1, insight)
          .BindBlob(2, evidence_key)
          .Bind(3, except)
          .Bind(4, from)
          .Bind(5, from + 86400),
      0);
  if (!found.ok()) return found.status();
  return *found == 1;
}

absl::StatusOr<bool> Views::SaidBefore(uint64_t insight,
                                       std::string_view evidence_key,
                                       std::string_view text_key, int64_t at,
                                       absl::Duration window) {
  const int64_t seconds = absl::ToInt64Seconds(window);
  const auto found = OneNumber(
      Sql("SELECT 1 FROM evidence WHERE insight=?1 AND evidence_key=?2 "
          "AND text_key=?3 AND is_repeat=0 AND withdrawn=0 "
          "AND observed_at BETWEEN ?4 AND ?5 LIMIT 1")
          .Bind(1, insight)
          .BindBlob(2, evidence_key)
          .BindBlob(3, text_key)
          .Bind(4, at - seconds)
          .Bind(5, at + seconds),
      0);
  if (!found.ok()) return found.status();
  return *found == 1;
}

absl::StatusOr<std::vector<uint64_t>> Views::EvidenceAfter(uint64_t insight,
                                                           uint64_t position,
                                                           size_t most) {
  std::vector<uint64_t> positions;
  store::Statement& read =
      Sql("SELECT position FROM evidence WHERE insight=?1 AND position>?2 "
          "AND withdrawn=0 ORDER BY position LIMIT ?3");
  read.Bind(1, insight).Bind(2, position).Bind(3, static_cast<uint64_t>(most));
  while (true) {
    const auto row = read.Step();
    if (!row.ok()) return row.status();
    if (!*row) return positions;
    positions.push_back(read.Unsigned(0));
  }
}

absl::StatusOr<uint64_t> Views::InsightAt(uint64_t position) {
  return OneNumber(
      Sql("SELECT insight FROM evidence WHERE position=?1 AND withdrawn=0")
          .Bind(1, position),
      0);
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
