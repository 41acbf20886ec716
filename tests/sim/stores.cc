// What the stores hold once everything is at rest.
#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "base/store/database.h"
#include "earshot/v1/log.pb.h"
#include "earshot/v1/verdict.pb.h"
#include "proto/contract/names.h"
#include "router/log/log.h"
#include "router/views/views.h"
#include "tests/sim/world.h"

namespace earshot::sim {

void World::ReadLog() {
  auto log = router::Log::OpenForReading(site_.Folder(kRouter) + "/log.db");
  if (!log.ok()) return;
  for (const auto& [record, id] : id_of_record_) {
    id_of_observation_[RouterIdOf(record)] = id;
  }
  uint64_t position = 0;
  while (true) {
    const auto rows = (*log)->ReadAfter(position, 500);
    if (!rows.ok() || rows->empty()) return;
    for (const router::LogRow& row : *rows) {
      position = row.position;
      if (row.kind == v1::LOG_DECISION) ReadDecision(row);
      if (row.kind == v1::LOG_VERDICT) ReadVerdict(row);
      if (row.kind == v1::LOG_OBSERVATION) ReadObservation(row);
    }
  }
}

// What was erased has no tags any more, nor says who sent it once nobody is
// owed an answer.
void World::ReadObservation(const router::LogRow& row) {
  v1::ObservationRecord record;
  v1::PersonalObservation personal;
  record.ParseFromString(row.body);
  checker::Event event;
  event.what = checker::What::kStored;
  event.position = row.position;
  event.id = fmt::format("unnamed at {}", row.position);
  const auto known = id_of_observation_.find(record.observation());
  if (personal.ParseFromString(row.personal) && personal.tags_size() > 0) {
    event.id = personal.tags(0);
  } else if (known != id_of_observation_.end()) {
    event.id = known->second;
  }
  id_at_[row.position] = event.id;
  id_of_observation_[record.observation()] = event.id;
  if (!row.token.record.empty()) id_of_record_[row.token.record] = event.id;
  history_.push_back(std::move(event));
}

void World::ReadDecision(const router::LogRow& row) {
  v1::DecisionRecord record;
  v1::PersonalDecision personal;
  if (!record.ParseFromString(row.body) ||
      !personal.ParseFromString(row.personal) || personal.text().empty()) {
    return;
  }
  answer_of_[record.answer_id()] = personal.text();
  checker::Event event;
  event.what = checker::What::kDecided;
  event.id = personal.text();
  event.position = row.position;
  history_.push_back(std::move(event));
}

// The answer, and what was reported, stand before it in the log, or after it
// where a router was restored.
void World::ReadVerdict(const router::LogRow& row) {
  v1::VerdictRecord record;
  if (!record.ParseFromString(row.body)) return;
  checker::Event event;
  event.what = checker::What::kHeard;
  if (row.token.NamesAgent()) event.who = row.token.agent;
  event.id = record.observation();
  event.answer = record.answer();
  event.said = record.fixed() == v1::Verdict::YES           ? "yes"
               : record.fixed() == v1::Verdict::CANNOT_TELL ? "cannot_tell"
               : record.with_reason()                       ? "no_because"
                                                            : "no";
  history_.push_back(std::move(event));
}

void World::ReadViews() {
  store::OpenOptions options;
  options.read_only = true;
  auto views =
      store::Database::Open(site_.Folder(kRouter) + "/views.db", {}, options);
  if (!views.ok()) return;
  ReadEvidence(**views);
  ReadInsights(**views);
  PlaceDecisions(**views);
  const feed::FactsTable& known =
      machines_[kFeed]->feed->mirror().model().insights;
  for (size_t slot = 0; slot < known.size(); ++slot) {
    if (!known[slot].known) continue;
    checker::Event event;
    event.what = checker::What::kTotal;
    event.who = "feed";
    event.insight = known[slot].id;
    event.count = known[slot].observations;
    history_.push_back(std::move(event));
  }
}

void World::ReadEvidence(store::Database& views) {
  store::Statement evidence = views.Prepare(
      "SELECT position, insight, is_repeat FROM evidence WHERE NOT withdrawn");
  while (true) {
    const auto row = evidence.Step();
    if (!row.ok() || !*row) return;
    checker::Event event;
    event.what = checker::What::kCounted;
    event.id = id_at_[evidence.Unsigned(0)];
    event.insight = evidence.Unsigned(1);
    event.repeat = evidence.Int(2) != 0;
    history_.push_back(std::move(event));
  }
}

void World::ReadInsights(store::Database& views) {
  store::Statement insights = views.Prepare("SELECT id, body FROM insights");
  while (true) {
    const auto row = insights.Step();
    if (!row.ok() || !*row) return;
    v1::Insight insight;
    insight.ParseFromString(insights.Blob(1));
    checker::Event event;
    event.what = checker::What::kTotal;
    event.who = "router";
    event.insight = insights.Unsigned(0);
    event.count = insight.observations();
    history_.push_back(event);
    opened_[insight.id()] = insight.opened_by();
    if (insight.merged_into() != 0) {
      merged_into_[insight.id()] = insight.merged_into();
      continue;
    }
    const v1::Verdicts& verdicts = insight.verdicts();
    event.what = checker::What::kState;
    event.said = contract::StateName(insight.state());
    event.answer = answer_of_[verdicts.answer()];
    event.count = verdicts.yes() + verdicts.no() + verdicts.cannot_tell();
    history_.push_back(std::move(event));
  }
}

// The insight that a leader meant: by its number and what opened it, and
// wherever it was merged since. It may have another number since the router was
// restored.
uint64_t World::InsightMeant(uint64_t number,
                             const std::string& opened_by) const {
  const auto same = opened_.find(number);
  if (same == opened_.end() || same->second != opened_by) {
    const auto other =
        std::find_if(opened_.begin(), opened_.end(),
                     [&](const auto& one) { return one.second == opened_by; });
    if (other == opened_.end()) return 0;
    number = other->first;
  }
  for (auto at = merged_into_.find(number); at != merged_into_.end();
       at = merged_into_.find(number)) {
    number = at->second;
  }
  return number;
}

void World::PlaceDecisions(store::Database& views) {
  const auto holder = [&](const std::string& observation) -> uint64_t {
    store::Statement now =
        views.Prepare("SELECT insight FROM evidence WHERE observation=?1");
    const auto row = now.BindBlob(1, observation).Step();
    return row.ok() && *row ? now.Unsigned(0) : 0;
  };
  std::map<std::string, const Asked*> by_id;
  for (const auto& [number, asked] : asked_) by_id[asked.event.id] = &asked;
  for (checker::Event& event : history_) {
    if (event.what == checker::What::kHeard) {
      event.id = id_of_observation_[event.id];
      event.answer = answer_of_[event.answer];
    }
    const auto asked = by_id.find(event.id);
    if (asked == by_id.end()) continue;
    if (event.what == checker::What::kMerge ||
        event.what == checker::What::kSplit) {
      event.insight = holder(asked->second->one);
      event.count = holder(asked->second->other);
      for (const auto& [number, opened_by] : asked->second->insights) {
        event.akin.push_back(InsightMeant(number, opened_by));
      }
    } else if (event.what == checker::What::kAnswer ||
               event.what == checker::What::kResolve) {
      uint64_t now =
          InsightMeant(asked->second->event.insight, asked->second->opened_by);
      if (now == 0) now = holder(asked->second->opened_by);
      // Nothing resembles what was erased, so that a router that was put back
      // groups in another way what it reads once more.
      const bool regrouped = first_since_put_back_ != 0 && !to_go_.empty() &&
                             asked->second->number < first_at_rest_;
      event.insight = regrouped ? 0 : now;
    }
  }
}

// Answers to reports whose receipt nobody holds: imported ones, and those of a
// machine that was made anew. They count as shown once, where they are.
void World::ReadInboxes() {
  for (int machine = kFirstAgent; machine < kMachines; ++machine) {
    const Machine& at = *machines_[static_cast<size_t>(machine)];
    if (!at.exists) continue;
    store::OpenOptions options;
    options.read_only = true;
    auto inbox =
        store::Database::Open(site_.Folder(machine) + "/inbox.db", {}, options);
    if (!inbox.ok()) continue;
    store::Statement ask = (*inbox)->Prepare(
        "SELECT record, body FROM answered JOIN answers ON id=answer");
    while (true) {
      const auto row = ask.Step();
      if (!row.ok() || !*row) break;
      const auto id = id_of_record_.find(ask.Blob(0));
      v1::Answer answer;
      answer.ParseFromString(ask.Blob(1));
      checker::Event event;
      event.what = checker::What::kShown;
      event.who = MachineName(machine);
      event.id = id == id_of_record_.end() ? "unknown record" : id->second;
      event.answer = answer.text();
      const auto report = reports_.find(event.id);
      const bool by_receipt =
          report != reports_.end() && !report->second.receipt.empty();
      if (by_receipt && report->second.machine == machine) continue;
      if (!shown_.insert({event.id, event.answer}).second) continue;
      if (by_receipt) {
        shown_.erase({event.id, event.answer});
        continue;
      }
      history_.push_back(std::move(event));
    }
  }
}

}  // namespace earshot::sim
