#include "router/delivery/delivery.h"

#include <utility>

#include "earshot/v1/answer.pb.h"
#include "earshot/v1/erase.pb.h"

namespace earshot::router {
namespace {

// What a site is told, by its id; of what is kept no longer the id alone.
template <typename Message>
absl::StatusOr<std::string> AsTold(
    const absl::StatusOr<std::optional<Message>>& found,
    const std::string& id) {
  if (!found.ok()) return found.status();
  Message told;
  if (*found) told = **found;
  told.set_id(id);
  return told.SerializeAsString();
}

}  // namespace

std::optional<Deliveries::Settled> Deliveries::Open(uint64_t session,
                                                    const Enrolled& peer,
                                                    const v1::Cursor& cursor) {
  const auto opened = sessions_.insert_or_assign(
      session, Session{peer.name, peer.role == Role::kFeed, true,
                       wire::DeliverySender(generation_, cursor)});
  return SettledBy(opened.first->second, cursor);
}

std::optional<Deliveries::Settled> Deliveries::SettledBy(
    const Session& session, const v1::Cursor& cursor) const {
  if (session.feed || cursor.generation() != generation_) return std::nullopt;
  return Settled{session.name, cursor.seq()};
}

void Deliveries::UseGeneration(uint64_t generation) {
  generation_ = generation;
  for (auto& [id, session] : sessions_) {
    session.sender = wire::DeliverySender(generation, {});
    session.pending = true;
  }
}

absl::StatusOr<bool> Deliveries::IsBehind(const Enrolled& peer,
                                          const v1::Cursor& cursor) {
  if (cursor.generation() != generation_) return false;
  const auto gave = peer.role == Role::kFeed
                        ? views_.GaveUpdate(cursor.seq())
                        : views_.GaveReply(peer.name, cursor.seq());
  if (!gave.ok()) return gave.status();
  return !*gave;
}

void Deliveries::Close(uint64_t session) { sessions_.erase(session); }

void Deliveries::Tick(absl::Duration now) {
  for (auto& [id, session] : sessions_) {
    if (!session.sender.Overdue(now)) continue;
    session.pending = true;
    counters_.overdue.Add();
  }
}

std::optional<Deliveries::Settled> Deliveries::OnAck(uint64_t session,
                                                     const v1::Cursor& cursor) {
  const auto found = sessions_.find(session);
  if (found == sessions_.end()) return std::nullopt;
  found->second.sender.OnAck(cursor);
  found->second.pending = true;
  return SettledBy(found->second, cursor);
}

void Deliveries::OnSnapshotRequest(uint64_t session, const v1::Cursor& cursor) {
  const auto found = sessions_.find(session);
  if (found == sessions_.end()) return;
  found->second.sender.OnSnapshotRequest(cursor);
  found->second.pending = true;
}

void Deliveries::WakeFeeds() {
  for (auto& [id, session] : sessions_) {
    if (session.feed) session.pending = true;
  }
}

void Deliveries::WakeAgent(const std::string& agent) {
  for (auto& [id, session] : sessions_) {
    if (!session.feed && session.name == agent) session.pending = true;
  }
}

// Rows of one kind and answer in a row become one item, numbered by its last.
absl::StatusOr<std::vector<v1::Item>> Deliveries::Replies(
    const Session& session) {
  const auto rows = views_.RepliesAfter(session.name, session.sender.after(),
                                        wire::kDeliveryItems * 5);
  if (!rows.ok()) return rows.status();
  constexpr size_t kMostObservations = 500;
  std::vector<v1::Item> items;
  size_t bytes = 0;
  for (size_t i = 0; i < rows->size() && bytes < wire::kDeliveryBytes;) {
    const ReplyRow& first = (*rows)[i];
    std::vector<std::string> records;
    uint64_t last = 0;
    for (; i < rows->size() && records.size() < kMostObservations &&
           (*rows)[i].kind == first.kind && (*rows)[i].answer == first.answer;
         ++i) {
      records.push_back((*rows)[i].record);
      last = (*rows)[i].seq;
    }
    auto body = ReplyBody(first, std::move(records));
    if (!body.ok()) return body.status();
    v1::Item item;
    item.set_seq(last);
    item.set_kind(static_cast<uint32_t>(first.kind));
    item.set_body(*std::move(body));
    bytes += item.body().size();
    items.push_back(std::move(item));
  }
  return items;
}

absl::StatusOr<std::string> Deliveries::ReplyBody(
    const ReplyRow& row, std::vector<std::string> records) {
  if (row.kind == v1::REPLY_ERASE) {
    v1::EraseOrder order;
    order.set_id(row.answer);
    order.mutable_observations()->Assign(records.begin(), records.end());
    return order.SerializeAsString();
  }
  if (row.kind == v1::REPLY_QUESTION) {
    const auto result = views_.FindQuestion(row.answer);
    if (!result.ok()) return result.status();
    v1::QuestionReply reply;
    if (*result) {
      *reply.mutable_question() = (*result)->question();
      reply.mutable_question()->set_leader((*result)->leader_name());
    }
    reply.mutable_question()->set_id(row.answer);
    reply.mutable_question()->clear_scope();
    reply.mutable_question()->clear_opened_by();
    std::erase(records, "");
    reply.mutable_observations()->Assign(records.begin(), records.end());
    return reply.SerializeAsString();
  }
  if (row.kind == v1::REPLY_SITE_NEWS) {
    return AsTold(views_.FindNews(row.answer), row.answer);
  }
  if (row.kind == v1::REPLY_SITE_ISSUE) {
    return AsTold(views_.FindSiteIssue(row.answer), row.answer);
  }
  if (row.kind == v1::REPLY_GUIDANCE) {
    const auto reach = views_.FindGuidance(row.answer);
    if (!reach.ok()) return reach.status();
    v1::Guidance guidance;
    if (*reach) {
      guidance = (*reach)->guidance();
      guidance.set_leader((*reach)->leader_name());
    }
    guidance.set_id(row.answer);
    guidance.clear_scope();
    return guidance.SerializeAsString();
  }
  const auto answer = views_.FindAnswer(row.answer);
  if (!answer.ok()) return answer.status();
  v1::AnswerReply reply;
  if (*answer) *reply.mutable_answer() = **answer;
  reply.mutable_answer()->set_id(row.answer);
  reply.mutable_observations()->Assign(records.begin(), records.end());
  return reply.SerializeAsString();
}

absl::StatusOr<std::vector<v1::Item>> Deliveries::Items(
    const Session& session) {
  if (!session.feed) return Replies(session);
  return views_.ItemsAfter(session.sender.after(), wire::kDeliveryItems,
                           wire::kDeliveryBytes);
}

absl::StatusOr<std::optional<Deliveries::Frame>> Deliveries::Next() {
  for (auto& [id, session] : sessions_) {
    if (!session.pending || !session.sender.HasRoom()) continue;
    auto items = Items(session);
    if (!items.ok()) return items.status();
    const size_t count = items->size();
    auto delivery = session.sender.Wrap(*std::move(items));
    if (!delivery) {
      session.pending = false;
      continue;
    }
    (session.feed ? counters_.updates : counters_.replies).Add(count);
    return std::optional<Frame>(Frame{id, session.feed ? v1::UPDATE : v1::REPLY,
                                      delivery->SerializeAsString()});
  }
  return std::optional<Frame>();
}

}  // namespace earshot::router
