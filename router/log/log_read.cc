// What the log is asked for; what is written is in log.cc.
#include <fmt/format.h>

#include <limits>
#include <utility>

#include "router/log/log.h"

namespace earshot::router {
namespace {

constexpr uint64_t kEndless = std::numeric_limits<int64_t>::max();

constexpr char kBlockColumns[] =
    "SELECT first, lane, bodies, parts FROM log_blocks ";

std::string Sql(const char* tail) { return std::string(kBlockColumns) + tail; }

absl::Status Unreadable(uint64_t position) {
  return absl::DataLossError(
      fmt::format("the log's block with record {} cannot be read; "
                  "'earshot-router audit verify' tells how far it is whole",
                  position));
}

LogRow RowFrom(const BlockReader& entry, uint32_t lane) {
  const EntryParts& parts = entry.parts();
  LogRow row;
  row.position = entry.position();
  row.kind = entry.kind();
  row.lane = lane;
  row.body = entry.body();
  row.erased = !parts.personal.has_value();
  row.personal = parts.personal.value_or(std::string_view());
  row.token = {std::string(parts.agent), std::string(parts.record)};
  return row;
}

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

// Of the blocks that the statement gives, the entries strictly between the two
// positions.
absl::StatusOr<std::vector<LogRow>> Log::Rows(store::Statement& statement,
                                              uint64_t after, uint64_t before,
                                              size_t most) {
  std::vector<LogRow> rows;
  while (rows.size() < most) {
    const auto more = statement.Step();
    if (!more.ok()) return more.status();
    if (!*more) return rows;
    const auto lane = static_cast<uint32_t>(statement.Int(1));
    BlockReader entry(statement.Unsigned(0), statement.View(2),
                      statement.View(3));
    while (rows.size() < most && entry.Next() && entry.position() < before) {
      if (entry.position() > after) rows.push_back(RowFrom(entry, lane));
    }
    if (entry.damaged()) {
      statement.Reset();
      return Unreadable(entry.position() + 1);
    }
  }
  statement.Reset();
  return rows;
}

absl::StatusOr<std::vector<LogRow>> Log::ReadAfter(uint64_t position,
                                                   size_t most) {
  store::Statement read =
      database_->Prepare(Sql("WHERE last>?1 ORDER BY last"));
  read.Bind(1, position);
  return Rows(read, position, kEndless, most);
}

absl::StatusOr<std::vector<LogRow>> Log::ReadUrgentAfter(uint64_t position,
                                                         size_t most) {
  store::Statement read =
      database_->Prepare(Sql("WHERE last>?1 AND kind=1 AND lane=0 "
                             "ORDER BY last"));
  read.Bind(1, position);
  return Rows(read, position, kEndless, most);
}

absl::StatusOr<std::vector<LogRow>> Log::ReadReadingsAfter(uint64_t position,
                                                           size_t most) {
  store::Statement read =
      database_->Prepare(Sql("WHERE last>?1 AND kind=2 ORDER BY last"));
  read.Bind(1, position);
  return Rows(read, position, kEndless, most);
}

absl::StatusOr<uint64_t> Log::BeforeLastReadings(uint64_t last, size_t most) {
  store::Statement ask = database_->Prepare(
      "SELECT first, MIN(last, ?1) FROM log_blocks WHERE kind=2 AND first<=?1 "
      "ORDER BY last DESC");
  ask.Bind(1, last);
  uint64_t left = most;
  while (true) {
    const auto row = ask.Step();
    if (!row.ok()) return row.status();
    if (!*row) return 0;
    const uint64_t first = ask.Unsigned(0);
    const uint64_t newest = ask.Unsigned(1);
    if (newest - first >= left) return newest - left;
    left -= newest - first + 1;
  }
}

absl::StatusOr<std::vector<LogRow>> Log::ReadChangesBetween(uint64_t after,
                                                            uint64_t before) {
  // Up to the block in which the last of them is, and not the log's end.
  store::Statement read = database_->Prepare(
      Sql("WHERE last>?1 AND last<=COALESCE((SELECT last FROM log_blocks "
          "WHERE last>=?2-1 ORDER BY last LIMIT 1), ?2) AND kind IN "
          "(3,4,7,20,21,22,24,25,26,27) ORDER BY last"));
  read.Bind(1, after).Bind(2, before);
  return Rows(read, after, before, kEndless);
}

absl::StatusOr<std::optional<LogRow>> Log::ReadOne(uint64_t position) {
  if (position == 0) return std::optional<LogRow>();
  if (!read_one_) {
    read_one_ = database_->Prepare(Sql("WHERE last>=?1 ORDER BY last LIMIT 1"));
  }
  read_one_->Bind(1, position);
  auto rows = Rows(*read_one_, position - 1, position + 1, 1);
  if (!rows.ok()) return rows.status();
  if (rows->empty()) return std::optional<LogRow>();
  return std::optional<LogRow>(std::move(rows->front()));
}

absl::StatusOr<uint64_t> Log::End() {
  store::Statement ask = database_->Prepare("SELECT MAX(last) FROM log_blocks");
  const auto row = ask.Step();
  if (!row.ok()) return row.status();
  return *row ? ask.Unsigned(0) : 0;
}

absl::StatusOr<std::map<std::string, std::string>> Log::Configurations() {
  std::map<std::string, std::string> latest;
  store::Statement read = database_->Prepare(
      Sql("WHERE kind=5 AND last > COALESCE((SELECT last FROM log_blocks "
          "WHERE kind=5 ORDER BY last DESC LIMIT 1 OFFSET 100), 0) "
          "ORDER BY last"));
  const auto rows = Rows(read, 0, kEndless, kEndless);
  if (!rows.ok()) return rows.status();
  for (const LogRow& row : *rows) {
    v1::ConfigurationRecord record;
    if (record.ParseFromString(row.body)) {
      latest[record.name()] = record.sha256();
    }
  }
  return latest;
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
        "SELECT first, parts FROM log_blocks WHERE last>=?1 "
        "ORDER BY last LIMIT 1");
  }
  const auto row = find_token_->Bind(1, position).Step();
  if (!row.ok()) return row.status();
  std::optional<OwnerToken> token;
  if (*row && position > 0 && !find_token_->View(1).empty()) {
    const auto parts =
        PartsAt(find_token_->Unsigned(0), find_token_->View(1), position);
    if (!parts.ok()) {
      find_token_->Reset();
      return Unreadable(position);
    }
    token = {std::string(parts->agent), std::string(parts->record)};
    if (!token->NamesAgent()) token.reset();
  }
  find_token_->Reset();
  return token;
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
