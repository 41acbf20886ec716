#include "router/router.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "base/os/bytes.h"
#include "base/os/poll.h"
#include "base/os/status_text.h"
#include "base/wire/keys.h"
#include "proto/contract/times.h"
#include "router/organisation/organisation.h"

namespace earshot::router {

Router::Router(Settings settings, const os::Clock& clock, os::Random& random,
               telemetry::Log& log, RouterEdges edges)
    : settings_(std::move(settings)),
      edges_(std::move(edges)),
      clock_(clock),
      random_(random),
      log_(log),
      limiter_(5, absl::Minutes(1)),
      context_(1),
      wire_busy_(clock.Monotonic()),
      next_second_(clock.Monotonic()),
      next_minute_(clock.Monotonic() + absl::Minutes(1)) {}

absl::StatusOr<std::unique_ptr<Router>> Router::Start(Settings settings,
                                                      const os::Clock& clock,
                                                      os::Random& random,
                                                      telemetry::Log& log,
                                                      RouterEdges edges) {
  os::RaiseDescriptorLimit();  // each peer is one
  std::unique_ptr<Router> router(
      new Router(std::move(settings), clock, random, log, std::move(edges)));
  absl::Status status = router->OpenStores();
  if (status.ok()) status = router->OpenDoor();
  if (status.ok() && !router->edges_.one_thread) status = router->OpenHealth();
  if (!status.ok()) return status;
  return router;
}

Router::~Router() {
  health_.reset();
  hub_.reset();
  // The fold waits for the writer, and the writer wakes the fold: first the
  // one ends its work, then the other, and only then is either gone.
  if (fold_thread_) fold_thread_->Stop();
  writer_.reset();
}

absl::Status Router::Run(os::Signals& signals) {
  while (true) {
    Turn({signals.fd()}, absl::Seconds(1));
    while (const auto signal = signals.Take()) {
      if (*signal == os::Signal::kStop) {
        Stop();
        return absl::OkStatus();
      }
      absl::Status status = Reload();
      if (status.ok()) {
        log_.Info("reloaded", {});
      } else {
        log_.Error("reload_refused",
                   {{"why", os::StatusText(status)},
                    {"next", "what was loaded before stays in force"}});
      }
    }
  }
}

void Router::Turn(const std::vector<int>& also, absl::Duration limit) {
  std::vector<int> fds = also;
  fds.push_back(writer_->done().fd());
  fds.push_back(fold_thread_->done().fd());
  // A full log queue is answered by not reading: TCP and credit do the rest.
  const bool room = writer_->HasRoom();
  if (room) {
    fds.push_back(hub_->fd());
    limit = std::min(limit, hub_->NextTimer());
  }
  // The fold rests by what this says: that there is less to do as well.
  if (wire_busy_.share() > FoldThread::kBusy) {
    limit = std::min(limit, BusyShare::kWindow);
  }
  const absl::Duration began = clock_.Monotonic();
  os::WaitReadable(fds, limit);
  const absl::Duration woke = clock_.Monotonic();
  if (wire_busy_.NoteWait(woke - began, woke)) {
    fold_thread_->NoteIntake(wire_busy_.share());
  }
  if (room) hub_->Pump();
  OnEvents();
  FinishCommits();
  fold_thread_->done().Clear();
  SendDeliveries();
  Housekeep();
  if (room) hub_->Pump();
  OnEvents();
}

void Router::OnEvents() {
  while (const auto event = hub_->TakeEvent()) {
    OnEvent(*event);
    // Or those who wait for it would send nothing until all that is here is
    // read, and the log would have nothing to do meanwhile.
    if (writer_->HasCommitted()) FinishCommits();
  }
}

bool Router::Step(Work work) {
  return work == Work::kCommit ? writer_->Step() : fold_thread_->Step();
}

bool Router::Settled() const {
  return session_of_ticket_.empty() &&
         fold_->counters().cursor.value() == writer_->counters().end.value();
}

void Router::Stop() {
  hub_->Stop(absl::Seconds(1));
  const absl::Status status = access_->Flush();
  log_.Info("stopped", {{"log_end", writer_->counters().end.value()},
                        {"clean", status.ok()}});
}

absl::Status Router::Reload() {
  auto loaded = LoadFiles(settings_);
  if (!loaded.ok()) return loaded.status();
  // The reader holds the old redactor until it is told of the new one.
  Loaded old = std::exchange(loaded_, *std::move(loaded));
  reader_->UseRedactor(*loaded_.redactor);
  fold_->UseTaxonomy(loaded_.taxonomy);
  fold_->UseModel(loaded_.model);
  fold_->UseOrganisation(loaded_.organisation, loaded_.subscriptions);
  fold_thread_->Wake();
  return RecordConfiguration();
}

void Router::OnEvent(const wire::HubEvent& event) {
  switch (event.type) {
    case wire::HubEvent::Type::kHello:
      OnHello(event);
      return;
    case wire::HubEvent::Type::kFrame:
      OnFrame(event);
      return;
    case wire::HubEvent::Type::kEnded:
      deliveries_->Close(event.session);
      if (sessions_.erase(event.session) > 0) {
        log_.Info("session_ended",
                  {{"peer", event.user}, {"why", event.reason}});
      }
      sessions_open_.Set(sessions_.size());
      return;
    case wire::HubEvent::Type::kFault:
    case wire::HubEvent::Type::kBusy:
      return;
  }
}

void Router::OnHello(const wire::HubEvent& event) {
  const auto peer = access_->Find(event.user);
  // The key may have been replaced since the connection was let in.
  if (!peer || peer->revoked || peer->public_key != event.key) {
    hub_->Reject(event.session, v1::Reject::REVOKED,
                 "this key was revoked; ask the operator to enrol a new one",
                 wire::kAfterRevocation);
    return;
  }
  if (!intake_->MayUseEpoch(peer->name, event.hello.epoch())) {
    hub_->Reject(event.session, v1::Reject::QUOTA,
                 "this key has used too many epochs; find out why its spool "
                 "starts anew, then enrol the machine under another name",
                 wire::kAfterRevocation);
    return;
  }
  NoteAgents();  // a machine that was just enrolled hears news from now on
  access_->NoteContact(peer->name, event.hello.build().substr(0, 64),
                       clock_.Wall());
  NoteNewSpool(*peer, event.hello.epoch());
  if (absl::Status status = NoteRestore(*peer, event.hello); !status.ok()) {
    hub_->Reject(event.session, v1::Reject::BUSY,
                 "the router's disk has trouble; its log says what to do",
                 kAfterFailure);
    uint64_t left_out = 0;
    if (Limited("hello", left_out)) return;
    log_.Error("hello_put_off",
               {{"peer", peer->name},
                {"left_out", left_out},
                {"why", os::StatusText(status)},
                {"next",
                 "make room on the router's disk; the peer is heard "
                 "again in a second"}});
    return;
  }
  v1::Welcome welcome = intake_->MakeWelcome(*peer, event.hello);
  welcome.set_generation(generation_);
  sessions_[event.session] = {*peer, event.hello.epoch()};
  sessions_open_.Set(sessions_.size());
  hub_->Welcome(event.session, std::move(welcome));
  if (const auto settled =
          deliveries_->Open(event.session, *peer, event.hello.cursor())) {
    fold_->NoteRepliesAcked(settled->agent, settled->seq);
  }
  silent_.erase(peer->name);
  log_.Info("session_opened", {{"peer", peer->name},
                               {"role", RoleName(peer->role)},
                               {"build", event.hello.build().substr(0, 64)}});
}

void Router::OnFrame(const wire::HubEvent& event) {
  const auto found = sessions_.find(event.session);
  if (found == sessions_.end()) return;
  // As enrolled now: sites may have been added since HELLO.
  const auto known = access_->Find(found->second.peer.name);
  if (!known || known->revoked ||
      known->public_key != found->second.peer.public_key) {
    return;  // EachSecond ends the session
  }
  const Enrolled& peer = *known;
  const uint64_t epoch = found->second.epoch;
  const absl::Time now = clock_.Wall();
  access_->NoteContact(peer.name, "", now);
  for (const std::string& site : peer.sites) site_contacts_[site] = now;
  switch (event.kind) {
    case v1::BATCH:
      Take(event.session, intake_->TakeBatch(peer, epoch, event.body, now));
      return;
    case v1::LOST:
      Take(event.session, intake_->TakeLost(peer, epoch, event.body, now));
      return;
    case v1::REPLY_ACK:
    case v1::UPDATE_ACK:
    case v1::SNAPSHOT: {
      v1::DeliveryAck ack;
      if (!ack.ParseFromString(event.body)) return;
      if (event.kind == v1::SNAPSHOT) {
        deliveries_->OnSnapshotRequest(event.session, ack.cursor());
      } else if (const auto settled =
                     deliveries_->OnAck(event.session, ack.cursor())) {
        fold_->NoteRepliesAcked(settled->agent, settled->seq);
      }
      return;
    }
    default: {
      uint64_t left_out = 0;
      if (Limited("kind " + peer.name, left_out)) return;
      log_.Warn("frame_refused",
                {{"peer", peer.name},
                 {"why", fmt::format("kind {} is not for a router",
                                     static_cast<int>(event.kind))},
                 {"left_out", left_out}});
    }
  }
}

bool Router::Limited(const std::string& key, uint64_t& left_out) {
  const auto pass = limiter_.Pass(key, clock_.Monotonic());
  left_out = pass.value_or(0);
  return !pass;
}

void Router::Take(uint64_t session, Intake::Taken taken) {
  for (const std::string& bytes : taken.unparsable) {
    quarantined_.Add();
    quarantine_->Keep(bytes, clock_.Wall());
  }
  uint64_t left_out = 0;
  for (const std::string& code : taken.note.refusals) {
    if (Limited(fmt::format("refusal {} {}", taken.note.agent, code),
                left_out)) {
      continue;
    }
    log_.Warn("record_refused", {{"agent", taken.note.agent},
                                 {"lane", taken.note.lane},
                                 {"why", code},
                                 {"kept_as", "dead letter"},
                                 {"left_out", left_out}});
  }
  if (taken.malformed && !Limited("malformed", left_out)) {
    log_.Warn("batch_refused", {{"why", "not a batch of ES/1"},
                                {"kept_in", "quarantine"},
                                {"left_out", left_out}});
  }
  if (taken.ack) {
    hub_->Send(session, v1::ACK, taken.ack->SerializeAsString());
    if (!Limited("rewind " + taken.note.agent, left_out)) {
      log_.Info("batch_rewound", {{"agent", taken.note.agent},
                                  {"lane", taken.note.lane},
                                  {"first", taken.note.first},
                                  {"last", taken.note.last},
                                  {"repeats", taken.note.repeats},
                                  {"durable", taken.ack->durable().seq()},
                                  {"left_out", left_out}});
    }
  }
  if (taken.ticket == 0) return;
  session_of_ticket_[taken.ticket] = session;
  writer_->Submit(taken.ticket, std::move(taken.append));
}

void Router::SendDeliveries() {
  if (fold_thread_->TakeProgress()) deliveries_->WakeFeeds();
  for (const std::string& agent : fold_->TakeOwed()) {
    deliveries_->WakeAgent(agent);
  }
  while (true) {
    auto frame = deliveries_->Next();
    if (!frame.ok()) {
      log_.Error("delivery_failed", {{"why", os::StatusText(frame.status())}});
      return;
    }
    if (!*frame) return;
    hub_->Send((*frame)->session, (*frame)->kind, (*frame)->body);
    const auto session = sessions_.find((*frame)->session);
    // Who is sent an answer has reported what it is about: in no log.
    if (session != sessions_.end() && (*frame)->kind == v1::UPDATE) {
      log_.Info("delivered", {{"peer", session->second.peer.name},
                              {"bytes", (*frame)->body.size()}});
    }
  }
}

}  // namespace earshot::router
