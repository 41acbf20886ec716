// What the stores hold once everything is at rest.
#include <fmt/format.h>

#include "base/store/database.h"
#include "earshot/v1/log.pb.h"
#include "router/log/log.h"
#include "router/views/views.h"
#include "tests/sim/world.h"

namespace earshot::sim {

void World::ReadLog() {
  auto log = router::Log::OpenForReading(site_.Folder(kRouter) + "/log.db");
  if (!log.ok()) return;
  uint64_t position = 0;
  while (true) {
    const auto rows = (*log)->ReadAfter(position, 500);
    if (!rows.ok() || rows->empty()) return;
    for (const router::LogRow& row : *rows) {
      position = row.position;
      if (row.kind != v1::LOG_OBSERVATION) continue;
      v1::PersonalObservation personal;
      checker::Event event;
      event.what = checker::What::kStored;
      event.position = row.position;
      event.id = fmt::format("unnamed at {}", row.position);
      if (personal.ParseFromString(row.personal) && personal.tags_size() > 0) {
        event.id = personal.tags(0);
      }
      id_at_[row.position] = event.id;
      if (!row.token.record.empty()) {
        id_of_record_[row.token.record] = event.id;
      }
      history_.push_back(std::move(event));
    }
  }
}

void World::ReadViews() {
  store::OpenOptions options;
  options.read_only = true;
  auto views =
      store::Database::Open(site_.Folder(kRouter) + "/views.db", {}, options);
  if (!views.ok()) return;
  store::Statement evidence = (*views)->Prepare(
      "SELECT position, insight, is_repeat FROM evidence WHERE NOT withdrawn");
  while (true) {
    const auto row = evidence.Step();
    if (!row.ok() || !*row) break;
    checker::Event event;
    event.what = checker::What::kCounted;
    event.id = id_at_[evidence.Unsigned(0)];
    event.insight = evidence.Unsigned(1);
    event.repeat = evidence.Int(2) != 0;
    history_.push_back(std::move(event));
  }
  // An insight may have another number since the router was restored.
  const auto holder = [&](const std::string& observation) -> uint64_t {
    store::Statement now =
        (*views)->Prepare("SELECT insight FROM evidence WHERE observation=?1");
    const auto row = now.BindBlob(1, observation).Step();
    return row.ok() && *row ? now.Unsigned(0) : 0;
  };
  for (checker::Event& event : history_) {
    if (event.what == checker::What::kMerge) {
      event.insight = holder(opened_by_[event.id]);
      event.count = holder(merged_into_[event.id]);
    } else if (event.what == checker::What::kAnswer) {
      const uint64_t now = holder(opened_by_[event.id]);
      if (now != 0) event.insight = now;
    }
  }
  store::Statement insights =
      (*views)->Prepare("SELECT id, body FROM insights");
  while (true) {
    const auto row = insights.Step();
    if (!row.ok() || !*row) break;
    v1::Insight insight;
    insight.ParseFromString(insights.Blob(1));
    checker::Event event;
    event.what = checker::What::kTotal;
    event.who = "router";
    event.insight = insights.Unsigned(0);
    event.count = insight.observations();
    history_.push_back(std::move(event));
  }
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
