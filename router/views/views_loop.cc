// Verdicts of the front line, and when time moves an insight.
#include "router/views/views.h"

namespace earshot::router {

absl::StatusOr<uint32_t> Views::PutVerdict(std::string_view answer,
                                           std::string_view evidence_key,
                                           uint32_t fixed,
                                           std::string_view site) {
  const auto before = OneNumber(
      Sql("SELECT fixed FROM verdicts WHERE answer=?1 AND evidence_key=?2")
          .BindBlob(1, answer)
          .BindBlob(2, evidence_key),
      0);
  if (!before.ok()) return before.status();
  absl::Status status =
      Sql("INSERT OR REPLACE INTO verdicts VALUES(?1,?2,?3,?4)")
          .BindBlob(1, answer)
          .BindBlob(2, evidence_key)
          .Bind(3, fixed)
          .BindText(4, site)
          .Run();
  if (!status.ok()) return status;
  return static_cast<uint32_t>(*before);
}

absl::StatusOr<uint64_t> Views::VerdictSites(std::string_view answer,
                                             uint64_t insight, uint32_t fixed) {
  return OneNumber(
      Sql("SELECT COUNT(DISTINCT site) FROM verdicts v "
          "WHERE answer=?1 AND fixed=?2 AND EXISTS(SELECT 1 FROM evidence e "
          "WHERE e.insight=?3 AND e.evidence_key=v.evidence_key)")
          .BindBlob(1, answer)
          .Bind(2, fixed)
          .Bind(3, insight),
      0);
}

absl::StatusOr<Views::VerdictCounts> Views::CountVerdicts(
    std::string_view answer, uint64_t insight) {
  store::Statement& ask =
      Sql("SELECT IFNULL(SUM(fixed=1),0), IFNULL(SUM(fixed=2),0), "
          "IFNULL(SUM(fixed=3),0) FROM verdicts v WHERE answer=?1 AND "
          "EXISTS(SELECT 1 FROM evidence e WHERE e.insight=?2 AND "
          "e.evidence_key=v.evidence_key)");
  const auto row = ask.BindBlob(1, answer).Bind(2, insight).Step();
  if (!row.ok()) return row.status();
  const VerdictCounts counts{static_cast<uint32_t>(ask.Unsigned(0)),
                             static_cast<uint32_t>(ask.Unsigned(1)),
                             static_cast<uint32_t>(ask.Unsigned(2))};
  ask.Reset();
  return counts;
}

absl::Status Views::CopyVerdict(std::string_view answer, std::string_view from,
                                std::string_view to) {
  return Sql("INSERT OR REPLACE INTO verdicts SELECT answer, ?3, fixed, site "
             "FROM verdicts WHERE answer=?1 AND evidence_key=?2")
      .BindBlob(1, answer)
      .BindBlob(2, from)
      .BindBlob(3, to)
      .Run();
}

absl::Status Views::PutTick(uint64_t insight, std::optional<int64_t> at) {
  if (!at) {
    return Sql("DELETE FROM ticks WHERE insight=?1").Bind(1, insight).Run();
  }
  return Sql("INSERT INTO ticks VALUES(?1,?2) ON CONFLICT DO UPDATE SET at=?2 "
             "WHERE at<>?2")
      .Bind(1, insight)
      .Bind(2, *at)
      .Run();
}

absl::StatusOr<std::vector<uint64_t>> Views::DueTicks(int64_t now,
                                                      size_t most) {
  std::vector<uint64_t> due;
  store::Statement& read =
      Sql("SELECT insight FROM ticks WHERE at<=?1 ORDER BY at, insight "
          "LIMIT ?2");
  read.Bind(1, now).Bind(2, static_cast<uint64_t>(most));
  while (true) {
    const auto row = read.Step();
    if (!row.ok()) return row.status();
    if (!*row) return due;
    due.push_back(read.Unsigned(0));
  }
}

}  // namespace earshot::router
