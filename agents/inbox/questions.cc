// Questions and guidance of leaders.
#include <utility>

#include "agents/inbox/inbox.h"
#include "proto/contract/times.h"

namespace earshot::agents {
namespace {

absl::StatusOr<std::vector<AskedQuestion>> ReadQuestions(
    store::Statement& ask) {
  std::vector<AskedQuestion> questions;
  while (true) {
    const auto row = ask.Step();
    if (!row.ok()) return row.status();
    if (!*row) return questions;
    AskedQuestion& asked = questions.emplace_back();
    asked.question.ParseFromString(ask.Blob(0));
    asked.record = ask.Blob(1);
    asked.receipt_hash = ask.Blob(2);
  }
}

}  // namespace

// Each that is asked once, however often it comes.
absl::Status Inbox::TakeQuestion(const v1::QuestionReply& reply) {
  const v1::Question& question = reply.question();
  store::Statement put =
      database_->Prepare("INSERT OR IGNORE INTO questions VALUES(?1,?2,?3)");
  absl::Status status = put.BindBlob(1, question.id())
                            .Bind(2, question.closes_at().seconds())
                            .BindBlob(3, question.SerializeAsString())
                            .Run();
  if (!status.ok()) return status;
  store::Statement ask =
      database_->Prepare("INSERT OR IGNORE INTO asked VALUES(?1,?2,0)");
  if (reply.observations().empty()) {
    status = ask.BindBlob(1, question.id()).BindBlob(2, "").Run();
  }
  for (const std::string& record : reply.observations()) {
    if (!status.ok()) return status;
    status = ask.BindBlob(1, question.id()).BindBlob(2, record).Run();
  }
  if (!status.ok()) return status;
  return database_->Execute(
      "DELETE FROM questions WHERE id NOT IN "
      "(SELECT id FROM questions ORDER BY closes_at DESC LIMIT 1000);"
      "DELETE FROM asked WHERE question NOT IN (SELECT id FROM questions)");
}

absl::Status Inbox::TakeGuidance(const v1::Guidance& guidance) {
  store::Statement put =
      database_->Prepare("INSERT OR IGNORE INTO guidance VALUES(?1,?2,?3,0)");
  absl::Status status = put.BindBlob(1, guidance.id())
                            .Bind(2, guidance.at().seconds())
                            .BindBlob(3, guidance.SerializeAsString())
                            .Run();
  if (!status.ok()) return status;
  return database_->Execute(
      "DELETE FROM guidance WHERE id NOT IN "
      "(SELECT id FROM guidance ORDER BY at DESC LIMIT 1000)");
}

absl::StatusOr<std::vector<AskedQuestion>> Inbox::QuestionsTo(
    std::optional<uid_t> person, absl::Time now) {
  store::Statement ask = database_->Prepare(
      "SELECT q.body, a.record, IFNULL(r.hash, x'') FROM questions q "
      "JOIN asked a ON a.question=q.id "
      "LEFT JOIN reports p ON p.record=a.record "
      "LEFT JOIN receipts r ON r.hash=p.hash "
      "WHERE q.closes_at>?2 AND a.answered=0 AND "
      "(a.record=x'' OR r.uid=?1 OR (p.hash IS NULL AND "
      "EXISTS(SELECT 1 FROM importers WHERE uid=?1))) "
      "ORDER BY q.closes_at, q.id, a.record LIMIT 200");
  ask.Bind(2, absl::ToUnixSeconds(now));
  if (person) {
    ask.Bind(1, static_cast<int64_t>(*person));
  } else {
    ask.BindNull(1);
  }
  return ReadQuestions(ask);
}

absl::StatusOr<std::vector<AskedQuestion>> Inbox::QuestionsTo(
    std::string_view hash, absl::Time now) {
  store::Statement ask = database_->Prepare(
      "SELECT q.body, a.record, p.hash FROM reports p "
      "JOIN asked a ON a.record=p.record JOIN questions q ON q.id=a.question "
      "WHERE p.hash=?1 AND q.closes_at>?2 AND a.answered=0 "
      "ORDER BY q.closes_at, q.id LIMIT 200");
  ask.BindBlob(1, hash).Bind(2, absl::ToUnixSeconds(now));
  return ReadQuestions(ask);
}

absl::Status Inbox::NoteReply(std::string_view question,
                              std::string_view record) {
  store::Statement update = database_->Prepare(
      "UPDATE asked SET answered=1 WHERE question=?1 AND record=?2");
  return update.BindBlob(1, question).BindBlob(2, record).Run();
}

absl::StatusOr<std::vector<GuidanceItem>> Inbox::Guidance() {
  store::Statement ask = database_->Prepare(
      "SELECT body, shown FROM guidance ORDER BY at DESC LIMIT 20");
  std::vector<GuidanceItem> items;
  while (true) {
    const auto row = ask.Step();
    if (!row.ok()) return row.status();
    if (!*row) return items;
    GuidanceItem& item = items.emplace_back();
    item.guidance.ParseFromString(ask.Blob(0));
    item.fresh = ask.Int(1) == 0;
  }
}

absl::Status Inbox::MarkGuidanceShown(std::string_view id) {
  store::Statement update =
      database_->Prepare("UPDATE guidance SET shown=1 WHERE id=?1");
  return update.BindBlob(1, id).Run();
}

}  // namespace earshot::agents
