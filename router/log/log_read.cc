// What the log is asked for; what is written is in log.cc.
#include <utility>

#include "router/log/log.h"

namespace earshot::router {
namespace {

constexpr char kRowColumns[] =
    "SELECT l.position, l.kind, l.lane, l.body, p.body, p.agent, p.record "
    "FROM log l LEFT JOIN personal p USING(position) ";

std::string Sql(const char* tail) { return std::string(kRowColumns) + tail; }

DeadLetter LetterFrom(store::Statement& row) {
  DeadLetter letter;
  letter.id = row.Unsigned(0);
  letter.agent = row.Text(1);
  letter.lane = static_cast<uint32_t>(row.Int(2));
  letter.code = row.Text(3);
  letter.text = row.Text(4);
  letter.record = row.Blob(5);
  letter.at = row.Int(6);
  letter.state = row.Text(7);
  return letter;
}

}  // namespace

absl::StatusOr<std::vector<LogRow>> Log::Rows(store::Statement& statement) {
  std::vector<LogRow> rows;
  while (true) {
    const auto more = statement.Step();
    if (!more.ok()) return more.status();
    if (!*more) return rows;
    LogRow row;
    row.position = statement.Unsigned(0);
    row.kind = static_cast<v1::LogKind>(statement.Int(1));
    row.lane = static_cast<uint32_t>(statement.Int(2));
    row.body = statement.Blob(3);
    row.erased = statement.IsNull(4);
    row.personal = statement.Blob(4);
    row.token = {statement.Text(5), statement.Blob(6)};
    rows.push_back(std::move(row));
  }
}

absl::StatusOr<std::vector<LogRow>> Log::ReadAfter(uint64_t position,
                                                   size_t most) {
  store::Statement read = database_->Prepare(
      Sql("WHERE l.position>?1 ORDER BY l.position LIMIT ?2"));
  read.Bind(1, position).Bind(2, static_cast<uint64_t>(most));
  return Rows(read);
}

absl::StatusOr<std::vector<LogRow>> Log::ReadUrgentAfter(uint64_t position,
                                                         size_t most) {
  store::Statement read =
      database_->Prepare(Sql("WHERE l.position>?1 AND l.kind=1 AND l.lane=0 "
                             "ORDER BY l.position LIMIT ?2"));
  read.Bind(1, position).Bind(2, static_cast<uint64_t>(most));
  return Rows(read);
}

absl::StatusOr<std::vector<LogRow>> Log::ReadReadingsAfter(uint64_t position,
                                                           size_t most) {
  store::Statement read = database_->Prepare(
      Sql("WHERE l.position>?1 AND l.kind=2 ORDER BY l.position LIMIT ?2"));
  read.Bind(1, position).Bind(2, static_cast<uint64_t>(most));
  return Rows(read);
}

absl::StatusOr<uint64_t> Log::BeforeLastReadings(uint64_t last, size_t most) {
  store::Statement ask = database_->Prepare(
      "SELECT position FROM log WHERE kind=2 AND position<=?1 "
      "ORDER BY position DESC LIMIT 1 OFFSET ?2");
  const auto row =
      ask.Bind(1, last).Bind(2, static_cast<uint64_t>(most)).Step();
  if (!row.ok()) return row.status();
  return *row ? ask.Unsigned(0) : 0;
}

absl::StatusOr<std::vector<LogRow>> Log::ReadChangesBetween(uint64_t after,
                                                            uint64_t before) {
  store::Statement read = database_->Prepare(
      Sql("WHERE l.position>?1 AND l.position<?2 AND l.kind IN "
          "(3,4,7,20,21,22,24,25,26,27) "
          "ORDER BY l.position"));
  read.Bind(1, after).Bind(2, before);
  return Rows(read);
}

absl::StatusOr<std::optional<LogRow>> Log::ReadOne(uint64_t position) {
  if (!read_one_) read_one_ = database_->Prepare(Sql("WHERE l.position=?1"));
  read_one_->Bind(1, position);
  auto rows = Rows(*read_one_);
  if (!rows.ok()) return rows.status();
  if (rows->empty()) return std::optional<LogRow>();
  return std::optional<LogRow>(std::move(rows->front()));
}

absl::StatusOr<uint64_t> Log::End() {
  store::Statement ask = database_->Prepare("SELECT MAX(position) FROM log");
  const auto row = ask.Step();
  if (!row.ok()) return row.status();
  return *row ? ask.Unsigned(0) : 0;
}

absl::StatusOr<std::map<std::string, std::string>> Log::Configurations() {
  std::map<std::string, std::string> latest;
  store::Statement read = database_->Prepare(
      "SELECT body FROM log WHERE kind=5 ORDER BY position DESC LIMIT 100");
  while (true) {
    const auto row = read.Step();
    if (!row.ok()) return row.status();
    if (!*row) return latest;
    v1::ConfigurationRecord record;
    if (record.ParseFromString(read.Blob(0))) {
      latest.emplace(record.name(), record.sha256());
    }
  }
}

absl::StatusOr<std::string> Log::ChainHead() {
  store::Statement ask = database_->Prepare(
      "SELECT hash FROM commit_groups ORDER BY last DESC LIMIT 1");
  const auto row = ask.Step();
  if (!row.ok()) return row.status();
  return *row ? ask.Blob(0) : std::string(32, '\0');
}

absl::StatusOr<std::vector<Watermark>> Log::Watermarks() {
  std::vector<Watermark> marks;
  store::Statement read = database_->Prepare("SELECT * FROM watermarks");
  while (true) {
    const auto row = read.Step();
    if (!row.ok()) return row.status();
    if (!*row) return marks;
    marks.push_back({read.Text(0), read.Unsigned(1),
                     static_cast<uint32_t>(read.Int(2)), read.Unsigned(3),
                     read.Blob(4)});
  }
}

absl::StatusOr<std::vector<DeadLetter>> Log::DeadLetters(
    const std::string& state, size_t most) {
  std::vector<DeadLetter> letters;
  store::Statement read = database_->Prepare(
      "SELECT * FROM dead_letters WHERE ?1='' OR state=?1 "
      "ORDER BY id DESC LIMIT ?2");
  read.BindText(1, state).Bind(2, static_cast<uint64_t>(most));
  while (true) {
    const auto row = read.Step();
    if (!row.ok()) return row.status();
    if (!*row) return letters;
    letters.push_back(LetterFrom(read));
  }
}

absl::StatusOr<std::optional<DeadLetter>> Log::FindDeadLetter(uint64_t id) {
  store::Statement read =
      database_->Prepare("SELECT * FROM dead_letters WHERE id=?1");
  const auto row = read.Bind(1, id).Step();
  if (!row.ok()) return row.status();
  if (!*row) return std::optional<DeadLetter>();
  return std::optional<DeadLetter>(LetterFrom(read));
}

absl::StatusOr<std::vector<v1::ErasureRecord>> Log::ErasuresAsked(size_t most) {
  std::vector<v1::ErasureRecord> asked;
  store::Statement read =
      database_->Prepare("SELECT body FROM erasures_asked LIMIT ?1");
  read.Bind(1, static_cast<uint64_t>(most));
  while (true) {
    const auto row = read.Step();
    if (!row.ok()) return row.status();
    if (!*row) return asked;
    asked.emplace_back().ParseFromString(read.Blob(0));
  }
}

absl::StatusOr<std::optional<OwnerToken>> Log::FindToken(uint64_t position) {
  if (!find_token_) {
    find_token_ = database_->Prepare(
        "SELECT agent, record FROM personal "
        "WHERE position=?1 AND agent IS NOT NULL");
  }
  const auto row = find_token_->Bind(1, position).Step();
  if (!row.ok()) return row.status();
  if (!*row) return std::optional<OwnerToken>();
  OwnerToken token{find_token_->Text(0), find_token_->Blob(1)};
  find_token_->Reset();
  if (!token.NamesAgent()) return std::optional<OwnerToken>();
  return std::optional<OwnerToken>(std::move(token));
}

absl::StatusOr<std::string> Log::FindInsightKey(uint64_t insight) {
  if (!find_insight_key_) {
    find_insight_key_ =
        database_->Prepare("SELECT key FROM insight_keys WHERE insight=?1");
  }
  const auto row = find_insight_key_->Bind(1, insight).Step();
  if (!row.ok()) return row.status();
  std::string key = *row ? find_insight_key_->Blob(0) : std::string();
  find_insight_key_->Reset();
  return key;
}

}  // namespace earshot::router
