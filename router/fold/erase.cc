#include <fmt/format.h>

#include <algorithm>

#include "earshot/v1/erase.pb.h"
#include "router/fold/fold.h"

// Texts that go for good: from the log's side-store, the views, the mirror of
// feeds and the spools of agents. Counts stay, and a record of it.
namespace earshot::router {
namespace {

constexpr uint64_t kOrdersKept = 1000;

void DropWords(v1::Insight& insight, const std::string& observation) {
  auto& verbatims = *insight.mutable_verbatims();
  verbatims.erase(std::remove_if(verbatims.begin(), verbatims.end(),
                                 [&](const v1::Verbatim& verbatim) {
                                   return verbatim.observation() == observation;
                                 }),
                  verbatims.end());
  if (insight.opened_by() == observation) insight.clear_marks();
}

}  // namespace

absl::Status Fold::FoldErasure(const LogRow& row, Work& work) {
  v1::ErasureRecord record;
  if (!record.ParseFromString(row.body)) {
    return absl::DataLossError("an erasure cannot be read");
  }
  absl::Status status = SettleReadings(work);
  if (!status.ok()) return status;
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
    status = EraseOne(**found, record, work);
    if (!status.ok()) return status;
  }
  for (const uint64_t position : record.positions()) {
    const auto insight = EraseVerdict(position, work);
    if (!insight.ok()) return insight.status();
    if (*insight != 0) insights.insert(*insight);
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

// Where it is, and where it may have been before leaders merged or split: feeds
// keep what an insight was for a day.
absl::Status Fold::NoteHolders(uint64_t id, Work& work,
                               std::set<uint64_t>& insights) {
  if (id == 0 || !insights.insert(id).second || !regrouped_.contains(id)) {
    return absl::OkStatus();
  }
  const auto parts = PartsOf(id, work);
  if (!parts.ok()) return parts.status();
  insights.insert(parts->begin(), parts->end());
  const auto insight = Touch(id, work);
  if (!insight.ok()) return insight.status();
  if (*insight == nullptr) return absl::OkStatus();
  insights.insert((*insight)->kept_apart().begin(),
                  (*insight)->kept_apart().end());
  return absl::OkStatus();
}

// Also where the same record stands once more under another epoch.
absl::Status Fold::EraseOne(const EvidenceRow& found,
                            const v1::ErasureRecord& record, Work& work) {
  auto positions = views_.PositionsOf(found);
  if (!positions.ok()) return positions.status();
  if (std::find(positions->begin(), positions->end(), found.position) ==
      positions->end()) {
    positions->push_back(found.position);
  }
  auto insight = Touch(found.insight, work);
  if (!insight.ok()) return insight.status();
  if (*insight != nullptr) DropWords(**insight, found.observation);
  for (const uint64_t position : *positions) {
    recent_.Forget(position);
    work.erasures.push_back(position);
    const auto reading = views_.ReadingOf(position);
    if (!reading.ok()) return reading.status();
    if (*reading != 0) work.erasures.push_back(*reading);
    absl::Status status = views_.ForgetText(position);
    if (!status.ok()) return status;
    if (record.cause() != v1::ErasureRecord::ASKED) continue;
    const auto token = reader_.FindToken(position);
    if (!token.ok()) return token.status();
    if (!*token) continue;
    work.owed.insert((*token)->agent);
    status = views_.OweReply((*token)->agent, v1::REPLY_ERASE, record.id(),
                             (*token)->record);
    if (!status.ok()) return status;
  }
  return absl::OkStatus();
}

// The reason that somebody gave. Where it was quoted; 0: nowhere.
absl::StatusOr<uint64_t> Fold::EraseVerdict(uint64_t position, Work& work) {
  const auto row = reader_.ReadOne(position);
  if (!row.ok()) return row.status();
  v1::VerdictRecord verdict;
  if (!*row || (*row)->kind != v1::LOG_VERDICT ||
      !verdict.ParseFromString((*row)->body)) {
    return 0;
  }
  work.erasures.push_back(position);
  const auto found = views_.FindObservation(verdict.observation());
  if (!found.ok()) return found.status();
  if (!*found) return 0;
  auto insight = Touch((*found)->insight, work);
  if (!insight.ok()) return insight.status();
  if (*insight == nullptr) return 0;
  for (v1::InsightEvent& event : *(*insight)->mutable_history()) {
    if (event.decision() == position) event.clear_detail();
  }
  return (*found)->insight;
}

}  // namespace earshot::router
