// The loop: time, turns, starts and ends of programs.
#include "tests/sim/world.h"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <utility>

#include "base/os/status_text.h"
#include "base/wire/limits.h"
#include "router/views/views.h"

namespace earshot::sim {
namespace {

constexpr absl::Duration kLongestRest = absl::Minutes(30);
constexpr absl::Duration kQuantum = absl::Microseconds(50);

}  // namespace

World::World(const Site& site, uint64_t seed, Trace trace)
    : site_(site),
      trace_(std::move(trace)),
      random_(seed),
      now_(absl::Seconds(1)),
      disk_(random_),
      network_(random_),
      leader_clock_(now_),
      leader_turn_at_(now_),
      work_at_(absl::InfiniteDuration()) {
  UseDisk(&disk_);
  for (int machine = 0; machine < kMachines; ++machine) {
    machines_.push_back(std::make_unique<Machine>(now_));
    Machine& made = *machines_.back();
    made.exists = machine < kFirstAgent + kAgents;
    made.log = std::make_unique<telemetry::Log>(
        [this, machine](telemetry::Level level, std::string_view event,
                        const std::vector<telemetry::Field>& fields) {
          OnLog(machine, level, event, fields);
        });
  }
  leader_log_ = std::make_unique<telemetry::Log>(
      [](telemetry::Level, std::string_view,
         const std::vector<telemetry::Field>&) {});
  network_.SetAlive([this](const std::string& name) {
    for (int machine = 0; machine < kMachines; ++machine) {
      if (MachineName(machine) == name) {
        return !disk_.Frozen(site_.Folder(machine));
      }
    }
    return true;
  });
  leader_ = std::make_unique<LeaderProgram>(
      Surroundings{site_, network_, leader_clock_, random_, *leader_log_, -1});
  leader_->OnTold([this](uint64_t decision, LeaderProgram::Outcome outcome) {
    OnTold(decision, outcome);
  });
  leader_->OnDigest([this](const v1::Digest& digest) { OnDigest(digest); });
}

World::~World() {
  leader_.reset();
  for (int machine = 0; machine < kMachines; ++machine) Close(machine);
  UseDisk(nullptr);
}

Surroundings World::Around(int machine) {
  Machine& at = *machines_[static_cast<size_t>(machine)];
  return {site_, network_, at.clock, random_, *at.log, machine};
}

bool World::Up(int machine) const {
  const Machine& at = *machines_[static_cast<size_t>(machine)];
  return at.router != nullptr || at.feed != nullptr || at.agent != nullptr;
}

void World::Say(const std::string& line) {
  if (trace_) {
    trace_(fmt::format("{:10.4f}  {}", absl::ToDoubleSeconds(now_), line));
  }
}

void World::OnLog(int machine, telemetry::Level level, std::string_view event,
                  const std::vector<telemetry::Field>& fields) {
  if (trace_) {
    std::string line = fmt::format("  {} {}", MachineName(machine), event);
    for (const telemetry::Field& field : fields) {
      line += fmt::format(" {}={}", field.key(), field.text());
    }
    Say(line);
  }
  checker::Event alarm;
  alarm.what = checker::What::kAlarm;
  alarm.who = MachineName(machine);
  alarm.id = event;
  if (event == "spool_started_anew") {
    for (const telemetry::Field& field : fields) {
      if (field.key() == "peer") alarm.who = field.text();
    }
  } else if (level != telemetry::Level::kError) {
    return;
  }
  history_.push_back(std::move(alarm));
}

void World::At(absl::Duration when, std::function<void()> what) {
  later_.emplace(when, std::move(what));
}

void World::Start(int machine) {
  Machine& at = *machines_[static_cast<size_t>(machine)];
  at.up_at = absl::InfiniteDuration();
  at.turn_at = now_;
  absl::Status status;
  // Keeps what was made, or says why it was not.
  const auto keep = [&](auto made, auto& place) {
    status = made.status();
    if (made.ok()) place = *std::move(made);
  };
  if (machine == kRouter) {
    keep(StartRouter(Around(machine)), at.router);
    work_at_ = now_;
  } else if (machine == kFeed) {
    keep(StartFeed(Around(machine)), at.feed);
  } else {
    keep(AgentProgram::Start(Around(machine)), at.agent);
  }
  Say(fmt::format("start {}: {}", MachineName(machine),
                  status.ok() ? "ok" : os::StatusText(status)));
  // As systemd does: again after a while.
  if (!status.ok()) at.up_at = now_ + absl::Seconds(1);
}

// Ends a program's objects without a last word on the disk or the network.
void World::Close(int machine) {
  Machine& at = *machines_[static_cast<size_t>(machine)];
  if (!Up(machine)) return;
  disk_.FreezeAfter(site_.Folder(machine), 0);
  at.router.reset();
  at.feed.reset();
  at.agent.reset();
  disk_.Kill(site_.Folder(machine));
  if (machine == kRouter) work_at_ = absl::InfiniteDuration();
}

void World::Down(int machine, absl::Duration back_after, bool power) {
  Machine& at = *machines_[static_cast<size_t>(machine)];
  if (!at.exists) return;
  Close(machine);
  if (power) disk_.CutPower(site_.Folder(machine));
  at.power_cut = false;
  at.up_at = now_ + back_after;
  Say(fmt::format("{} {}", MachineName(machine),
                  power ? "loses power" : "is killed"));
}

absl::Duration World::NextTime(absl::Duration until) const {
  absl::Duration next = std::min(until, network_.NextArrival());
  if (!later_.empty()) next = std::min(next, later_.begin()->first);
  for (int machine = 0; machine < kMachines; ++machine) {
    const Machine& at = *machines_[static_cast<size_t>(machine)];
    if (!at.exists) continue;
    next = std::min(next, Up(machine) ? at.turn_at : at.up_at);
  }
  if (Up(kRouter)) next = std::min(next, work_at_);
  return std::min(next, leader_turn_at_);
}

void World::TurnRouter(Machine& machine) {
  router::Router& router = *machine.router;
  router.Turn({}, absl::ZeroDuration());
  if (!router.Settled()) {
    work_at_ = std::min(
        work_at_, now_ + absl::Microseconds(
                             static_cast<int64_t>(100 + random_.Below(5000))));
  }
  machine.turn_at = now_ + absl::Seconds(1);
}

void World::TurnMachine(int machine) {
  Machine& at = *machines_[static_cast<size_t>(machine)];
  if (at.router != nullptr) TurnRouter(at);
  if (at.feed != nullptr) {
    at.feed->Turn({}, absl::ZeroDuration());
    at.turn_at = now_ + absl::Seconds(1);
  }
  if (at.agent != nullptr) {
    at.agent->Turn();
    at.turn_at = now_ + std::clamp(at.agent->NextTimer(), absl::Milliseconds(1),
                                   absl::Seconds(30));
  }
  if (at.power_cut && disk_.Frozen(site_.Folder(machine))) {
    Down(machine, at.back_after, true);
  }
}

void World::TurnDue(const std::set<std::string>& reached) {
  for (int machine = 0; machine < kMachines; ++machine) {
    Machine& at = *machines_[static_cast<size_t>(machine)];
    if (!at.exists) continue;
    if (!Up(machine) && at.up_at <= now_) Start(machine);
    if (!Up(machine)) continue;
    if (at.turn_at <= now_ || reached.contains(MachineName(machine))) {
      TurnMachine(machine);
    }
  }
  if (Up(kRouter) && work_at_ <= now_) {
    Machine& at = *machines_[kRouter];
    const bool commit = at.router->Step(router::Router::Work::kCommit);
    const bool fold =
        random_.Below(2) == 0 && at.router->Step(router::Router::Work::kFold);
    // The fold looks once a second even if nothing was committed.
    work_at_ = now_ + absl::Seconds(1);
    if (commit || fold || !at.router->Settled()) {
      work_at_ = now_ + absl::Microseconds(
                            static_cast<int64_t>(100 + random_.Below(20000)));
    }
    TurnMachine(kRouter);
  }
  if (leader_turn_at_ <= now_ || reached.contains("leader")) {
    leader_->Turn();
    leader_turn_at_ =
        now_ + std::clamp(leader_->NextTimer(), absl::Milliseconds(1),
                          absl::Seconds(30));
  }
}

// True when nothing is on its way any more.
bool World::Settled(std::string& why) {
  for (int machine = 0; machine < kMachines; ++machine) {
    const Machine& at = *machines_[static_cast<size_t>(machine)];
    why = MachineName(machine);
    if (at.exists && !Up(machine)) return false;
    if (at.agent == nullptr) continue;
    why += " has not sent all";
    if (!at.agent->Drained()) return false;
  }
  why = "the router has not read all";
  if (!machines_[kRouter]->router->Settled()) return false;
  why = "the feed has not sent all";
  feed::Feed& feed = *machines_[kFeed]->feed;
  if (!feed.Drained() || !leader_->idle()) return false;
  auto views =
      router::Views::OpenForReading(site_.Folder(kRouter) + "/views.db");
  if (!views.ok()) return false;
  why = "the feed's mirror is behind";
  const auto generation = (*views)->Number("generation");
  const auto seq = (*views)->Number("update_seq");
  const v1::Cursor& cursor = feed.mirror().cursor();
  if (!generation.ok() || !seq.ok() || *generation != cursor.generation() ||
      *seq != cursor.seq()) {
    return false;
  }
  why = "answers are on their way";
  const auto pending = (*views)->PendingReplies();
  return pending.ok() && *pending == 0;
}

void World::Loop(absl::Duration until, bool settle) {
  // Not before the last silent connection was noticed.
  absl::Duration look_at = now_ + wire::kDeadAfter;
  std::string why;
  while (now_ < until) {
    now_ = std::max(now_ + kQuantum, NextTime(until));
    network_.SetTime(now_);
    ++events_;
    while (!later_.empty() && later_.begin()->first <= now_) {
      const auto what = later_.extract(later_.begin());
      what.mapped()();
    }
    TurnDue(network_.Deliver());
    if (settle && now_ >= look_at) {
      if (Settled(why)) return;
      look_at = now_ + absl::Seconds(2);
    }
  }
}

void World::MakeFresh(Site& site) {
  World world(site, 0, {});
  (void)EnrolAll(site);
  for (int machine = 0; machine < kFirstAgent + kAgents; ++machine) {
    world.Start(machine);
    world.Close(machine);
    site.KeepFresh(machine, world.disk_.Copy(site.Folder(machine)));
  }
}

Outcome World::Run(const Plan& plan) {
  network_.SetTime(now_);
  // A real file, of the run before.
  std::filesystem::remove(site_.Folder(kRouter) + "/erased.ids");
  for (int machine = 0; machine < kFirstAgent + kAgents; ++machine) {
    const Image* const fresh = site_.fresh(machine);
    if (fresh != nullptr) disk_.Restore(site_.Folder(machine), *fresh);
  }
  (void)EnrolAll(site_);
  for (int machine = 0; machine < kFirstAgent + kAgents; ++machine) {
    Start(machine);
  }
  absl::Duration last;
  for (const Step& step : plan) {
    At(now_ + step.at, [this, step] { Do(step); });
    last = std::max(last, step.at);
  }
  Loop(now_ + last + absl::Seconds(5), false);
  EndFaults();
  Outcome outcome;
  for (int round = 0; round < 2; ++round) {
    Loop(now_ + kLongestRest, true);
    outcome.converged = Settled(outcome.stuck);
    if (!outcome.converged) break;
    if (round > 0) break;
    first_at_rest_ = next_decision_;
    Decide(0, /*resolve=*/false);
  }
  for (int machine = kFirstAgent; machine < kMachines; ++machine) {
    Read(machine);
  }
  WithdrawExpectations();
  WithdrawUntold();
  if (outcome.converged) {
    ReadLog();
    ReadViews();
    ReadInboxes();
    FindErased();
  }
  outcome.events = events_;
  outcome.history = std::move(history_);
  return outcome;
}

}  // namespace earshot::sim
