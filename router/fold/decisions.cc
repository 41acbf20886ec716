#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "router/fold/fold.h"
#include "router/loop/front_line.h"
#include "router/loop/loop.h"
#include "router/loop/not_applied.h"
#include "router/loop/regroup.h"
#include "router/organisation/organisation.h"

// What the fold makes of leaders' decisions, and the answers that are owed.
namespace earshot::router {

// Decisions about an insight that had yet to come back, and verdicts about an
// answer.
absl::Status Fold::FoldParked(std::string_view awaited, Work& work) {
  const auto positions = views_.TakeParked(awaited);
  if (!positions.ok()) return positions.status();
  for (const uint64_t position : *positions) {
    const auto row = reader_.ReadOne(position);
    if (!row.ok()) return row.status();
    if (!*row) continue;
    absl::Status status = FoldChange(**row, work);
    if (!status.ok()) return status;
  }
  return absl::OkStatus();
}

// The insight that a leader's number stands for, whatever it was merged into
// since; 0: it is yet to come back from the agents.
absl::StatusOr<uint64_t> Fold::InsightOf(uint64_t number,
                                         const std::string& opened_by,
                                         Work& work) {
  const auto insight = Touch(number, work);
  if (!insight.ok()) return insight.status();
  if (opened_by.empty() ||
      (*insight != nullptr && (*insight)->opened_by() == opened_by)) {
    return MergedInto(number, work);
  }
  const auto found = views_.FindObservation(opened_by);
  if (!found.ok()) return found.status();
  return *found ? (*found)->insight : 0;
}

// Who joins after an answer was given gets it at once.
absl::Status Fold::OweStanding(const LogRow& row, const v1::Insight& insight,
                               Work& work) {
  const v1::Answer* standing = StandingAnswer(insight);
  if (standing == nullptr || !row.token.NamesAgent()) return absl::OkStatus();
  work.owed.insert(row.token.agent);
  return views_.OweReply(row.token.agent, v1::REPLY_ANSWER, standing->id(),
                         row.token.record);
}

absl::Status Fold::FoldDecision(const LogRow& row, Work& work) {
  v1::DecisionRecord record;
  v1::PersonalDecision personal;
  if (!record.ParseFromString(row.body) ||
      !personal.ParseFromString(row.personal)) {
    return absl::DataLossError("a decision cannot be read");
  }
  const v1::Decision& decision = record.decision();
  const auto number = InsightOf(decision.insight(), decision.opened_by(), work);
  if (!number.ok()) return number.status();
  if (*number == 0) return views_.Park(decision.opened_by(), row.position);
  auto insight = Touch(*number, work);
  if (!insight.ok()) return insight.status();
  const LoggedDecision decided{
      row.position,
      record,
      personal.text(),
      LeaderName(organisation_, decision.leader()),
      {personal.translations().begin(), personal.translations().end()}};
  if (*insight == nullptr) {
    return RefuseDecision(nullptr, decided,
                          absl::NotFoundError("there is no such insight"));
  }
  if (decision.has_merge()) return FoldMerge(*number, decided, work);
  if (decision.has_split()) return FoldSplit(*number, decided, work);
  const auto outcome = ApplyDecision(**insight, decided, duty_->rules());
  if (!outcome.ok()) {
    return RefuseDecision(*insight, decided, outcome.status());
  }
  counters_.decisions.Add();
  work.why[*number] = fmt::format(
      "{} by {}",
      outcome->overtaken ? "decided before the last one" : "decided",
      decision.leader());
  if (!outcome->answered) return absl::OkStatus();
  absl::Status status = views_.PutAnswer(outcome->answer);
  if (!status.ok()) return status;
  status = OweEveryone(*number, outcome->answer, work);
  if (status.ok()) status = OweNews(**insight, outcome->answer, work);
  return status.ok() ? FoldParked(outcome->answer.id(), work) : status;
}

// Both leaders are told: by the history of the insight, if there is one.
absl::Status Fold::RefuseDecision(v1::Insight* insight,
                                  const LoggedDecision& decided,
                                  const absl::Status& why) {
  const v1::Decision& decision = decided.record.decision();
  if (insight != nullptr) NoteRefused(*insight, decided, why);
  counters_.decisions_refused.Add();
  log_.Warn("decision_refused", {{"insight", decision.insight()},
                                 {"leader", decision.leader()},
                                 {"why", std::string(why.message())}});
  return absl::OkStatus();
}

// Very many at a time, each time in the order of the log: who must get it
// stands there, and what is next to each other is read at once.
absl::Status Fold::OweEveryone(uint64_t insight, const v1::Answer& answer,
                               Work& work) {
  constexpr size_t kPage = 20000;
  Views::Place after;
  Views::Owing owing(views_);
  while (true) {
    auto places = views_.EvidenceAfter(insight, after, kPage);
    if (!places.ok()) return places.status();
    if (places->empty()) return owing.End();
    after = places->back();
    std::sort(places->begin(), places->end(),
              [](const Views::Place& a, const Views::Place& b) {
                return a.position < b.position;
              });
    for (const Views::Place& place : *places) {
      const auto token = reader_.FindToken(place.position);
      if (!token.ok()) return token.status();
      if (!*token) continue;
      counters_.answers_owed.Add();
      work.owed.insert((*token)->agent);
      absl::Status status = owing.Owe((*token)->agent, v1::REPLY_ANSWER,
                                      answer.id(), (*token)->record);
      if (!status.ok()) return status;
    }
  }
}

}  // namespace earshot::router
