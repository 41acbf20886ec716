// How deliveries get into the inbox, and what is known of the router.
#include "base/wire/delivery.h"

#include <sstream>
#include <utility>

#include "agents/inbox/inbox.h"
#include "proto/contract/times.h"

namespace earshot::agents {

absl::Status Inbox::SetMeta(const std::string& key, std::string_view value) {
  store::Statement insert = database_->Prepare(
      "INSERT INTO meta VALUES(?1,?2) ON CONFLICT(key) DO UPDATE SET value=?2 "
      "WHERE value<>?2");
  return insert.BindText(1, key).BindBlob(2, value).Run();
}

absl::StatusOr<std::string> Inbox::Meta(const std::string& key) {
  store::Statement ask =
      database_->Prepare("SELECT value FROM meta WHERE key=?1");
  const auto row = ask.BindText(1, key).Step();
  if (!row.ok()) return row.status();
  return *row ? ask.Blob(0) : std::string();
}

absl::StatusOr<v1::Cursor> Inbox::Cursor() {
  const auto bytes = Meta("cursor");
  if (!bytes.ok()) return bytes.status();
  v1::Cursor cursor;
  if (!cursor.ParseFromString(*bytes)) {
    return absl::DataLossError("the inbox's cursor cannot be read");
  }
  return cursor;
}

absl::StatusOr<Contact> Inbox::LastContact() {
  Contact contact;
  auto peer = Meta("peer");
  if (!peer.ok()) return peer.status();
  contact.peer = *std::move(peer);
  const auto sites = Meta("sites");
  if (!sites.ok()) return sites.status();
  std::istringstream lines(*sites);
  for (std::string site; std::getline(lines, site);) {
    contact.sites.push_back(site);
  }
  const auto at = Meta("last_contact");
  if (!at.ok()) return at.status();
  google::protobuf::Timestamp stamp;
  if (!at->empty() && stamp.ParseFromString(*at)) {
    contact.last_contact = contract::ToTime(stamp);
  }
  return contact;
}

absl::Status Inbox::NoteContact(const Contact& contact) {
  auto transaction = database_->Begin();
  if (!transaction.ok()) return transaction.status();
  std::string sites;  // a name holds no line feed
  for (const std::string& site : contact.sites) sites += site + "\n";
  absl::Status status = SetMeta("peer", contact.peer);
  if (status.ok()) status = SetMeta("sites", sites);
  if (status.ok() && contact.last_contact) {
    status =
        SetMeta("last_contact",
                contract::ToStamp(*contact.last_contact).SerializeAsString());
  }
  return status.ok() ? transaction->Commit() : status;
}

absl::Status Inbox::TakeAnswer(const v1::AnswerReply& reply, Taken& taken) {
  store::Statement link =
      database_->Prepare("INSERT OR IGNORE INTO answered VALUES(?1,?2,0)");
  for (const std::string& record : reply.observations()) {
    absl::Status status =
        link.BindBlob(1, reply.answer().id()).BindBlob(2, record).Run();
    if (!status.ok()) return status;
    taken.answers += static_cast<uint64_t>(database_->Changes());
  }
  store::Statement body =
      database_->Prepare("INSERT OR IGNORE INTO answers VALUES(?1,?2,?3)");
  return body.BindBlob(1, reply.answer().id())
      .Bind(2, reply.answer().at().seconds())
      .BindBlob(3, reply.answer().SerializeAsString())
      .Run();
}

// A router that was put back orders it again; answers since then stay.
absl::Status Inbox::TakeErase(const v1::EraseOrder& order) {
  store::Statement unlink = database_->Prepare(
      "DELETE FROM answered WHERE record=?1 AND NOT EXISTS (SELECT 1 FROM "
      "receipts WHERE record=?1 AND state='erased')");
  store::Statement mark =
      database_->Prepare("UPDATE receipts SET state='erased' WHERE record=?1");
  for (const std::string& record : order.observations()) {
    absl::Status status = unlink.BindBlob(1, record).Run();
    if (status.ok()) status = mark.BindBlob(1, record).Run();
    store::Statement ask =
        database_->Prepare("DELETE FROM asked WHERE record=?1");
    if (status.ok()) status = ask.BindBlob(1, record).Run();
    // Or it is the id of news that named somebody.
    store::Statement news = database_->Prepare("DELETE FROM news WHERE id=?1");
    if (status.ok()) status = news.BindBlob(1, record).Run();
    if (!status.ok()) return status;
  }
  store::Statement keep =
      database_->Prepare("INSERT OR REPLACE INTO erasures VALUES(?1,?2)");
  absl::Status status =
      keep.BindBlob(1, order.id()).BindBlob(2, order.SerializeAsString()).Run();
  if (!status.ok()) return status;
  return database_->Execute(
      "DELETE FROM answers WHERE id NOT IN (SELECT answer FROM answered)");
}

absl::StatusOr<std::vector<v1::EraseOrder>> Inbox::PendingErasures() {
  store::Statement ask = database_->Prepare("SELECT body FROM erasures");
  std::vector<v1::EraseOrder> orders;
  while (true) {
    const auto row = ask.Step();
    if (!row.ok()) return row.status();
    if (!*row) return orders;
    orders.emplace_back().ParseFromString(ask.Blob(0));
  }
}

absl::Status Inbox::ErasureDone(std::string_view order) {
  store::Statement drop =
      database_->Prepare("DELETE FROM erasures WHERE id=?1");
  absl::Status status = drop.BindBlob(1, order).Run();
  // What it named also stands in the log of recent writes.
  return status.ok() ? database_->Checkpoint(true) : status;
}

absl::Status Inbox::TakeNews(const v1::SiteNews& news) {
  // Erased on its way.
  if (news.text().empty()) return absl::OkStatus();
  store::Statement insert =
      database_->Prepare("INSERT OR REPLACE INTO news VALUES(?1,?2,?3)");
  absl::Status status = insert.BindBlob(1, news.id())
                            .Bind(2, news.at().seconds())
                            .BindBlob(3, news.SerializeAsString())
                            .Run();
  if (!status.ok()) return status;
  return database_->Execute(
      "DELETE FROM news WHERE id NOT IN "
      "(SELECT id FROM news ORDER BY at DESC LIMIT 1000)");
}

absl::Status Inbox::TakeIssue(const v1::SiteIssue& issue) {
  if (issue.title().empty()) {
    store::Statement drop =
        database_->Prepare("DELETE FROM issues WHERE id=?1");
    return drop.BindBlob(1, issue.id()).Run();
  }
  store::Statement put =
      database_->Prepare("INSERT OR REPLACE INTO issues VALUES(?1,?2,?3,?4)");
  absl::Status status = put.BindBlob(1, issue.id())
                            .BindText(2, issue.site())
                            .Bind(3, issue.at().seconds())
                            .BindBlob(4, issue.SerializeAsString())
                            .Run();
  if (!status.ok()) return status;
  return database_->Execute(
      "DELETE FROM issues WHERE id NOT IN "
      "(SELECT id FROM issues ORDER BY at DESC LIMIT 1000)");
}

absl::Status Inbox::TakeItem(const v1::Item& item, Taken& taken) {
  if (item.kind() == v1::REPLY_ANSWER) {
    v1::AnswerReply reply;
    if (reply.ParseFromString(item.body())) return TakeAnswer(reply, taken);
  }
  if (item.kind() == v1::REPLY_SITE_NEWS) {
    v1::SiteNews news;
    if (news.ParseFromString(item.body())) return TakeNews(news);
  }
  if (item.kind() == v1::REPLY_SITE_ISSUE) {
    v1::SiteIssue issue;
    if (issue.ParseFromString(item.body())) return TakeIssue(issue);
  }
  if (item.kind() == v1::REPLY_QUESTION) {
    v1::QuestionReply reply;
    if (reply.ParseFromString(item.body())) return TakeQuestion(reply);
  }
  if (item.kind() == v1::REPLY_GUIDANCE) {
    v1::Guidance guidance;
    if (guidance.ParseFromString(item.body())) return TakeGuidance(guidance);
  }
  if (item.kind() == v1::REPLY_ERASE) {
    v1::EraseOrder order;
    if (order.ParseFromString(item.body())) return TakeErase(order);
  }
  store::Statement other =
      database_->Prepare("INSERT OR REPLACE INTO others VALUES(?1,?2,?3)");
  absl::Status status = other.Bind(1, item.seq())
                            .Bind(2, item.kind())
                            .BindBlob(3, item.body())
                            .Run();
  if (!status.ok()) return status;
  return database_->Execute(
      "DELETE FROM others WHERE seq<=(SELECT MAX(seq)-1000 FROM others)");
}

absl::StatusOr<Inbox::Taken> Inbox::Take(const v1::Delivery& delivery) {
  Taken taken;
  auto cursor = Cursor();
  if (!cursor.ok()) return cursor.status();
  const auto check = wire::CheckDelivery(delivery, *cursor);
  if (check != wire::DeliveryCheck::kTake) {
    taken.taken = check == wire::DeliveryCheck::kAlreadyHave;
    return taken;
  }
  auto transaction = database_->Begin();
  if (!transaction.ok()) return transaction.status();
  cursor->set_generation(delivery.generation());
  cursor->set_seq(delivery.prev_seq());
  for (const v1::Item& item : delivery.items()) {
    absl::Status status = TakeItem(item, taken);
    if (!status.ok()) return status;
    cursor->set_seq(item.seq());
  }
  absl::Status status = SetMeta("cursor", cursor->SerializeAsString());
  if (status.ok()) status = transaction->Commit();
  if (!status.ok()) return status;
  taken.taken = true;
  return taken;
}

}  // namespace earshot::agents
