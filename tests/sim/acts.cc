// What the plan does to the world.
#include "tests/sim/world.h"

namespace earshot::sim {

void World::Do(const Step& step) {
  Say(ToText(step));
  const Machine& at = *machines_[static_cast<size_t>(step.machine)];
  switch (step.act) {
    case Act::kReport:
      if (at.agent != nullptr) MakeReport(step);
      return;
    case Act::kImport:
      if (at.agent != nullptr) Import(step);
      return;
    case Act::kRead:
      if (at.agent != nullptr) Read(step.machine);
      return;
    case Act::kVerdict:
      if (at.agent != nullptr) GiveVerdict(step);
      return;
    case Act::kAnswer:
      return Decide(step.a, /*resolve=*/false);
    case Act::kResolve:
      return Decide(step.a, /*resolve=*/true);
    case Act::kMerge:
      return Merge(step.a, step.b);
    case Act::kSplit:
      return Split(step.a, step.b % 2 == 1);
    case Act::kErase:
      return Erase(step.a);
    default:
      DoFault(step);
  }
  TurnMachine(step.machine);
}

void World::DoFault(const Step& step) {
  Machine& at = *machines_[static_cast<size_t>(step.machine)];
  const std::string folder = site_.Folder(step.machine);
  const auto span = absl::Milliseconds(static_cast<int64_t>(step.a));
  switch (step.act) {
    case Act::kKill:
      if (Up(step.machine)) Down(step.machine, span, false);
      return;
    case Act::kPowerCut:
      if (!Up(step.machine)) return;
      at.power_cut = true;
      at.back_after = span;
      disk_.FreezeAfter(folder, step.b);
      return;
    case Act::kPart:
      network_.Part(MachineName(step.machine),
                    step.machine == kRouter ? "feed" : "router");
      At(now_ + span, [this] { network_.Heal(); });
      return;
    case Act::kWeather: {
      const auto bad = static_cast<uint32_t>(step.b);
      network_.SetWeather({bad * 30, bad * 30, bad > 1,
                           absl::Milliseconds(int64_t{bad} * bad * 100)});
      At(now_ + span, [this] { network_.SetWeather({}); });
      return;
    }
    case Act::kDiskFull:
    case Act::kDiskErrors: {
      Disk::Faults faults;
      faults.full = step.act == Act::kDiskFull;
      if (!faults.full) {
        faults.write_errors_per_mille = static_cast<uint32_t>(step.b);
        faults.sync_errors_per_mille = static_cast<uint32_t>(step.b);
      }
      disk_.SetFaults(folder, faults);
      At(now_ + span, [this, folder] { disk_.SetFaults(folder, {}); });
      return;
    }
    case Act::kJump:
      at.clock.Jump(absl::Seconds(static_cast<int64_t>(step.a)));
      return;
    case Act::kCopy:
      CopyFolder(step.machine);
      return;
    case Act::kRestore:
      RestoreFolder(step.machine);
      return;
    case Act::kClone:
      Clone(step.machine);
      return;
    case Act::kReimage:
      LoseFolder(step.machine);
      return;
    case Act::kRevoke: {
      (void)Revoke(site_, step.machine);
      const int machine = step.machine;
      At(now_ + span, [this, machine] { (void)EnrolAgain(site_, machine); });
      return;
    }
    default:
      return;
  }
}

void World::EndFaults() {
  Say("faults end");
  network_.Heal();
  network_.SetWeather({});
  for (int machine = 0; machine < kMachines; ++machine) {
    Machine& at = *machines_[static_cast<size_t>(machine)];
    const std::string folder = site_.Folder(machine);
    disk_.SetFaults(folder, {});
    if (at.power_cut) Down(machine, absl::Seconds(1), true);
    at.clock.Correct();
    if (at.exists && !Up(machine)) at.up_at = now_;
  }
  (void)EnrolAll(site_);
}

}  // namespace earshot::sim
