#include "router/fold/fold.h"

#include <algorithm>
#include <cstring>
#include <utility>

#include "base/os/bytes.h"
#include "proto/contract/names.h"
#include "proto/contract/times.h"
#include "router/fold/keys.h"
#include "router/loop/loop.h"
#include "router/organisation/organisation.h"
#include "router/priority/priority.h"

// The order of one step: what others asked for, urgent observations or the
// next records, the readings into the log, the views. Deciding is in
// decide.cc, what is mirrored in mirror_items.cc, restarts in recover.cc.
namespace earshot::router {
namespace {

constexpr size_t kUrgentRecords = 64;

uint64_t MarkKey(const os::HmacKey& router_key) {
  const std::string key = Key(router_key, "marks", "");
  uint64_t number = 0;
  std::memcpy(&number, key.data(), sizeof(number));
  return number;
}

}  // namespace

Fold::Fold(FoldOptions options, Log& reader, LogWriter& writer, Views& views,
           const os::Clock& clock, os::Random& random, telemetry::Log& log,
           std::unique_ptr<ReadAhead> read_ahead)
    : options_(std::move(options)),
      router_key_(options_.router_key),
      mark_key_(MarkKey(router_key_)),
      reader_(reader),
      writer_(writer),
      views_(views),
      clock_(clock),
      random_(random),
      log_(log),
      recent_(options_.near_texts, options_.compared_issues),
      read_ahead_(read_ahead != nullptr
                      ? std::move(read_ahead)
                      : std::make_unique<ReadAhead>(nullptr, 0, nullptr)),
      organisation_(DefaultOrganisation()),
      duty_(std::make_unique<OnDuty>(organisation_)) {}

void Fold::UseTaxonomy(std::shared_ptr<const Taxonomy> taxonomy) {
  const std::lock_guard lock(mutex_);
  taxonomy_ = std::move(taxonomy);
  inbox_.rules_changed = true;
}

void Fold::UseModel(std::shared_ptr<const Model> model) {
  const std::lock_guard lock(mutex_);
  model_ = std::move(model);
}

void Fold::UseOrganisation(const v1::Organisation& organisation,
                           const v1::Subscriptions& subscriptions) {
  const std::lock_guard lock(mutex_);
  inbox_.configured.emplace(organisation, subscriptions);
}

void Fold::NoteRepliesAcked(const std::string& agent, uint64_t seq) {
  const std::lock_guard lock(mutex_);
  uint64_t& acked = inbox_.replies_acked[agent];
  acked = std::max(acked, seq);
}

void Fold::NoteContacts(const std::map<std::string, absl::Time>& sites) {
  const std::lock_guard lock(mutex_);
  for (const auto& [site, at] : sites) inbox_.contacts[site] = at;
}

void Fold::NoteAgents(AgentsBySite agents) {
  const std::lock_guard lock(mutex_);
  inbox_.agents = std::move(agents);
}

std::set<std::string> Fold::TakeOwed() {
  const std::lock_guard lock(mutex_);
  return std::exchange(owed_, {});
}

absl::Status Fold::LoadCursors() {
  for (const auto& [name, value] :
       {std::pair{"main", &cursors_.main},
        std::pair{"urgent", &cursors_.urgent},
        std::pair{"folded", &cursors_.folded},
        std::pair{"next_insight", &cursors_.next_insight},
        std::pair{"update_seq", &cursors_.update_seq},
        std::pair{"observations", &cursors_.observations},
        std::pair{"repeats", &cursors_.repeats},
        std::pair{"untriaged", &cursors_.untriaged},
        std::pair{"alerts", &cursors_.alerts}}) {
    const auto number = views_.Number(name);
    if (!number.ok()) return number.status();
    *value = *number;
  }
  const auto regrouped = views_.Regrouped();
  if (!regrouped.ok()) return regrouped.status();
  regrouped_ = {regrouped->begin(), regrouped->end()};
  stored_ = cursors_;
  cursors_.next_insight = std::max<uint64_t>(cursors_.next_insight, 1);
  counters_.cursor.Set(cursors_.main);
  return absl::OkStatus();
}

// Only what has changed: a step with nothing to do writes nothing.
absl::Status Fold::StoreCursors() {
  const auto store = [&](const char* name, uint64_t Cursors::*value) {
    if (cursors_.*value == stored_.*value) return absl::OkStatus();
    return views_.PutNumber(name, cursors_.*value);
  };
  for (const auto& [name, value] :
       {std::pair{"main", &Cursors::main},
        std::pair{"urgent", &Cursors::urgent},
        std::pair{"folded", &Cursors::folded},
        std::pair{"next_insight", &Cursors::next_insight},
        std::pair{"update_seq", &Cursors::update_seq},
        std::pair{"observations", &Cursors::observations},
        std::pair{"repeats", &Cursors::repeats},
        std::pair{"untriaged", &Cursors::untriaged},
        std::pair{"alerts", &Cursors::alerts}}) {
    absl::Status status = store(name, value);
    if (!status.ok()) return status;
  }
  return absl::OkStatus();
}

// What came in the meantime is newer than what could not be done.
void Fold::PutBack(Inbox inbox) {
  const std::lock_guard lock(mutex_);
  for (const auto& [agent, seq] : inbox.replies_acked) {
    uint64_t& acked = inbox_.replies_acked[agent];
    acked = std::max(acked, seq);
  }
  inbox_.contacts.merge(inbox.contacts);
  if (!inbox_.agents) inbox_.agents = std::move(inbox.agents);
  inbox_.rules_changed = inbox_.rules_changed || inbox.rules_changed;
  if (!inbox_.configured) inbox_.configured = std::move(inbox.configured);
}

absl::StatusOr<bool> Fold::TakeInbox(const Inbox& inbox, Work& work) {
  for (const auto& [agent, seq] : inbox.replies_acked) {
    absl::Status status = views_.MarkRepliesAcked(agent, seq);
    if (!status.ok()) return status;
  }
  bool changed = !inbox.replies_acked.empty();
  reach_changed_ = reach_changed_ || changed;
  if (inbox.agents) {
    absl::Status told = TellNewcomers(*inbox.agents, work);
    if (!told.ok()) return told;
    agents_ = *inbox.agents;
  }
  if (inbox.rules_changed) sweep_next_ = 1;
  std::set<std::string> sites;
  for (const auto& [site, at] : inbox.contacts) {
    contacts_[site] = at;
    sites.insert(site);
  }
  absl::Status status = PutSites(sites);
  if (!status.ok()) return status;
  changed = changed || !sites.empty();
  if (inbox.configured) {
    organisation_ = inbox.configured->first;
    duty_ = std::make_unique<OnDuty>(organisation_);
    sweep_next_ = 1;
    status = PutConfigured("organisation", v1::UPDATE_ORGANISATION,
                           AsConfigured(organisation_).SerializeAsString());
    if (status.ok()) {
      status = PutConfigured(
          "subscriptions", v1::UPDATE_SUBSCRIPTIONS,
          AsConfigured(inbox.configured->second).SerializeAsString());
    }
    if (!status.ok()) return status;
    configured_ = true;
    activity_changed_ = true;
    scopes_due_ = -absl::InfiniteDuration();
    changed = true;
  }
  return changed;
}

// Urgent ones first, but not without end while others wait.
absl::StatusOr<PreparedRows> Fold::NextRows(bool& urgent,
                                            const ReadingRules& rules) {
  const auto prepare = [&](absl::StatusOr<std::vector<LogRow>> rows)
      -> absl::StatusOr<PreparedRows> {
    if (!rows.ok()) return rows.status();
    PreparedRows read;
    read.prepared = read_ahead_->Prepare(*rows, rules);
    read.rows = *std::move(rows);
    return read;
  };
  if (urgent_in_a_row_ < kUrgentInARow) {
    auto rows = reader_.ReadUrgentAfter(cursors_.urgent, kUrgentRecords);
    if (!rows.ok() || !rows->empty()) {
      ++urgent_in_a_row_;
      put_off_urgent_ = false;
      urgent = true;
      return prepare(std::move(rows));
    }
  }
  put_off_urgent_ = urgent_in_a_row_ == kUrgentInARow;
  urgent_in_a_row_ = 0;
  urgent = false;
  const size_t most = std::min(StepRecords(), kRecordsAtOnce);
  absl::StatusOr<PreparedRows> read;
  if (auto ahead = read_ahead_->Take(cursors_.main, rules)) {
    read = *std::move(ahead);
  } else {
    read = prepare(reader_.ReadAfter(cursors_.main, most));
  }
  if (read.ok() && read->rows.size() >= kStepRecords) {
    read_ahead_->Begin(read->rows.back().position, most, rules);
  }
  return read;
}

// Far behind, a step is longer: pages and insights that many records change are
// written once for all of them.
size_t Fold::StepRecords() const {
  return std::clamp<size_t>(Behind() / 8, kStepRecords,
                            short_steps_ ? kRecordsAtOnce : kLongStepRecords);
}

uint64_t Fold::Behind() const {
  const uint64_t end = writer_.counters().end.value();
  return end > cursors_.main ? end - cursors_.main : 0;
}

absl::StatusOr<bool> Fold::Step() {
  auto transaction = views_.Begin();
  if (!transaction.ok()) return transaction.status();
  const Cursors before = cursors_;
  Inbox inbox;
  ReadingRules rules;
  {
    const std::lock_guard lock(mutex_);
    inbox = std::exchange(inbox_, {});
    rules.taxonomy = taxonomy_;
    rules.model = model_;
  }
  const auto fail = [&](const absl::Status& status) {
    cursors_ = before;
    counters_.failures.Add();
    if (inbox.agents) agents_.clear();  // as if none had been told yet
    PutBack(std::move(inbox));
    read_ahead_->Drop();
    recent_activity_.Clear();
    recent_.MakeStale();  // of what this step remembered nothing has happened
    configured_ = false;  // nor was anything sent
    return status;
  };
  if (recent_.stale()) {
    absl::Status status = recent_.Restore(reader_, cursors_.folded);
    if (!status.ok()) return fail(status);
  }
  Work work(writer_);
  const auto asked = TakeInbox(inbox, work);
  if (!asked.ok()) return fail(asked.status());
  const auto ticks = AppendTicks();
  if (!ticks.ok()) return fail(ticks.status());
  const auto retained = AppendRetention();
  if (!retained.ok()) return fail(retained.status());
  const auto settled = TakeUnsettled(work);
  if (!settled.ok()) return fail(settled.status());
  const auto taken = DecideStep(rules, work);
  if (!taken.ok()) return fail(taken.status());
  const bool sweeps = sweep_next_ != 0;
  absl::Status swept = Sweep(work);
  if (!swept.ok()) return fail(swept);
  if (!work.changes.erasures.empty()) {
    read_ahead_->Drop();
    views_.EmptyLog();
  }
  absl::Status status = Finish(work);
  if (status.ok()) status = transaction->Commit();
  if (!status.ok()) return fail(status);
  views_.Committed();
  stored_ = cursors_;
  counters_.cursor.Set(cursors_.main);
  const std::lock_guard lock(mutex_);
  owed_.merge(work.owed);
  return *asked || *taken > 0 || *retained > 0 || *settled > 0 || sweeps ||
         cursors_.update_seq != before.update_seq;
}

// Until nothing waits, or the step is long enough; urgent ones end it, so that
// they need not wait for the rest.
absl::StatusOr<size_t> Fold::DecideStep(const ReadingRules& rules, Work& work) {
  const size_t most = StepRecords();
  size_t taken = 0;
  while (true) {
    bool urgent = false;
    auto read = NextRows(urgent, rules);
    if (!read.ok()) return read.status();
    absl::Status status = DecideRows(*read, urgent, rules, work);
    if (!status.ok()) return status;
    taken += read->rows.size();
    if (urgent || read->rows.size() < kStepRecords || taken >= most) {
      return taken;
    }
  }
}

absl::Status Fold::DecideRows(PreparedRows& read, bool urgent,
                              const ReadingRules& rules, Work& work) {
  for (size_t i = 0; i < read.rows.size(); ++i) {
    const LogRow& row = read.rows[i];
    absl::Status status =
        row.kind == v1::LOG_OBSERVATION
            ? FoldObservation(row, std::move(read.prepared[i]), rules, work)
            : FoldChange(row, work);
    if (!status.ok()) return status;
    if (!urgent) cursors_.main = row.position;
    if (row.kind == v1::LOG_OBSERVATION && row.lane == 0) {
      cursors_.urgent = std::max(cursors_.urgent, row.position);
    }
  }
  return absl::OkStatus();
}

absl::StatusOr<v1::Insight*> Fold::Touch(uint64_t id, Work& work) {
  const auto found = work.insights.find(id);
  if (found != work.insights.end()) return &found->second;
  auto stored = views_.FindInsight(id);
  if (!stored.ok()) return stored.status();
  if (!*stored) return nullptr;
  return &work.insights.emplace(id, std::move(**stored)).first->second;
}

// The log is written while the views' part is made; both are done, or neither
// counts, before the views are committed.
absl::Status Fold::Finish(Work& work) {
  work.readings.End(std::move(work.changes));
  absl::Status status = PutInsights(work);
  if (status.ok()) status = TellSites(work);
  if (status.ok()) status = PutAlerts(work);
  if (status.ok()) status = PutDays(work);
  if (status.ok()) status = PutSites(work.sites);
  if (status.ok() && !work.insights.empty()) status = PutTotals();
  if (status.ok()) status = PutScopeActivity();
  if (status.ok()) status = PutReach();
  if (status.ok()) status = ForgetOldDays();
  if (status.ok()) {
    status = work.readings.Wait(
        [this](uint64_t of, uint64_t count, uint64_t reading) {
          return NoteReadings(of, count, reading);
        });
  }
  if (status.ok()) status = StoreCursors();
  if (status.ok()) Tell(work);
  return status;
}

absl::Status Fold::NoteReadings(uint64_t of, uint64_t count, uint64_t reading) {
  cursors_.folded = reading + count - 1;
  return views_.SetReadings(of, count, reading);
}

absl::Status Fold::PutInsights(Work& work) {
  for (auto& [id, insight] : work.insights) {
    ApplyTopic(insight);
    Prioritise(insight, organisation_.priority());
    absl::Status status = views_.PutInsight(++cursors_.update_seq, insight);
    if (status.ok()) status = PutTick(insight);
    if (!status.ok()) return status;
  }
  return absl::OkStatus();
}

// What leaders, time and the front line have moved, to the log, once it is
// durable. Not what reports have: beside the line that says which machine has
// just sent one, that would tell where an anonymous report went, and counts of
// few would tell the rest.
void Fold::Tell(const Work& work) {
  for (const auto& [id, why] : work.why) {
    const auto found = work.insights.find(id);
    if (found == work.insights.end()) continue;
    log_.Info("insight_changed",
              {{"insight", id},
               {"topic", found->second.topic()},
               {"state", contract::StateName(found->second.state())},
               {"why", why}});
  }
}

}  // namespace earshot::router
