#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <set>
#include <string>
#include <utility>

#include "proto/contract/names.h"
#include "proto/contract/times.h"
#include "router/fold/fold.h"
#include "router/fold/keys.h"

// Texts that are older than the organisation keeps them are erased, a few at a
// time. What goes is a record, as what somebody has asked for is.
namespace earshot::router {
namespace {

constexpr size_t kAtOnce = 500;
constexpr absl::Duration kEvery = absl::Hours(1);

// Kinds of observations by the days that they are kept; those of the default
// under the empty name.
std::map<uint32_t, std::set<std::string>> LimitsOf(
    const v1::Retention& retention) {
  std::map<uint32_t, std::set<std::string>> limits;
  if (retention.text_days() > 0) limits[retention.text_days()].insert("");
  for (const v1::KindRetention& one : retention.kinds()) {
    limits[one.text_days()].insert(one.kind());
  }
  return limits;
}

// Reasons of verdicts, and texts that were answered to questions.
bool WordsBefore(const LogRow& row, absl::Time limit) {
  v1::VerdictRecord verdict;
  v1::QuestionAnswerRecord answer;
  if (row.kind == v1::LOG_VERDICT && verdict.ParseFromString(row.body)) {
    return contract::ToTime(verdict.at()) <= limit;
  }
  return row.kind == v1::LOG_QUESTION_ANSWER && !row.personal.empty() &&
         answer.ParseFromString(row.body) &&
         contract::ToTime(answer.at()) <= limit;
}

}  // namespace

absl::StatusOr<size_t> Fold::AppendRetention() {
  const absl::Duration now = clock_.Monotonic();
  if (now < retention_due_ || Behind() > 0) return 0;
  size_t looked = 0;
  for (const auto& [days, kinds] : LimitsOf(organisation_.retention())) {
    if (days == 0) continue;  // for good
    const auto more = RetainFor(days, kinds);
    if (!more.ok()) return more.status();
    looked += *more;
  }
  retention_due_ = looked == 0 ? now + kEvery : now;
  return looked;
}

// Goes on where it was; how many records it looked at.
absl::StatusOr<size_t> Fold::RetainFor(uint32_t days,
                                       const std::set<std::string>& kinds) {
  std::set<std::string> of_their_own;
  for (const v1::KindRetention& one : organisation_.retention().kinds()) {
    of_their_own.insert(one.kind());
  }
  std::string name = fmt::format("retained/{}", days);
  for (const std::string& kind : kinds) name += "/" + kind;
  const auto from = views_.Number(name);
  if (!from.ok()) return from.status();
  const auto rows = reader_.ReadAfter(*from, kAtOnce);
  if (!rows.ok()) return rows.status();
  const absl::Time limit = clock_.Wall() - absl::Hours(24) * days;
  v1::ErasureRecord erasure;
  LogAppend append;
  uint64_t last = *from;
  for (const LogRow& row : *rows) {
    v1::ObservationRecord said;
    if (row.kind == v1::LOG_OBSERVATION) {
      if (!said.ParseFromString(row.body)) break;
      if (contract::ToTime(said.received_at()) > limit) break;
      const auto reading = ReadingAt(row.position);
      if (!reading.ok()) return reading.status();
      const std::string kind(contract::KindName(reading->kind()));
      const bool own = of_their_own.contains(kind);
      if (!row.erased && kinds.contains(own ? kind : "")) {
        erasure.add_observations(said.observation());
        erasure.add_positions(row.position);
      }
    }
    if (kinds.contains("") && !row.erased && WordsBefore(row, limit)) {
      erasure.add_positions(row.position);
    }
    last = row.position;
  }
  if (last == *from) return 0;
  absl::Status status = views_.PutNumber(name, last);
  if (!status.ok()) return status;
  if (erasure.positions().empty()) {
    return static_cast<size_t>(last - *from);
  }
  // The same for the same records, whatever the router is restarted between.
  erasure.set_id(Key(router_key_, "retention", name, std::to_string(last)));
  erasure.set_cause(v1::ErasureRecord::RETENTION);
  *erasure.mutable_at() = contract::ToStamp(clock_.Wall());
  append.erasures = {erasure.positions().begin(), erasure.positions().end()};
  append.entries.Add(v1::LOG_ERASURE, erasure.SerializeAsString());
  const auto first = writer_.AppendAndWait(std::move(append));
  if (!first.ok()) return first.status();
  return static_cast<size_t>(last - *from);
}

absl::StatusOr<v1::Reading> Fold::ReadingAt(uint64_t position) {
  v1::Reading reading;
  const auto at = views_.ReadingOf(position);
  if (!at.ok()) return at.status();
  const auto row = reader_.ReadOne(*at);
  if (!row.ok()) return row.status();
  if (*row) reading.ParseFromString((*row)->body);
  return reading;
}

}  // namespace earshot::router
