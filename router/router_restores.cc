#include <algorithm>

#include "router/router.h"

// What a peer's HELLO tells of stores that were copied, wiped or put back.
namespace earshot::router {

// A spool that was copied, put back or wiped comes with an epoch of its own;
// perhaps while another with the same key is here.
void Router::NoteNewSpool(const Enrolled& peer, uint64_t epoch) {
  const bool beside =
      std::any_of(sessions_.begin(), sessions_.end(), [&](const auto& session) {
        return session.second.peer.name == peer.name &&
               session.second.epoch != epoch;
      });
  if (!beside && !intake_->StartsAnew(peer.name, epoch)) return;
  const auto [noted, first] = new_spools_.try_emplace(peer.name, epoch);
  if (!first && noted->second == epoch) return;
  noted->second = epoch;
  spools_anew_.Add();
  log_.Warn("spool_started_anew",
            {{"peer", peer.name},
             {"next",
              "its spool was copied, put back or made again; make sure that "
              "one machine alone uses this key, and if a disk was lost, that "
              "its files are imported again: they count once"}});
}

// A folder that was put back has its old generation, but what peers have of it
// goes on where the copy ended: their cursors would skip what is numbered from
// here on. So it becomes another generation, before the one who shows it is
// welcomed: nobody else may know of it. Once a process: nothing is put back
// while it runs.
absl::Status Router::NoteRestore(const Enrolled& peer, const v1::Hello& hello) {
  const uint64_t known = hello.cursor().generation();
  if (restore_noticed_ || (known != 0 && known != generation_)) {
    return absl::OkStatus();
  }
  const auto behind = deliveries_->IsBehind(peer, hello.cursor());
  if (!behind.ok()) return behind.status();
  if (!*behind && !intake_->IsBehind(peer.name, hello)) return absl::OkStatus();
  const uint64_t fresh = random_.NonZero() >> 1;
  // The fold's own connection is its thread's.
  auto views = Views::Open(settings_.ViewsFile());
  absl::Status status = views.status();
  if (status.ok()) status = (*views)->PutNumber("generation", fresh);
  if (!status.ok()) return status;
  restore_noticed_ = true;
  restores_.Add();
  generation_ = fresh;
  deliveries_->UseGeneration(fresh);
  log_.Error("put_back_to_older_copy",
             {{"seen_by", peer.name},
              {"next",
               "agents send again what they still hold, and everyone is told "
               "anew; see records_lost_total for what is gone"}});
  return absl::OkStatus();
}

}  // namespace earshot::router
