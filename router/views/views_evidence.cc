#include <algorithm>
#include <utility>

#include "base/os/bytes.h"
#include "router/views/views.h"

// What counts where: the evidence of insights, by record and by reporter.
namespace earshot::router {
namespace {

EvidenceRow EvidenceFrom(store::Statement& row) {
  EvidenceRow out;
  out.position = row.Unsigned(0);
  out.insight = row.Unsigned(1);
  out.observation = row.Blob(2);
  out.evidence_key = row.Blob(3);
  out.text_key = row.Blob(4);
  out.observed_at = row.Int(5);
  out.repeat = row.Int(6) != 0;
  out.withdrawn = row.Int(7) != 0;
  out.part = row.Unsigned(8);
  return out;
}

}  // namespace

absl::StatusOr<std::optional<EvidenceRow>> Views::FindObservation(
    std::string_view observation) {
  store::Statement& ask =
      Sql("SELECT e.* FROM seen s JOIN evidence e USING(position) "
          "WHERE s.observation=?1");
  const auto row = ask.BindBlob(1, observation).Step();
  if (!row.ok()) return row.status();
  if (!*row) return std::optional<EvidenceRow>();
  EvidenceRow out = EvidenceFrom(ask);
  ask.Reset();
  return std::optional<EvidenceRow>(std::move(out));
}

absl::StatusOr<std::optional<EvidenceRow>> Views::FindObservationByPrefix(
    const std::string& hex) {
  const auto low = os::FromHex(hex.size() % 2 == 0 ? hex : hex + "0");
  if (!low.ok()) return low.status();
  store::Statement& ask =
      Sql("SELECT e.* FROM seen s JOIN evidence e "
          "USING(position) WHERE s.observation>=?1 "
          "ORDER BY s.observation LIMIT 2");
  ask.BindBlob(1, *low);
  std::optional<EvidenceRow> found;
  for (int i = 0; i < 2; ++i) {
    const auto row = ask.Step();
    if (!row.ok()) return row.status();
    if (!*row) return found;
    EvidenceRow candidate = EvidenceFrom(ask);
    if (os::ToHex(candidate.observation).compare(0, hex.size(), hex) != 0) {
      break;
    }
    if (found) {
      ask.Reset();
      return absl::InvalidArgumentError(
          "several observations begin so; give more of the id");
    }
    found = std::move(candidate);
  }
  ask.Reset();
  return found;
}

absl::StatusOr<bool> Views::FirstSight(std::string_view observation,
                                       uint64_t position) {
  absl::Status status =
      Sql("INSERT INTO seen VALUES(?1,?2) ON CONFLICT DO NOTHING")
          .BindBlobInPlace(1, observation)
          .Bind(2, position)
          .Run();
  if (!status.ok()) return status;
  sighted_ = position;
  return database_->Changes() == 1;
}

absl::Status Views::AddEvidence(const EvidenceRow& row) {
  absl::Status status =
      Sql("INSERT INTO evidence VALUES(?1,?2,?3,?4,?5,?6,?7,?8,?9)")
          .Bind(1, row.position)
          .Bind(2, row.insight)
          .BindBlobInPlace(3, row.observation)
          .BindBlobInPlace(4, row.evidence_key)
          .BindBlobInPlace(5, row.text_key)
          .Bind(6, row.observed_at)
          .Bind(7, row.repeat ? 1 : 0)
          .Bind(8, row.withdrawn ? 1 : 0)
          .Bind(9, row.part)
          .Run();
  if (!status.ok()) return status;
  if (evidence_end_) evidence_end_ = std::max(*evidence_end_, row.position);
  if (sighted_ == row.position) return absl::OkStatus();
  return FirstSight(row.observation, row.position).status();
}

absl::Status Views::SetReadings(uint64_t first, uint64_t count,
                                uint64_t reading) {
  return Sql("INSERT OR REPLACE INTO reading_runs VALUES(?1,?2,?3)")
      .Bind(1, first)
      .Bind(2, count)
      .Bind(3, reading)
      .Run();
}

absl::StatusOr<uint64_t> Views::ReadingOf(uint64_t position) {
  return OneNumber(Sql("SELECT iif(?1<first+count, reading+?1-first, 0) "
                       "FROM reading_runs WHERE first<=?1 "
                       "ORDER BY first DESC LIMIT 1")
                       .Bind(1, position),
                   0);
}

absl::StatusOr<bool> Views::HasEvidence(uint64_t position) {
  if (!evidence_end_) {
    const auto end =
        OneNumber(Sql("SELECT IFNULL(MAX(position),0) FROM evidence"), 0);
    if (!end.ok()) return end.status();
    evidence_end_ = *end;
  }
  if (position > *evidence_end_) return false;
  const auto found = OneNumber(
      Sql("SELECT 1 FROM evidence WHERE position=?1").Bind(1, position), 0);
  if (!found.ok()) return found.status();
  return *found == 1;
}

absl::StatusOr<std::vector<uint64_t>> Views::PositionsOf(
    const EvidenceRow& row) {
  std::vector<uint64_t> positions;
  store::Statement& read =
      Sql("SELECT position FROM evidence WHERE insight=?1 AND evidence_key=?2 "
          "AND observation=?3");
  read.Bind(1, row.insight)
      .BindBlob(2, row.evidence_key)
      .BindBlob(3, row.observation);
  while (true) {
    const auto next = read.Step();
    if (!next.ok()) return next.status();
    if (!*next) return positions;
    positions.push_back(read.Unsigned(0));
  }
}

absl::Status Views::MarkWithdrawn(uint64_t position) {
  return Sql("UPDATE evidence SET withdrawn=1 WHERE position=?1")
      .Bind(1, position)
      .Run();
}

absl::StatusOr<bool> Views::ReporterKnown(uint64_t insight,
                                          std::string_view evidence_key,
                                          uint64_t except) {
  const auto found = OneNumber(
      Sql("SELECT 1 FROM evidence WHERE insight=?1 AND evidence_key=?2 "
          "AND is_repeat=0 AND withdrawn=0 AND position<>?3 LIMIT 1")
          .Bind(1, insight)
          .BindBlob(2, evidence_key)
          .Bind(3, except),
      0);
  if (!found.ok()) return found.status();
  return *found == 1;
}

absl::StatusOr<bool> Views::ReporterHeardOn(uint64_t insight,
                                            std::string_view evidence_key,
                                            int32_t day, uint64_t except) {
  const int64_t from = int64_t{day} * 86400;
  const auto found = OneNumber(
      Sql("SELECT 1 FROM evidence WHERE insight=?1 AND evidence_key=?2 "
          "AND observed_at>=?4 AND observed_at<?5 "
          "AND is_repeat=0 AND withdrawn=0 AND position<>?3 LIMIT 1")
          .Bind(1, insight)
          .BindBlob(2, evidence_key)
          .Bind(3, except)
          .Bind(4, from)
          .Bind(5, from + 86400),
      0);
  if (!found.ok()) return found.status();
  return *found == 1;
}

absl::StatusOr<bool> Views::SaidBefore(uint64_t insight,
                                       std::string_view evidence_key,
                                       std::string_view text_key, int64_t at,
                                       absl::Duration window) {
  const int64_t seconds = absl::ToInt64Seconds(window);
  const auto found = OneNumber(
      Sql("SELECT 1 FROM evidence WHERE insight=?1 AND evidence_key=?2 "
          "AND text_key=?3 AND is_repeat=0 AND withdrawn=0 "
          "AND observed_at BETWEEN ?4 AND ?5 LIMIT 1")
          .Bind(1, insight)
          .BindBlob(2, evidence_key)
          .BindBlob(3, text_key)
          .Bind(4, at - seconds)
          .Bind(5, at + seconds),
      0);
  if (!found.ok()) return found.status();
  return *found == 1;
}

absl::StatusOr<std::vector<Views::Place>> Views::EvidenceAfter(
    uint64_t insight, const Place& place, size_t most) {
  std::vector<Place> places;
  store::Statement& read =
      Sql("SELECT evidence_key, observed_at, position FROM evidence "
          "WHERE insight=?1 AND (evidence_key, observed_at, position)>"
          "(?2, ?3, ?4) AND withdrawn=0 "
          "ORDER BY evidence_key, observed_at, position LIMIT ?5");
  read.Bind(1, insight)
      .BindBlob(2, place.evidence_key)
      .Bind(3, place.observed_at)
      .Bind(4, place.position)
      .Bind(5, static_cast<uint64_t>(most));
  while (true) {
    const auto row = read.Step();
    if (!row.ok()) return row.status();
    if (!*row) return places;
    places.push_back({read.Blob(0), read.Int(1), read.Unsigned(2)});
  }
}

absl::StatusOr<std::optional<EvidenceRow>> Views::EvidenceAt(
    uint64_t position) {
  store::Statement& ask = Sql("SELECT * FROM evidence WHERE position=?1");
  const auto row = ask.Bind(1, position).Step();
  if (!row.ok()) return row.status();
  if (!*row) return std::optional<EvidenceRow>();
  EvidenceRow out = EvidenceFrom(ask);
  ask.Reset();
  return std::optional<EvidenceRow>(std::move(out));
}

absl::StatusOr<uint64_t> Views::InsightAt(uint64_t position) {
  return OneNumber(
      Sql("SELECT insight FROM evidence WHERE position=?1 AND withdrawn=0")
          .Bind(1, position),
      0);
}

}  // namespace earshot::router
