#include <fmt/format.h>

#include <algorithm>

#include "earshot/v1/erase.pb.h"
#include "router/fold/fold.h"
#include "router/fold/keys.h"
#include "router/log/whose_words.h"

// Texts that go for good: from the log's side-store, the views, the mirror of
// feeds and the spools of agents. Counts stay, and a record of it.
namespace earshot::router {
namespace {

constexpr uint64_t kOrdersKept = 1000;

bool Names(const v1::ErasureRecord& record, const std::string& observation) {
  return std::find(record.observations().begin(), record.observations().end(),
                   observation) != record.observations().end();
}

void DropWords(v1::Insight& insight, const v1::ErasureRecord& record) {
  auto& verbatims = *insight.mutable_verbatims();
  verbatims.erase(std::remove_if(verbatims.begin(), verbatims.end(),
                                 [&](const v1::Verbatim& verbatim) {
                                   return Names(record, verbatim.observation());
                                 }),
                  verbatims.end());
  DropThanked(insight, [&](const std::string& observation) {
    return Names(record, observation);
  });
  if (Names(record, insight.opened_by())) insight.clear_marks();
  for (v1::InsightEvent& event : *insight.mutable_history()) {
    if (std::find(record.positions().begin(), record.positions().end(),
                  event.decision()) != record.positions().end()) {
      event.clear_detail();
    }
  }
}

}  // namespace

absl::Status Fold::FoldErasure(const LogRow& row, Work& work) {
  v1::ErasureRecord record;
  if (!record.ParseFromString(row.body)) {
    return absl::DataLossError("an erasure cannot be read");
  }
  absl::Status status = SettleReadings(work);
  if (!status.ok()) return status;
  // What only grew old is no order to agents: they hold nothing that old.
  work.erase_order =
      record.cause() == v1::ErasureRecord::ASKED ? record.id() : "";
  v1::EraseOrder order;
  order.set_id(record.id());
  *order.mutable_at() = record.at();
  std::set<uint64_t> insights;
  for (const std::string& observation : record.observations()) {
    const auto found = views_.FindObservation(observation);
    if (!found.ok()) return found.status();
    if (!*found) continue;
    order.add_observations(observation);
    status = NoteHolders((*found)->insight, work, insights);
    if (!status.ok()) return status;
    status = EraseOne(**found, work);
    if (status.ok()) status = EraseThanks(observation, work);
    if (!status.ok()) return status;
  }
  status = AddWhatCameSince(row.position, record);
  if (!status.ok()) return status;
  for (const uint64_t position : record.positions()) {
    status = ErasePosition(position, work, insights);
    if (!status.ok()) return status;
    order.add_events(position);
  }
  for (const uint64_t id : insights) {
    const auto insight = Touch(id, work);
    if (!insight.ok()) return insight.status();
    if (*insight != nullptr) DropWords(**insight, record);
  }
  order.set_sent_digests(record.cause() == v1::ErasureRecord::ASKED);
  order.mutable_insights()->Add(insights.begin(), insights.end());
  const auto orders = views_.Number("erase_orders");
  if (!orders.ok()) return orders.status();
  status = views_.PutNumber("erase_orders", *orders + 1);
  if (!status.ok()) return status;
  counters_.erased.Add(static_cast<uint64_t>(order.observations_size()));
  return PutItem(fmt::format("erase/{}", *orders % kOrdersKept),
                 v1::UPDATE_ERASE, order.SerializeAsString());
}

// Reasons and answers that were taken between the look through the log and this
// record, from which on they come without their words.
absl::Status Fold::AddWhatCameSince(uint64_t end, v1::ErasureRecord& record) {
  constexpr size_t kPage = 500;
  if (record.looked_until() == 0) return absl::OkStatus();
  for (uint64_t after = record.looked_until(); after + 1 < end;) {
    const auto rows = reader_.ReadAfter(
        after, std::min<size_t>(kPage, static_cast<size_t>(end - after - 1)));
    if (!rows.ok()) return rows.status();
    if (rows->empty()) return absl::OkStatus();
    for (const LogRow& row : *rows) {
      after = row.position;
      if (row.kind != v1::LOG_OBSERVATION && Names(record, WhoseWords(row))) {
        record.add_positions(row.position);
      }
    }
  }
  return absl::OkStatus();
}

// Where it is, and where it may have been before leaders merged or split: feeds
// keep what an insight was, and digests what they quoted of it.
absl::Status Fold::NoteHolders(uint64_t id, Work& work,
                               std::set<uint64_t>& insights) {
  std::vector<uint64_t> open{id};
  while (!open.empty()) {
    const uint64_t next = open.back();
    open.pop_back();
    if (next == 0 || !insights.insert(next).second ||
        !regrouped_.contains(next)) {
      continue;
    }
    const auto insight = Touch(next, work);
    if (!insight.ok()) return insight.status();
    if (*insight == nullptr) continue;
    open.push_back((*insight)->merged_into());
    open.insert(open.end(), (*insight)->kept_apart().begin(),
                (*insight)->kept_apart().end());
    for (const v1::MergedPart& part : (*insight)->merged()) {
      open.push_back(part.insight());
    }
  }
  return absl::OkStatus();
}

// Also where the same record stands once more under another epoch.
absl::Status Fold::EraseOne(const EvidenceRow& found, Work& work) {
  auto positions = views_.PositionsOf(found);
  if (!positions.ok()) return positions.status();
  if (std::find(positions->begin(), positions->end(), found.position) ==
      positions->end()) {
    positions->push_back(found.position);
  }
  for (const uint64_t position : *positions) {
    recent_.Forget(position);
    work.changes.erasures.push_back(position);
    const auto reading = views_.ReadingOf(position);
    if (!reading.ok()) return reading.status();
    if (*reading != 0) work.changes.erasures.push_back(*reading);
    absl::Status status = views_.ForgetText(position);
    if (!status.ok()) return status;
    const auto token = reader_.FindToken(position);
    if (!token.ok()) return token.status();
    if (!*token) continue;
    status = EraseAtAgent(**token, work);
    if (!status.ok()) return status;
    // Erased before it was read: nobody is owed an answer.
    if (found.insight != 0) continue;
    status = views_.PutUnsettled({position, "", false});
    if (!status.ok()) return status;
  }
  return absl::OkStatus();
}

// The news that somebody was praised names them.
absl::Status Fold::EraseThanks(const std::string& observation, Work& work) {
  const std::string news = ThanksId(observation);
  const auto agents = views_.AgentsOwed(news);
  if (!agents.ok()) return agents.status();
  for (const std::string& agent : *agents) {
    absl::Status status = EraseAtAgent({agent, news}, work);
    if (!status.ok()) return status;
  }
  return views_.ForgetNews(news);
}

// What somebody gave as a reason, or answered to a question.
absl::Status Fold::ErasePosition(uint64_t position, Work& work,
                                 std::set<uint64_t>& insights) {
  const auto row = reader_.ReadOne(position);
  if (!row.ok()) return row.status();
  v1::VerdictRecord verdict;
  v1::QuestionAnswerRecord answer;
  const bool is_verdict = *row && (*row)->kind == v1::LOG_VERDICT &&
                          verdict.ParseFromString((*row)->body);
  const bool is_answer = *row && (*row)->kind == v1::LOG_QUESTION_ANSWER &&
                         answer.ParseFromString((*row)->body);
  if (!is_verdict && !is_answer) return absl::OkStatus();
  work.changes.erasures.push_back(position);
  const auto found = views_.FindObservation(is_verdict ? verdict.observation()
                                                       : answer.observation());
  if (!found.ok()) return found.status();
  if (*found) {
    // Who said it is who reported.
    const auto reporter = reader_.FindToken((*found)->position);
    if (!reporter.ok()) return reporter.status();
    if (*reporter) {
      absl::Status status =
          EraseAtAgent({(*reporter)->agent, (*row)->token.record}, work);
      if (!status.ok()) return status;
    }
  }
  if (is_answer) return ForgetAnswer(answer.question(), position, insights);
  return *found ? NoteHolders((*found)->insight, work, insights)
                : absl::OkStatus();
}

absl::Status Fold::EraseAtAgent(const OwnerToken& token, Work& work) {
  if (!token.NamesAgent() || work.erase_order.empty()) return absl::OkStatus();
  work.owed.insert(token.agent);
  return views_.OweReply(token.agent, v1::REPLY_ERASE, work.erase_order,
                         token.record);
}

// What was on its way when it was erased, or was sent again since, is taken
// without its words; who sent it is to forget them too.
absl::Status Fold::OrderErased(const LogRow& row, Work& work) {
  if (!row.token.NamesAgent()) return absl::OkStatus();
  work.owed.insert(row.token.agent);
  return views_.OweReply(row.token.agent, v1::REPLY_ERASE,
                         Key(router_key_, "erase", row.token.record),
                         row.token.record);
}

absl::Status Fold::ForgetAnswer(const std::string& question, uint64_t position,
                                std::set<uint64_t>& insights) {
  auto result = views_.FindQuestion(question);
  if (!result.ok()) return result.status();
  if (!*result) return absl::OkStatus();
  insights.insert((*result)->question().insight());
  auto& positions = *(*result)->mutable_text_positions();
  auto& texts = *(*result)->mutable_texts();
  for (int i = positions.size() - 1; i >= 0; --i) {
    if (positions[i] != position) continue;
    positions.erase(positions.begin() + i);
    texts.erase(texts.begin() + i);
  }
  return PutQuestion(**result);
}

}  // namespace earshot::router
