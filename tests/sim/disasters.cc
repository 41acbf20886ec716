// Folders that are copied, put back, lost or doubled.
#include "tests/sim/world.h"

namespace earshot::sim {

void World::CopyFolder(int machine) {
  Machine& at = *machines_[static_cast<size_t>(machine)];
  Down(machine, absl::Milliseconds(1), false);
  at.copy = disk_.Copy(site_.Folder(machine));
  at.history_at_copy = history_.size();
  at.lost_since_copy = false;
}

// What this machine recorded since then and nobody has yet goes with its disk.
size_t World::ForgetUnacked(int machine, size_t since) {
  Machine& at = *machines_[static_cast<size_t>(machine)];
  size_t there = 0;
  for (const auto& [id, report] : reports_) {
    if (report.machine != machine || report.outcome_at < since) continue;
    bool acked = false;
    if (at.agent != nullptr && !report.record.empty()) {
      const auto place = at.agent->station().spool().Find(report.record);
      acked = place.ok() && *place && (*place)->acked;
    }
    there += acked ? 1 : 0;
    if (acked) continue;
    // Each time that it was said to be recorded.
    for (size_t i = since; i < history_.size(); ++i) {
      checker::Event& event = history_[i];
      if (event.what == checker::What::kReport && event.id == id &&
          event.outcome == checker::Outcome::kOk) {
        event.outcome = checker::Outcome::kUnknown;
      }
    }
  }
  const std::string who = MachineName(machine);
  for (size_t i = since; i < history_.size(); ++i) {
    checker::Event& event = history_[i];
    // Nobody looks whether a verdict had got away.
    if (event.what == checker::What::kVerdict && event.who == who &&
        event.outcome == checker::Outcome::kOk) {
      event.outcome = checker::Outcome::kUnknown;
    }
    if (event.what != checker::What::kShown || event.who != who) continue;
    shown_.erase({event.id, event.answer});
    event.what = checker::What::kAlarm;
    event.id = "shown_before_restore";
  }
  return there;
}

void World::ExpectAlarm(int machine) {
  checker::Event event;
  event.what = checker::What::kExpectAlarm;
  event.who = MachineName(machine);
  event.id = "spool_started_anew";
  history_.push_back(std::move(event));
}

// Of clones of which only one was used.
void World::WithdrawExpectations() {
  for (const auto& [machine, at] : cloned_at_) {
    std::set<int> used;
    for (const auto& [id, report] : reports_) {
      const bool either =
          report.machine == machine || report.machine == machine + kAgents;
      if (either && report.lane == 1 && report.outcome_at > at &&
          history_[report.outcome_at].outcome == checker::Outcome::kOk) {
        used.insert(report.machine);
      }
    }
    if (used.size() == 2) continue;
    history_[at].what = checker::What::kAlarm;
    history_[at].id = "no_alarm_expected";
  }
}

// A disk that was lost and put back before anybody heard of its new spool: to
// everyone else nothing has happened.
void World::WithdrawUnseen(int machine, size_t since) {
  const std::string who = MachineName(machine);
  const auto is_own = [&](const checker::Event& event, checker::What what) {
    return event.what == what && event.who == who &&
           event.id == "spool_started_anew";
  };
  const auto cloned = cloned_at_.find(machine);
  bool raised = false;  // later than where we are
  for (size_t i = history_.size(); i > since; --i) {
    checker::Event& event = history_[i - 1];
    raised = raised || is_own(event, checker::What::kAlarm);
    const bool of_clone = cloned != cloned_at_.end() && cloned->second == i - 1;
    if (raised || of_clone || !is_own(event, checker::What::kExpectAlarm)) {
      continue;
    }
    event.what = checker::What::kAlarm;
    event.id = "no_alarm_expected";
  }
}

// A router that was put back may take decisions in another order than before,
// so that a split finds nothing to part. And of what was erased agents hold
// nothing that could be counted again.
void World::WithdrawUntold() {
  if (first_since_put_back_ == 0) return;
  for (checker::Event& event : history_) {
    const bool report = event.what == checker::What::kReport ||
                        event.what == checker::What::kVerdict;
    if (event.outcome == checker::Outcome::kOk &&
        (event.what == checker::What::kSplit ||
         (report && to_go_.contains(event.id)))) {
      event.outcome = checker::Outcome::kUnknown;
    }
  }
}

void World::RestoreFolder(int machine) {
  Machine& at = *machines_[static_cast<size_t>(machine)];
  if (!at.copy) return;
  if (!Up(machine)) Start(machine);
  if (!Up(machine)) return;
  if (machine != kRouter) {
    WithdrawUnseen(machine, at.history_at_copy);
    const size_t known = ForgetUnacked(machine, at.history_at_copy);
    // Where the disk was lost in between, nobody may have heard more of the
    // copy's spool than the copy knows: then it goes on as if nothing was.
    if (known > 0 && !cloned_at_.contains(machine) && !at.lost_since_copy) {
      ExpectAlarm(machine);
    }
    // The copy does not know the receipts that were given out since.
    for (auto& [id, report] : reports_) {
      if (report.machine == machine &&
          report.outcome_at >= at.history_at_copy) {
        report.receipt.clear();
      }
    }
  }
  if (machine == kRouter) {
    ForgetUntaken();
    first_since_put_back_ = next_decision_;
  }
  Down(machine, absl::Milliseconds(10), false);
  disk_.Restore(site_.Folder(machine), *at.copy);
  if (machine == kRouter) (void)EnrolAll(site_);
}

void World::LoseFolder(int machine) {
  if (!Up(machine)) Start(machine);
  if (!Up(machine)) return;
  if (ForgetUnacked(machine, 0) > 0) ExpectAlarm(machine);
  machines_[static_cast<size_t>(machine)]->lost_since_copy = true;
  Down(machine, absl::Milliseconds(10), false);
  disk_.Restore(site_.Folder(machine), {});
  for (auto& [id, report] : reports_) {
    if (report.machine == machine) report.receipt.clear();
  }
}

void World::Clone(int machine) {
  Machine& at = *machines_[static_cast<size_t>(machine)];
  const int clone = machine + kAgents;
  Machine& other = *machines_[static_cast<size_t>(clone)];
  if (!at.exists || other.exists) return;
  Down(machine, absl::Milliseconds(5), false);
  disk_.Restore(site_.Folder(clone), disk_.Copy(site_.Folder(machine)));
  other.exists = true;
  cloned_at_[machine] = history_.size();
  ExpectAlarm(machine);
  other.up_at = now_ + absl::Milliseconds(7);
  // People use both.
  for (const int one : {machine, clone}) {
    for (uint64_t i = 0; i < 3; ++i) {
      At(now_ + absl::Seconds(2 + static_cast<int64_t>(random_.Below(40))),
         [this, one, i] {
           Do({now_, Act::kReport, one, i, 3});
         });
    }
  }
}

}  // namespace earshot::sim
