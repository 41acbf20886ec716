#include "router/export_labels.h"

#include <fmt/format.h>

#include <map>
#include <ostream>
#include <set>
#include <string>
#include <vector>

#include "base/os/bytes.h"
#include "base/os/sha256.h"
#include "earshot/v1/log.pb.h"
#include "proto/contract/times.h"
#include "router/json_rows.h"

namespace earshot::router {
namespace {

constexpr uint64_t kStep = 10000;  // positions of the log read at once
constexpr size_t kEvidenceAtOnce = 1000;
constexpr size_t kIdDigits = 16;

// The topics that leaders have given since then, by insight.
using Corrections = std::map<uint64_t, std::set<std::string>>;

// Where what opened the insight counts now; its number may be another's once a
// router was restored.
absl::StatusOr<uint64_t> InsightOf(Views& views, const v1::Decision& decision) {
  if (decision.opened_by().empty()) return decision.insight();
  const auto opener = views.FindObservation(decision.opened_by());
  if (!opener.ok()) return opener.status();
  return *opener ? (*opener)->insight : decision.insight();
}

absl::StatusOr<Corrections> Corrected(Log& log, Views& views,
                                      absl::Time since) {
  const auto end = log.End();
  if (!end.ok()) return end.status();
  Corrections corrections;
  for (uint64_t after = 0; after < *end; after += kStep) {
    const auto rows = log.ReadChangesBetween(after, after + kStep + 1);
    if (!rows.ok()) return rows.status();
    for (const LogRow& row : *rows) {
      v1::DecisionRecord record;
      if (row.kind != v1::LOG_DECISION || !record.ParseFromString(row.body) ||
          !record.decision().has_correct_topic() ||
          contract::ToTime(record.received_at()) < since) {
        continue;
      }
      const auto insight = InsightOf(views, record.decision());
      if (!insight.ok()) return insight.status();
      corrections[*insight].insert(record.decision().correct_topic().topic());
    }
  }
  return corrections;
}

// The rows of one insight, by id. False: there is no room for all of them.
absl::StatusOr<bool> AddTexts(Log& log, Views& views,
                              const v1::Insight& insight, size_t most,
                              std::map<std::string, std::string>& rows) {
  Views::Place after;
  while (true) {
    const auto places =
        views.EvidenceAfter(insight.id(), after, kEvidenceAtOnce);
    if (!places.ok()) return places.status();
    if (places->empty()) return true;
    after = places->back();
    for (const Views::Place& place : *places) {
      const auto row = log.ReadOne(place.position);
      if (!row.ok()) return row.status();
      v1::PersonalObservation personal;
      if (!*row || (*row)->erased || (*row)->kind != v1::LOG_OBSERVATION ||
          !personal.ParseFromString((*row)->personal) ||
          personal.text().empty()) {
        continue;
      }
      const std::string id =
          os::ToHex(os::Sha256(insight.topic() + '\n' + personal.text()))
              .substr(0, kIdDigits);
      if (rows.size() >= most && !rows.contains(id)) return false;
      rows[id] = AsLine(Json{
          {"id", id}, {"text", personal.text()}, {"label", insight.topic()}});
    }
  }
}

}  // namespace

absl::Status ExportLabels(Log& log, Views& views, const LabelOptions& options,
                          std::ostream& out) {
  const auto corrections = Corrected(log, views, options.since);
  if (!corrections.ok()) return corrections.status();
  std::map<std::string, std::string> rows;
  bool all = true;
  for (const auto& [number, topics] : *corrections) {
    const auto insight = views.FindInsight(number);
    if (!insight.ok()) return insight.status();
    // A decision that was refused, or that the views do not have yet.
    if (!*insight || !topics.contains((*insight)->topic())) continue;
    const auto added = AddTexts(log, views, **insight, options.most, rows);
    if (!added.ok()) return added.status();
    all = all && *added;
  }
  for (const auto& [id, line] : rows) out << line << '\n';
  out.flush();
  if (!out) return absl::InternalError("cannot write the rows out");
  if (all) return absl::OkStatus();
  return absl::ResourceExhaustedError(fmt::format(
      "more than {} rows; the others were left out: raise --most, or give "
      "--since",
      options.most));
}

}  // namespace earshot::router
