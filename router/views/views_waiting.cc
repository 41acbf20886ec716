// What came before its observation: withdrawals and decisions that wait for it.
#include "router/views/views.h"

namespace earshot::router {

absl::StatusOr<bool> Views::Any(std::optional<bool>& known, const char* text) {
  if (!known) {
    const auto any = OneNumber(Sql(text), 0);
    if (!any.ok()) return any.status();
    known = *any == 1;
  }
  return *known;
}

absl::Status Views::PutTombstone(std::string_view observation) {
  any_tombstones_ = true;
  return Sql("INSERT INTO tombstones VALUES(?1) ON CONFLICT DO NOTHING")
      .BindBlob(1, observation)
      .Run();
}

absl::StatusOr<bool> Views::HasTombstone(std::string_view observation) {
  auto any = Any(any_tombstones_, "SELECT EXISTS(SELECT 1 FROM tombstones)");
  if (!any.ok() || !*any) return any;
  const auto found =
      OneNumber(Sql("SELECT 1 FROM tombstones WHERE observation=?1")
                    .BindBlob(1, observation),
                0);
  if (!found.ok()) return found.status();
  return *found == 1;
}

absl::Status Views::Park(std::string_view awaited, uint64_t position) {
  any_parked_ = true;
  return Sql("INSERT INTO parked VALUES(?1,?2) ON CONFLICT DO NOTHING")
      .BindBlob(1, awaited)
      .Bind(2, position)
      .Run();
}

absl::StatusOr<std::vector<uint64_t>> Views::TakeParked(
    std::string_view awaited) {
  std::vector<uint64_t> positions;
  const auto any = Any(any_parked_, "SELECT EXISTS(SELECT 1 FROM parked)");
  if (!any.ok()) return any.status();
  if (!*any) return positions;
  store::Statement& read =
      Sql("SELECT position FROM parked WHERE observation=?1 ORDER BY position");
  read.BindBlob(1, awaited);
  while (true) {
    const auto row = read.Step();
    if (!row.ok()) return row.status();
    if (!*row) break;
    positions.push_back(read.Unsigned(0));
  }
  if (positions.empty()) return positions;
  absl::Status status =
      Sql("DELETE FROM parked WHERE observation=?1").BindBlob(1, awaited).Run();
  if (!status.ok()) return status;
  return positions;
}

}  // namespace earshot::router
