#include "router/fold/recent_texts.h"

namespace earshot::router {
namespace {

constexpr size_t kPage = 1000;

}  // namespace

RecentTexts::RecentTexts(size_t most_texts, size_t most_issues)
    : most_texts_(most_texts),
      most_issues_(most_issues),
      issue_reader_(IssueConcepts::Shipped()) {
  Clear();
}

void RecentTexts::Clear() {
  insights_.assign(kInsights, {});
  near_ = std::make_unique<NearIndex>(
      NearIndex::Options{.most_texts = most_texts_});
  issues_ = std::make_unique<IssueIndex>(
      IssueIndex::Options{.most_issues = most_issues_},
      IssueConcepts::Shipped());
}

absl::Status RecentTexts::Restore(Log& reader, uint64_t folded) {
  Clear();
  auto after = reader.BeforeLastReadings(folded, most_texts_);
  if (!after.ok()) return after.status();
  while (true) {
    const auto rows = reader.ReadReadingsAfter(*after, kPage);
    if (!rows.ok()) return rows.status();
    for (const LogRow& row : *rows) {
      if (row.position > folded) break;
      v1::Reading reading;
      if (!reading.ParseFromString(row.body)) {
        return absl::DataLossError("a reading in the log cannot be read");
      }
      if (!reading.remembered()) continue;
      absl::Status status = RestoreOne(reader, reading);
      if (!status.ok()) return status;
    }
    if (rows->empty() || rows->back().position >= folded) break;
    *after = rows->back().position;
  }
  stale_ = false;
  return absl::OkStatus();
}

absl::Status RecentTexts::RestoreOne(Log& reader, const v1::Reading& reading) {
  const auto row = reader.ReadOne(reading.of());
  if (!row.ok()) return row.status();
  v1::ObservationRecord observation;
  v1::PersonalObservation personal;
  if (!*row || (*row)->erased || !observation.ParseFromString((*row)->body) ||
      !personal.ParseFromString((*row)->personal)) {
    return absl::OkStatus();
  }
  Tokenise(personal.text(), tokens_);
  signer_.Sign(tokens_, signature_);
  Remember(reading.of(), reading.cluster(), reading.insight(), signature_);
  if (reading.join() == v1::JOIN_NEW) {
    OpenIssue(reading.of(), FindIssue(observation, personal, reading.topic()));
  }
  return absl::OkStatus();
}

RecentTexts::Issue RecentTexts::FindIssue(
    const v1::ObservationRecord& observation,
    const v1::PersonalObservation& personal, const std::string& topic) {
  Issue issue;
  issue_reader_.Read(personal.text(),
                     {personal.tags().begin(), personal.tags().end()},
                     observation.site(), issue.text);
  issue.text.topic = topic;
  issue.text.at = observation.received_at().seconds();
  issue.matches = issues_->Find(issue.text, &issue.familiar);
  return issue;
}

void RecentTexts::Forget(uint64_t position) {
  near_->Remove(position);
  Place& place = insights_[position % kInsights];
  if (place.position == position) place = {};
  issues_->Remove(position);
}

}  // namespace earshot::router
