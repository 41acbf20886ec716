// What follows a commit of the log: acknowledgements and a line for ops.
#include <fmt/format.h>

#include <utility>

#include "base/os/status_text.h"
#include "router/router.h"

namespace earshot::router {

// One ACK a lane for all that was committed: the last says it for the others.
void Router::AckInTurn(uint64_t session, v1::Ack ack, Acks& acks) {
  constexpr int kMostNacks = 500;
  v1::Ack& waiting = acks[{session, ack.durable().lane()}];
  if (waiting.nacks_size() + ack.nacks_size() > kMostNacks) {
    hub_->Send(session, v1::ACK, waiting.SerializeAsString());
    waiting.clear_nacks();
  }
  waiting.mutable_nacks()->MergeFrom(ack.nacks());
  ack.mutable_nacks()->Swap(waiting.mutable_nacks());
  waiting = std::move(ack);
  if (!waiting.refused()) return;
  hub_->Send(session, v1::ACK, waiting.SerializeAsString());
  waiting.Clear();
}

void Router::FinishCommits() {
  Acks acks;
  std::map<std::string, BatchNote> notes;
  uint64_t group = 0;
  for (const Committed& commit : writer_->TakeCommitted()) {
    if (commit.group != group) LogGroups(std::exchange(notes, {}));
    group = commit.group;
    const auto session = session_of_ticket_.extract(commit.ticket);
    auto done = commit.status.ok() ? intake_->OnCommitted(commit.ticket)
                                   : intake_->OnFailed(commit.ticket);
    if (!commit.status.ok()) {
      failed_until_ = clock_.Monotonic() + kAfterFailure;
      intake_->SetPaused(true);
      paused_ = true;
      uint64_t left_out = 0;
      if (!Limited("commit", left_out)) {
        log_.Error("commit_failed",
                   {{"why", os::StatusText(commit.status)},
                    {"next",
                     "nothing was acknowledged; agents keep theirs "
                     "and send again"},
                    {"left_out", left_out}});
      }
    }
    if (!done || session.empty()) continue;
    AckInTurn(session.mapped(), std::move(done->ack), acks);
    if (!commit.status.ok()) continue;
    const BatchNote& note = done->note;
    BatchNote& total =
        notes.try_emplace(fmt::format("{} {}", note.agent, note.lane), note)
            .first->second;
    if (total.first != note.first) {
      total.last = note.last;
      total.count += note.count;
      total.repeats += note.repeats;
    }
  }
  for (const auto& [to, ack] : acks) {
    if (!ack.has_durable()) continue;
    hub_->Send(to.first, v1::ACK, ack.SerializeAsString());
  }
  LogGroups(notes);
}

// A line for each agent of the group, or one for all when they are many.
void Router::LogGroups(const std::map<std::string, BatchNote>& notes) {
  constexpr size_t kMostLines = 4;
  if (notes.size() > kMostLines) {
    uint64_t count = 0;
    uint64_t repeats = 0;
    for (const auto& [key, note] : notes) {
      count += note.count;
      repeats += note.repeats;
    }
    log_.Info(
        "committed",
        {{"agents", notes.size()}, {"count", count}, {"repeats", repeats}});
    return;
  }
  for (const auto& [key, note] : notes) {
    log_.Info("committed", {{"agent", note.agent},
                            {"lane", note.lane == 0 ? "urgent" : "routine"},
                            {"first", note.first},
                            {"last", note.last},
                            {"count", note.count},
                            {"repeats", note.repeats}});
  }
}

}  // namespace earshot::router
