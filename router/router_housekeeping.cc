// What a router does each second and each minute, whoever is connected.
#include <algorithm>
#include <utility>

#include "base/os/status_text.h"
#include "router/router.h"

namespace earshot::router {

void Router::Housekeep() {
  const absl::Duration now = clock_.Monotonic();
  if (now >= next_second_) {
    next_second_ = now + absl::Seconds(1);
    EachSecond();
  }
  if (now >= next_minute_) {
    next_minute_ = now + absl::Minutes(1);
    EachMinute();
  }
}

void Router::EachSecond() {
  for (const std::string& name : access_->Refresh()) {
    log_.Warn("revoked", {{"peer", name}});
    hub_->EndUser(name, v1::Reject::REVOKED,
                  "this key was revoked; ask the operator to enrol a new one");
  }
  for (const Access::Refusal& refusal : access_->TakeRefusals()) {
    refused_peers_.Add();
    uint64_t left_out = 0;
    if (Limited("peer " + refusal.public_key, left_out)) continue;
    log_.Warn("peer_refused",
              {{"address", refusal.address},
               {"key", refusal.public_key},
               {"next", "enrol it with: earshot-router enrol NAME KEY"},
               {"left_out", left_out}});
  }
  NoteAgents();
  PauseOrResume();
  deliveries_->Tick(clock_.Monotonic());
  TakeRequests();
}

void Router::PauseOrResume() {
  const uint64_t end = writer_->counters().end.value();
  const uint64_t cursor = fold_->counters().cursor.value();
  const bool behind =
      end > cursor && end - cursor > settings_.config.backlog_records();
  const bool pause = behind || clock_.Monotonic() < failed_until_;
  intake_->SetPaused(pause);
  if (std::exchange(paused_, pause) && !pause) {
    TellCredit();
  }
}

// Whoever stands still for want of credit is told that there is some.
void Router::TellCredit() {
  for (const auto& [id, session] : sessions_) {
    for (const v1::Ack& ack :
         intake_->CreditOf(session.peer.name, session.epoch)) {
      hub_->Send(id, v1::ACK, ack.SerializeAsString());
    }
  }
}

// What an operator asked for on the command line, by way of the log's file.
void Router::TakeRequests() {
  const int64_t version = wire_log_->DataVersion();
  if (version == requests_version_) return;
  requests_version_ = version;
  ReplayDeadLetters();
  TakeErasures();
}

void Router::ReplayDeadLetters() {
  const auto letters = wire_log_->DeadLetters("replay", 100);
  if (!letters.ok()) return;
  if (letters->empty()) replaying_.clear();
  for (const DeadLetter& letter : *letters) {
    const auto peer = access_->Find(letter.agent);
    if (!peer) continue;
    if (!replaying_.insert(letter.id).second) continue;
    Intake::Taken taken = intake_->TakeReplay(*peer, letter, clock_.Wall());
    log_.Info(
        "dead_letter_replayed",
        {{"letter", letter.id},
         {"agent", letter.agent},
         {"taken", taken.ticket != 0},
         {"why",
          taken.note.refusals.empty() ? "" : taken.note.refusals.front()}});
    if (taken.ticket == 0) {
      // Still refused: back to what it was, so that it is not tried for ever.
      LogAppend back;
      back.kept.push_back(letter.id);
      writer_->Submit(0, std::move(back));
      continue;
    }
    writer_->Submit(taken.ticket, std::move(taken.append));
  }
}

// Those that may speak for any site show no news: they are no site's own.
void Router::NoteAgents() {
  const uint64_t edition = access_->Edition();
  if (std::exchange(noted_edition_, edition) == edition) return;
  Fold::AgentsBySite agents;
  for (const Enrolled& peer : access_->List()) {
    if (peer.revoked || peer.role != Role::kAgent) continue;
    for (const std::string& site : peer.sites) {
      agents[site].push_back(peer.name);
    }
  }
  fold_->NoteAgents(std::move(agents));
}

void Router::EachMinute() {
  const absl::Time now = clock_.Wall();
  absl::Status status = access_->Flush();
  if (!status.ok()) {
    log_.Warn("contacts_not_saved", {{"why", os::StatusText(status)}});
  }
  fold_->NoteContacts(std::exchange(site_contacts_, {}));
  fold_thread_->Wake();
  quarantine_->Expire(now);
  TellCredit();  // an ACK that told of it may have been lost
  LogAppend trim;
  trim.dead_letters_cap = settings_.config.dead_letters_cap();
  writer_->Submit(0, std::move(trim));
  const absl::Duration silent_after =
      absl::Minutes(settings_.config.silent_after_minutes());
  uint64_t silent = 0;
  for (const Enrolled& peer : access_->List()) {
    if (peer.revoked || peer.role != Role::kAgent ||
        now - std::max(peer.last_contact, peer.enrolled_at) < silent_after) {
      continue;
    }
    ++silent;
    if (std::exchange(silent_[peer.name], true)) continue;
    log_.Error(
        "agent_silent",
        {{"agent", peer.name},
         {"minutes", absl::ToInt64Minutes(
                         now - std::max(peer.last_contact, peer.enrolled_at))},
         {"next", "see that the machine and its network are up"}});
  }
  agents_silent_.Set(silent);
}

}  // namespace earshot::router
