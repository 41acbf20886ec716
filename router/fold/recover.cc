#include <algorithm>
#include <utility>

#include "router/fold/fold.h"
#include "router/fold/keys.h"

// After a start: what was decided and appended before, and is not in the views.
namespace earshot::router {

absl::Status Fold::Recover() {
  absl::Status status = LoadCursors();
  if (!status.ok()) return status;
  {
    // What is folded again obeys the rules that are in force.
    const std::lock_guard lock(mutex_);
    if (inbox_.configured) {
      organisation_ = inbox_.configured->first;
      duty_ = std::make_unique<OnDuty>(organisation_);
    }
  }
  while (true) {
    const auto rows = reader_.ReadReadingsAfter(cursors_.folded, kStepRecords);
    if (!rows.ok()) return rows.status();
    if (rows->empty()) return absl::OkStatus();
    auto transaction = views_.Begin();
    if (!transaction.ok()) return transaction.status();
    Work work(writer_);
    for (const LogRow& row : *rows) {
      status = RecoverReading(row, work);
      if (!status.ok()) return status;
      cursors_.folded = row.position;
    }
    status = Finish(work);
    if (status.ok()) status = transaction->Commit();
    if (!status.ok()) return status;
    views_.Committed();
    stored_ = cursors_;
  }
}

// Folds a reading that was made before, and before it the decisions and
// withdrawals that were folded before it then.
absl::Status Fold::RecoverReading(const LogRow& row, Work& work) {
  v1::Reading reading;
  v1::PersonalReading derived;
  if (!reading.ParseFromString(row.body) ||
      !derived.ParseFromString(row.personal)) {
    return absl::DataLossError("a reading in the log cannot be read");
  }
  if (row.erased) {
    // As somebody of their own; the reading says what they counted for.
    derived.set_evidence_key(
        Key(router_key_, "erased", std::to_string(reading.of())));
  }
  const auto observation = reader_.ReadOne(reading.of());
  if (!observation.ok()) return observation.status();
  if (!*observation) return absl::DataLossError("the log has a hole");
  const bool urgent = (*observation)->lane == 0;
  if (urgent) cursors_.urgent = std::max(cursors_.urgent, reading.of());
  const uint64_t folded = urgent ? reading.after() : reading.of();
  if (folded > cursors_.main) {
    const auto changes =
        reader_.ReadChangesBetween(cursors_.main, urgent ? folded + 1 : folded);
    if (!changes.ok()) return changes.status();
    for (const LogRow& change : *changes) {
      absl::Status status = FoldChange(change, work);
      if (!status.ok()) return status;
    }
    cursors_.main = folded;
  }
  cursors_.next_insight =
      std::max(cursors_.next_insight, reading.insight() + 1);
  const auto counted = views_.HasEvidence(reading.of());
  if (!counted.ok()) return counted.status();
  if (*counted) return absl::OkStatus();
  auto said = ParseSaid(**observation);
  if (!said.ok()) return said.status();
  if (!said->observation.corrects().empty()) {
    absl::Status status =
        TakeOut(said->observation.corrects(), (*observation)->token, work)
            .status();
    if (!status.ok()) return status;
  }
  // Before it is applied: a merge that waited for it counts its readings.
  absl::Status status = views_.SetReadings(reading.of(), 1, row.position);
  if (!status.ok()) return status;
  return Apply(**observation, *std::move(said), reading, derived, work);
}

}  // namespace earshot::router
