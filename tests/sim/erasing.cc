// What the operator does: somebody's words are to go, as with
// "earshot-router erase --observation".
#include <fmt/format.h>

#include <utility>

#include "proto/contract/ids.h"
#include "router/erasure/erased_ids.h"
#include "router/erasure/find_erasures.h"
#include "router/log/log.h"
#include "tests/sim/world.h"

namespace earshot::sim {

std::string World::RouterIdOf(const std::string& record) {
  return contract::MakeObservationId(Site::router_secret(), {record}).bytes;
}

// Mostly of those with a word of their own, that can be looked for anywhere.
void World::Erase(uint64_t which) {
  const std::string log_file = site_.Folder(kRouter) + "/log.db";
  if (disk_.Frozen(site_.Folder(kRouter))) return;
  std::vector<const Report*> known;
  std::vector<const Report*> own;
  for (const auto& [id, report] : reports_) {
    if (report.record.empty()) continue;
    known.push_back(&report);
    if (!report.own_word.empty()) own.push_back(&report);
  }
  const auto& choice = own.empty() || which % 4 == 0 ? known : own;
  if (choice.empty()) return;
  const Report& report = *choice[which / 4 % choice.size()];
  checker::Event event;
  event.what = checker::What::kErase;
  event.who = "operator";
  event.id = report.id;
  event.outcome = checker::Outcome::kInvoked;
  history_.push_back(event);
  const absl::Status status = AskToErase(log_file, report.record);
  event.outcome = status.ok()                ? checker::Outcome::kOk
                  : absl::IsNotFound(status) ? checker::Outcome::kRefused
                                             : checker::Outcome::kUnknown;
  Say(fmt::format("  erase {}: {}", report.id, status.ToString()));
  // What they write afterwards is not meant.
  if (event.outcome != checker::Outcome::kRefused) {
    to_go_[report.id] = {report.id, report.own_word, report.own_reason};
  }
  history_.push_back(std::move(event));
}

absl::Status World::AskToErase(const std::string& log_file,
                               const std::string& record) {
  auto log = router::Log::OpenForReading(log_file);
  if (!log.ok()) return log.status();
  router::ErasureWanted wanted;
  wanted.observations.insert(RouterIdOf(record));
  const auto found = router::FindErasures(**log, wanted, Site::router_secret(),
                                          random_, nullptr);
  if (!found.ok()) return found.status();
  if (found->records.empty() && found->letters.empty()) {
    return absl::NotFoundError("there is nothing of it here");
  }
  return router::Log::AskErasures(log_file, found->records, found->letters);
}

// The command waits until it is taken; what only stands in databases that are
// put back to an older copy was not.
void World::ForgetUntaken() {
  const auto erased =
      router::ErasedIds::Open(site_.Folder(kRouter) + "/erased.ids");
  if (!erased.ok()) return;
  for (checker::Event& event : history_) {
    if (event.what != checker::What::kErase ||
        event.outcome != checker::Outcome::kOk) {
      continue;
    }
    if (erased->Contains(RouterIdOf(reports_.at(event.id).record))) continue;
    event.outcome = checker::Outcome::kUnknown;
  }
}

// In all files of all machines, free pages and logs of writes too.
void World::FindErased() {
  std::set<std::string> asked;
  for (const checker::Event& event : history_) {
    if (event.what == checker::What::kErase &&
        event.outcome == checker::Outcome::kOk) {
      asked.insert(event.id);
    }
  }
  for (const std::string& id : asked) {
    for (int machine = 0; machine < kMachines; ++machine) {
      const std::string folder = site_.Folder(machine);
      std::set<std::string> files;
      for (const std::string& words : to_go_.at(id)) {
        if (!words.empty()) files.merge(disk_.Holding(folder, words));
      }
      for (const std::string& file : files) {
        // Digests from before a router was put back name other insights.
        if (file.starts_with("/feed.db") && first_since_put_back_ != 0)
          continue;
        checker::Event event;
        event.what = checker::What::kFound;
        event.who = MachineName(machine) + file;
        event.id = id;
        history_.push_back(std::move(event));
      }
    }
  }
}

}  // namespace earshot::sim
