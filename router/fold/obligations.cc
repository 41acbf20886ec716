// Who must get the answers to a report, and how long that is known.
#include "router/loop/obligations.h"

#include <map>
#include <set>
#include <utility>

#include "proto/contract/times.h"
#include "router/fold/fold.h"
#include "router/fold/keys.h"

namespace earshot::router {
namespace {

constexpr size_t kSecretBytes = 32;

}  // namespace

// Of anonymous reporters the agents are told apart, under a secret of the
// insight: once that is gone, nothing tells which agent a key stood for.
absl::StatusOr<std::string> Fold::EvidenceKey(
    const v1::PersonalObservation& personal, const OwnerToken& sender,
    uint64_t insight, Work& work) {
  if (!personal.reporter_key().empty()) {
    return Key(router_key_, "evidence", personal.reporter_key(),
               std::to_string(insight));
  }
  if (!sender.NamesAgent()) return std::string();
  const auto secret = InsightSecret(insight, work);
  if (!secret.ok()) return secret.status();
  return Key(os::HmacKey(*secret), "evidence", sender.agent);
}

absl::StatusOr<std::string> Fold::InsightSecret(uint64_t insight, Work& work) {
  const auto [at, fresh] = work.insight_keys.try_emplace(insight);
  if (!fresh) return at->second;
  auto known = reader_.FindInsightKey(insight);
  if (!known.ok()) {
    work.insight_keys.erase(at);
    return known.status();
  }
  if (known->empty()) {
    *known = random_.Bytes(kSecretBytes);
    work.readings.AddKey(insight, *known);
  }
  at->second = *std::move(known);
  return at->second;
}

// The sender need not be known any more; an order to erase the record may yet
// have to name it.
absl::Status Fold::SettleSender(const LogRow& row, std::string_view left) {
  if (!row.token.NamesAgent()) return absl::OkStatus();
  return views_.PutUnsettled({row.position, std::string(left), true});
}

// The log forgets an agent after what it was needed for is in the views: was
// their commit lost, the next attempt still needs it.
absl::StatusOr<size_t> Fold::TakeUnsettled(Work& work) {
  constexpr size_t kMost = 10000;
  auto rows = views_.TakeUnsettled(kMost);
  if (!rows.ok()) return rows.status();
  for (UnsettledRow& row : *rows) {
    work.changes.settled.push_back(
        {row.position, std::move(row.left), row.keeps_record});
  }
  return rows->size();
}

// What the token of a correction says once no agent is named in it: whether it
// took back what was its own.
absl::StatusOr<std::string_view> Fold::LeftOfCorrection(
    const std::string& corrects) {
  const auto corrected = views_.FindObservation(corrects);
  if (!corrected.ok()) return corrected.status();
  return !*corrected || (*corrected)->withdrawn ? kOwn : kOther;
}

// Of those that it is known of.
absl::StatusOr<Fold::ByAgent> Fold::ReportsByAgent(uint64_t insight) {
  const auto positions = views_.PositionsIn(insight);
  if (!positions.ok()) return positions.status();
  ByAgent held;
  for (const uint64_t position : *positions) {
    const auto row = reader_.ReadOne(position);
    if (!row.ok()) return row.status();
    if (!*row || !(*row)->token.NamesAgent()) continue;
    v1::ObservationRecord said;
    if (!said.ParseFromString((*row)->body)) {
      return absl::DataLossError("an observation cannot be read");
    }
    held[(*row)->token.agent][(*row)->token.record].push_back(
        {position, std::move(*said.mutable_corrects())});
  }
  return held;
}

// An agent that has yet to fetch an answer keeps its reports, unless it has not
// for so long that nobody waits any more. Time and memory: the reports of the
// insight, and what their agents were ever owed.
absl::Status Fold::EndObligations(v1::Insight& insight, absl::Time at,
                                  Work& work) {
  const auto held = ReportsByAgent(insight.id());
  if (!held.ok()) return held.status();
  const bool all = NobodyWaits(insight, at, duty_->rules());
  uint64_t waiting = 0;
  for (const auto& [agent, records] : *held) {
    std::set<std::string> ending;
    for (const auto& [record, where] : records) ending.insert(record);
    if (!all) {
      const auto pending = views_.PendingRecords(agent);
      if (!pending.ok()) return pending.status();
      for (const std::string& record : *pending) ending.erase(record);
    }
    for (const auto& [record, where] : records) {
      if (!ending.contains(record)) {
        waiting += where.size();
        continue;
      }
      for (const SentReport& sent : where) {
        absl::StatusOr<std::string_view> left = std::string_view();
        if (!sent.corrects.empty()) left = LeftOfCorrection(sent.corrects);
        if (!left.ok()) return left.status();
        absl::Status status =
            views_.PutUnsettled({sent.position, std::string(*left), false});
        if (!status.ok()) return status;
      }
    }
    absl::Status status = views_.ForgetReplies(agent, ending, all);
    if (!status.ok()) return status;
  }
  work.insight_keys.erase(insight.id());
  work.changes.insight_keys.push_back({insight.id(), ""});
  for (const v1::MergedPart& part : insight.merged()) {
    work.changes.insight_keys.push_back({part.insight(), ""});
  }
  views_.EmptyLog();
  NoteEnd(insight, at, waiting);
  counters_.obligations_ended.Add();
  return absl::OkStatus();
}

}  // namespace earshot::router
