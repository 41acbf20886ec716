// Evidence that leaders moved from one insight to another.
#include "router/views/views.h"

namespace earshot::router {

absl::StatusOr<std::vector<uint64_t>> Views::PositionsIn(uint64_t insight) {
  std::vector<uint64_t> positions;
  store::Statement& read =
      Sql("SELECT position FROM evidence WHERE insight=?1 ORDER BY position");
  read.Bind(1, insight);
  while (true) {
    const auto row = read.Step();
    if (!row.ok()) return row.status();
    if (!*row) return positions;
    positions.push_back(read.Unsigned(0));
  }
}

// The texts that were first said here are found there from now on.
absl::Status Views::MoveEvidence(const EvidenceRow& row) {
  absl::Status status =
      Sql("UPDATE texts SET insight=?2 WHERE text_key=?1 AND position=?3")
          .BindBlob(1, row.text_key)
          .Bind(2, row.insight)
          .Bind(3, row.position)
          .Run();
  if (!status.ok()) return status;
  return Sql("UPDATE evidence SET insight=?2, evidence_key=?3, part=?4 "
             "WHERE position=?1")
      .Bind(1, row.position)
      .Bind(2, row.insight)
      .BindBlob(3, row.evidence_key)
      .Bind(4, row.part)
      .Run();
}

absl::Status Views::ForgetText(uint64_t position) {
  absl::Status status =
      Sql("DELETE FROM texts WHERE position=?1 AND text_key=(SELECT text_key "
          "FROM evidence WHERE position=?1)")
          .Bind(1, position)
          .Run();
  if (!status.ok()) return status;
  return Sql("UPDATE evidence SET text_key=x'' WHERE position=?1")
      .Bind(1, position)
      .Run();
}

absl::Status Views::NoteRegrouped(uint64_t insight) {
  return Sql("INSERT INTO regrouped VALUES(?1) ON CONFLICT DO NOTHING")
      .Bind(1, insight)
      .Run();
}

absl::StatusOr<std::vector<uint64_t>> Views::Regrouped() {
  std::vector<uint64_t> insights;
  store::Statement& read = Sql("SELECT insight FROM regrouped");
  while (true) {
    const auto row = read.Step();
    if (!row.ok()) return row.status();
    if (!*row) return insights;
    insights.push_back(read.Unsigned(0));
  }
}

absl::Status Views::PutBeforeMerge(uint64_t decision,
                                   const v1::Insight& before) {
  return Sql("INSERT OR REPLACE INTO before_merges VALUES(?1,?2,?3)")
      .Bind(1, before.id())
      .Bind(2, decision)
      .BindBlob(3, before.SerializeAsString())
      .Run();
}

absl::StatusOr<std::optional<v1::Insight>> Views::FindBeforeMerge(
    uint64_t decision, uint64_t insight) {
  store::Statement& ask =
      Sql("SELECT body FROM before_merges WHERE insight=?1 AND decision=?2");
  const auto row = ask.Bind(1, insight).Bind(2, decision).Step();
  if (!row.ok()) return row.status();
  if (!*row) return std::optional<v1::Insight>();
  v1::Insight before;
  const bool parsed = before.ParseFromString(ask.Blob(0));
  ask.Reset();
  if (!parsed) return absl::DataLossError("an insight cannot be read");
  return std::optional<v1::Insight>(std::move(before));
}

}  // namespace earshot::router
