#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "absl/strings/numbers.h"
#include "router/views/views.h"

// What is owed and mirrored: answers, replies by agent, items for feeds.
namespace earshot::router {

absl::Status Views::BeginRun(uint64_t gap) {
  auto transaction = Begin();
  if (!transaction.ok()) return transaction.status();
  const auto before = Number("update_seq");
  if (!before.ok()) return before.status();
  const uint64_t first = *before + gap;
  absl::Status status = Sql("INSERT INTO runs VALUES(?1,?2)")
                            .Bind(1, first)
                            .Bind(2, *before)
                            .Run();
  if (status.ok()) status = PutNumber("update_seq", first);
  if (status.ok()) status = transaction->Commit();
  if (status.ok()) run_ = first;
  return status;
}

absl::StatusOr<bool> Views::GaveUpdate(uint64_t seq) {
  // The run that numbered it ended where the next one found it.
  const auto last =
      OneNumber(Sql("SELECT IFNULL((SELECT before FROM runs WHERE first>?1 "
                    "ORDER BY first LIMIT 1), "
                    "(SELECT value FROM numbers WHERE name='update_seq'))")
                    .Bind(1, seq),
                0);
  if (!last.ok()) return last.status();
  return seq <= *last;
}

// A reply is kept at least until a later one was acknowledged.
absl::StatusOr<bool> Views::GaveReply(const std::string& agent, uint64_t seq) {
  if (seq == 0) return true;
  const auto found =
      OneNumber(Sql("SELECT 1 FROM replies WHERE agent=?1 AND seq=?2")
                    .BindText(1, agent)
                    .Bind(2, seq),
                0);
  if (!found.ok()) return found.status();
  return *found == 1;
}

absl::Status Views::DropAcked(const std::string& agent,
                              std::string_view answer) {
  return Sql("DELETE FROM replies WHERE answer=?1 AND agent=?2 AND seq<(SELECT "
             "acked FROM reply_cursors WHERE agent=?2)")
      .BindBlob(1, answer)
      .BindText(2, agent)
      .Run();
}

absl::Status Views::PutAnswer(const v1::Answer& answer) {
  return Sql("INSERT OR REPLACE INTO answers VALUES(?1,?2)")
      .BindBlob(1, answer.id())
      .BindBlob(2, answer.SerializeAsString())
      .Run();
}

absl::StatusOr<std::optional<v1::Answer>> Views::FindAnswer(
    std::string_view id) {
  store::Statement& ask = Sql("SELECT body FROM answers WHERE id=?1");
  const auto row = ask.BindBlob(1, id).Step();
  if (!row.ok()) return row.status();
  if (!*row) return std::optional<v1::Answer>();
  v1::Answer answer;
  const bool parsed = answer.ParseFromString(ask.Blob(0));
  ask.Reset();
  if (!parsed) return absl::DataLossError("an answer cannot be read");
  return std::optional<v1::Answer>(std::move(answer));
}

absl::Status Views::OweReply(const std::string& agent, v1::ReplyKind kind,
                             std::string_view answer, std::string_view record) {
  absl::Status status =
      Sql("INSERT INTO reply_cursors VALUES(?1,0,0) ON CONFLICT DO NOTHING")
          .BindText(1, agent)
          .Run();
  if (!status.ok()) return status;
  status = Sql("INSERT INTO replies SELECT ?1, MAX(last, ?5)+1, ?2, ?3, ?4 "
               "FROM reply_cursors WHERE agent=?1 ON CONFLICT DO NOTHING")
               .BindText(1, agent)
               .Bind(2, static_cast<int>(kind))
               .BindBlob(3, answer)
               .BindBlob(4, record)
               .Bind(5, run_)
               .Run();
  if (!status.ok() || database_->Changes() == 0) return status;
  return Sql("UPDATE reply_cursors SET last=MAX(last, ?2)+1 WHERE agent=?1")
      .BindText(1, agent)
      .Bind(2, run_)
      .Run();
}

absl::Status Views::Owing::Owe(const std::string& agent, v1::ReplyKind kind,
                               std::string_view answer,
                               std::string_view record) {
  const auto [found, fresh] = agents_.try_emplace(agent);
  Agent& at = found->second;
  if (fresh) {
    const auto last =
        OneNumber(views_.Sql("SELECT last FROM reply_cursors WHERE agent=?1")
                      .BindText(1, agent),
                  0);
    if (!last.ok()) return last.status();
    at.last = std::max(*last, views_.run_);
  }
  absl::Status status = views_
                            .Sql(
                                "INSERT INTO replies VALUES(?1,?2,?3,?4,?5) "
                                "ON CONFLICT DO NOTHING")
                            .BindText(1, agent)
                            .Bind(2, at.last + 1)
                            .Bind(3, static_cast<int>(kind))
                            .BindBlob(4, answer)
                            .BindBlob(5, record)
                            .Run();
  if (!status.ok() || views_.database_->Changes() == 0) return status;
  ++at.last;
  at.changed = true;
  return status;
}

absl::Status Views::Owing::End() {
  for (const auto& [agent, at] : agents_) {
    if (!at.changed) continue;
    absl::Status status =
        views_
            .Sql(
                "INSERT INTO reply_cursors VALUES(?1,?2,0) ON CONFLICT DO "
                "UPDATE SET last=?2")
            .BindText(1, agent)
            .Bind(2, at.last)
            .Run();
    if (!status.ok()) return status;
  }
  return absl::OkStatus();
}

absl::StatusOr<std::vector<ReplyRow>> Views::RepliesAfter(
    const std::string& agent, uint64_t seq, size_t most) {
  std::vector<ReplyRow> rows;
  store::Statement& read =
      Sql("SELECT seq, kind, answer, record FROM replies WHERE agent=?1 AND "
          "seq>?2 AND answer IS NOT NULL ORDER BY seq LIMIT ?3");
  read.BindText(1, agent).Bind(2, seq).Bind(3, static_cast<uint64_t>(most));
  while (true) {
    const auto row = read.Step();
    if (!row.ok()) return row.status();
    if (!*row) return rows;
    rows.push_back({read.Unsigned(0), static_cast<v1::ReplyKind>(read.Int(1)),
                    read.Blob(2), read.Blob(3)});
  }
}

absl::Status Views::MarkRepliesAcked(const std::string& agent, uint64_t seq) {
  return Sql("UPDATE reply_cursors SET acked=MIN(?2, last) "
             "WHERE agent=?1 AND acked<?2")
      .BindText(1, agent)
      .Bind(2, seq)
      .Run();
}

absl::StatusOr<uint64_t> Views::PendingReplies() {
  return OneNumber(Sql("SELECT COUNT(*) FROM reply_cursors c JOIN replies r "
                       "ON r.agent=c.agent AND r.seq>c.acked "
                       "AND r.answer IS NOT NULL WHERE c.last>c.acked"),
                   0);
}

absl::StatusOr<std::set<std::string>> Views::PendingRecords(
    const std::string& agent) {
  std::set<std::string> records;
  store::Statement& read = Sql(
      "SELECT record FROM replies WHERE agent=?1 AND seq>(SELECT acked FROM "
      "reply_cursors WHERE agent=?1) AND answer IS NOT NULL");
  read.BindText(1, agent);
  while (true) {
    const auto row = read.Step();
    if (!row.ok()) return row.status();
    if (!*row) return records;
    records.insert(read.Blob(0));
  }
}

absl::Status Views::PutUnsettled(const UnsettledRow& token) {
  return Sql("INSERT OR REPLACE INTO unsettled VALUES(?1,?2,?3)")
      .Bind(1, token.position)
      .BindText(2, token.left)
      .Bind(3, token.keeps_record ? 1 : 0)
      .Run();
}

absl::StatusOr<std::vector<UnsettledRow>> Views::TakeUnsettled(size_t most) {
  std::vector<UnsettledRow> tokens;
  store::Statement& read =
      Sql("SELECT position, left, keeps_record FROM unsettled "
          "ORDER BY position LIMIT ?1");
  read.Bind(1, static_cast<uint64_t>(most));
  while (true) {
    const auto row = read.Step();
    if (!row.ok()) return row.status();
    if (!*row) break;
    tokens.push_back({read.Unsigned(0), read.Text(1), read.Int(2) != 0});
  }
  if (tokens.empty()) return tokens;
  absl::Status status = Sql("DELETE FROM unsettled WHERE position<=?1")
                            .Bind(1, tokens.back().position)
                            .Run();
  if (!status.ok()) return status;
  return tokens;
}

absl::Status Views::ForgetReplies(const std::string& agent,
                                  const std::set<std::string>& records,
                                  bool all) {
  std::vector<uint64_t> seqs;
  store::Statement& read =
      Sql("SELECT r.seq, r.record FROM replies r JOIN reply_cursors c "
          "ON c.agent=r.agent WHERE r.agent=?1 AND (?2 OR r.seq<=c.acked) AND "
          "r.answer IS NOT NULL");
  read.BindText(1, agent).Bind(2, all ? 1 : 0);
  while (true) {
    const auto row = read.Step();
    if (!row.ok()) return row.status();
    if (!*row) break;
    if (records.contains(read.Blob(1))) seqs.push_back(read.Unsigned(0));
  }
  for (const uint64_t seq : seqs) {
    absl::Status status = Sql("UPDATE replies SET answer=NULL, record=NULL "
                              "WHERE agent=?1 AND seq=?2")
                              .BindText(1, agent)
                              .Bind(2, seq)
                              .Run();
    if (!status.ok()) return status;
  }
  return absl::OkStatus();
}

absl::Status Views::PutMirrored(const std::string& key, uint64_t seq,
                                v1::UpdateKind kind, const std::string& body) {
  return Sql("INSERT OR REPLACE INTO mirrored VALUES(?1,?2,?3,?4)")
      .BindText(1, key)
      .Bind(2, seq)
      .Bind(3, static_cast<int>(kind))
      .BindBlob(4, body)
      .Run();
}

absl::StatusOr<std::string> Views::FindMirrored(const std::string& key) {
  store::Statement& ask = Sql("SELECT body FROM mirrored WHERE key=?1");
  const auto row = ask.BindText(1, key).Step();
  if (!row.ok()) return row.status();
  std::string body = *row ? ask.Blob(0) : std::string();
  ask.Reset();
  return body;
}

std::string Views::DayKey(uint64_t insight, int32_t day) {
  return fmt::format("day/{}/{}", insight, day);
}

absl::StatusOr<size_t> Views::ForgetDays(int32_t day, size_t most) {
  store::Statement& read =
      Sql("SELECT key FROM mirrored WHERE kind=?1 ORDER BY seq LIMIT ?2");
  read.Bind(1, static_cast<int>(v1::UPDATE_DAY))
      .Bind(2, static_cast<uint64_t>(most));
  std::vector<std::string> old;
  while (true) {
    const auto row = read.Step();
    if (!row.ok()) return row.status();
    if (!*row) break;
    std::string key = read.Text(0);
    int32_t of = 0;
    if (!absl::SimpleAtoi(key.substr(key.rfind('/') + 1), &of) || of >= day) {
      break;
    }
    old.push_back(std::move(key));
  }
  read.Reset();
  for (const std::string& key : old) {
    absl::Status status =
        Sql("DELETE FROM mirrored WHERE key=?1").BindText(1, key).Run();
    if (!status.ok()) return status;
  }
  return old.size();
}

absl::StatusOr<std::vector<v1::Item>> Views::ItemsAfter(uint64_t seq,
                                                        size_t most,
                                                        size_t bytes) {
  std::vector<v1::Item> items;
  size_t total = 0;
  store::Statement& read = Sql(
      "SELECT seq, kind, body FROM (SELECT seq, 1 AS kind, body FROM insights "
      "WHERE seq>?1 UNION ALL SELECT seq, kind, body FROM mirrored WHERE "
      "seq>?1) ORDER BY seq LIMIT ?2");
  read.Bind(1, seq).Bind(2, static_cast<uint64_t>(most));
  while (true) {
    const auto row = read.Step();
    if (!row.ok()) return row.status();
    if (!*row) return items;
    v1::Item item;
    item.set_seq(read.Unsigned(0));
    item.set_kind(static_cast<uint32_t>(read.Int(1)));
    item.set_body(read.Blob(2));
    total += item.body().size();
    if (!items.empty() && total > bytes) break;
    items.push_back(std::move(item));
  }
  read.Reset();
  return items;
}

}  // namespace earshot::router
