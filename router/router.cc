// Length: the wiring of one program in one straight line; splitting it would
// hide the order, which is what this file is for.
#include "router/router.h"

#include <fmt/format.h>
#include <sys/resource.h>

#include <algorithm>
#include <utility>

#include "base/os/bytes.h"
#include "base/os/poll.h"
#include "base/os/status_text.h"
#include "base/wire/keys.h"
#include "proto/contract/times.h"
#include "router/organisation/organisation.h"

namespace earshot::router {
namespace {

constexpr absl::Duration kAfterFailure = absl::Seconds(1);

// Each peer is a file descriptor.
void RaiseDescriptorLimit() {
  rlimit limit{};
  if (::getrlimit(RLIMIT_NOFILE, &limit) != 0) return;
  limit.rlim_cur = limit.rlim_max;
  ::setrlimit(RLIMIT_NOFILE, &limit);
}

// 32 random bytes that turn record ids and names into keys nobody can guess.
absl::StatusOr<std::string> LoadOrMakeSecret(const std::string& path,
                                             os::Random& random) {
  auto secret = os::ReadFile(path, 64);
  if (!absl::IsNotFound(secret.status())) return secret;
  std::string fresh = random.Bytes(32);
  absl::Status status = os::WriteFileAtomically(path, fresh, 0600);
  if (!status.ok()) return status;
  return fresh;
}

}  // namespace

Router::Router(Settings settings, const os::Clock& clock, os::Random& random,
               telemetry::Log& log, RouterEdges edges)
    : settings_(std::move(settings)),
      edges_(std::move(edges)),
      clock_(clock),
      random_(random),
      log_(log),
      limiter_(5, absl::Minutes(1)),
      context_(1),
      next_second_(clock.Monotonic()),
      next_minute_(clock.Monotonic() + absl::Minutes(1)) {}

absl::StatusOr<std::unique_ptr<Router>> Router::Start(Settings settings,
                                                      const os::Clock& clock,
                                                      os::Random& random,
                                                      telemetry::Log& log,
                                                      RouterEdges edges) {
  RaiseDescriptorLimit();
  std::unique_ptr<Router> router(
      new Router(std::move(settings), clock, random, log, std::move(edges)));
  absl::Status status = router->OpenStores();
  if (status.ok()) status = router->OpenDoor();
  if (status.ok() && !router->edges_.one_thread) status = router->OpenHealth();
  if (!status.ok()) return status;
  return router;
}

absl::Status Router::OpenStores() {
  absl::Status status = os::MakeFolder(settings_.config.data_dir(), 0755);
  if (!status.ok()) return status;
  auto lock = os::FileLock::Take(settings_.InData("router.lock"));
  if (!lock.ok()) return lock.status();
  lock_ = std::make_unique<os::FileLock>(*std::move(lock));
  auto loaded = LoadFiles(settings_);
  if (!loaded.ok()) return loaded.status();
  loaded_ = *std::move(loaded);
  auto secret = LoadOrMakeSecret(settings_.InData("hmac.key"), random_);
  if (!secret.ok()) return secret.status();
  auto access = Access::Open(settings_.AccessFile());
  if (!access.ok()) return access.status();
  access_ = *std::move(access);
  auto log = Log::Open(settings_.LogFile(), random_);
  if (!log.ok()) return log.status();
  const auto watermarks = (*log)->Watermarks();
  if (!watermarks.ok()) return watermarks.status();
  writer_ = std::make_unique<LogWriter>(
      *std::move(log),
      edges_.one_thread ? Commits::kInStep : Commits::kOnOwnThread);
  for (std::unique_ptr<Log>* reading : {&fold_log_, &wire_log_}) {
    auto opened = Log::OpenForReading(settings_.LogFile());
    if (!opened.ok()) return opened.status();
    *reading = *std::move(opened);
  }
  status = OpenViews();
  if (!status.ok()) return status;

  reader_ = std::make_unique<RecordReader>(*secret, *loaded_.redactor, random_);
  IntakeOptions intake;
  intake.credit_records = settings_.config.credit_records();
  intake.retain_s = settings_.config.retain_days() * 24 * 3600;
  intake_ = std::make_unique<Intake>(intake, *reader_, *watermarks);
  quarantine_ = std::make_unique<Quarantine>(
      settings_.InData("quarantine"),
      uint64_t{settings_.config.quarantine_cap_mib()} << 20, random_);
  quarantine_->Expire(clock_.Wall());
  deliveries_ = std::make_unique<Deliveries>(*wire_views_, generation_);
  fold_ = std::make_unique<Fold>(
      FoldOptions{*secret, settings_.config.remembered_texts()}, *fold_log_,
      *writer_, *fold_views_, clock_, log_);
  fold_->UseTaxonomy(loaded_.taxonomy);
  fold_->UseOrganisation(loaded_.organisation, loaded_.subscriptions);
  status = fold_->Recover();
  if (status.ok()) status = RecordConfiguration();
  if (!status.ok()) return status;
  fold_thread_ = std::make_unique<FoldThread>(*fold_, log_, edges_.one_thread);
  writer_->OnCommit([this] { fold_thread_->Wake(); });
  return absl::OkStatus();
}

// Views belong to one log. Those of another, or of one that has lost its tail,
// are made again; what is numbered in them then has a new generation, so that
// nobody's cursor is believed.
absl::Status Router::OpenViews() {
  const std::string path = settings_.ViewsFile();
  for (int attempt = 0; attempt < 2; ++attempt) {
    auto views = Views::Open(path);
    if (!views.ok()) return views.status();
    const auto log = (*views)->Number("log_generation");
    const auto main = (*views)->Number("main");
    const auto folded = (*views)->Number("folded");
    const auto generation = (*views)->Number("generation");
    const uint64_t end = writer_->counters().end.value();
    if (!log.ok() || !main.ok() || !folded.ok() || !generation.ok()) {
      return absl::DataLossError(
          fmt::format("{} cannot be read: delete it, with its -wal and -shm; "
                      "it is made again from the log",
                      path));
    }
    const bool fresh = *log == 0;
    if (!fresh &&
        (*log != writer_->generation() || std::max(*main, *folded) > end)) {
      log_.Warn("views_made_again", {{"why", "they are not of this log"}});
      views->reset();
      store::RemoveDatabase(path);
      continue;
    }
    generation_ = fresh ? random_.NonZero() >> 1 : *generation;
    absl::Status status = (*views)->PutNumber("generation", generation_);
    if (status.ok()) {
      status = (*views)->PutNumber("log_generation", writer_->generation());
    }
    if (!status.ok()) return status;
    fold_views_ = *std::move(views);
    auto reading = Views::OpenForReading(path);
    if (!reading.ok()) return reading.status();
    wire_views_ = *std::move(reading);
    return absl::OkStatus();
  }
  return absl::InternalError(fmt::format("{} cannot be made again", path));
}

// Which files were in force from here on, by the hash of their content.
absl::Status Router::RecordConfiguration() {
  const auto known = wire_log_->Configurations();
  if (!known.ok()) return known.status();
  LogAppend append;
  for (const auto& [name, sha256] :
       {std::pair<std::string, std::string>{
            "organisation", AsConfigured(loaded_.organisation).sha256()},
        {"subscriptions", AsConfigured(loaded_.subscriptions).sha256()},
        {"taxonomy", loaded_.taxonomy->hash()}}) {
    const auto last = known->find(name);
    if (last != known->end() && last->second == sha256) continue;
    v1::ConfigurationRecord record;
    record.set_name(name);
    record.set_sha256(sha256);
    *record.mutable_at() = contract::ToStamp(clock_.Wall());
    LogEntry entry;
    entry.kind = v1::LOG_CONFIGURATION;
    record.SerializeToString(&entry.body);
    append.entries.push_back(std::move(entry));
    log_.Info("configured", {{"what", name}, {"sha256", os::ToHex(sha256)}});
  }
  if (append.entries.empty()) return absl::OkStatus();
  return writer_->AppendAndWait(std::move(append)).status();
}

absl::Status Router::OpenDoor() {
  auto keys = wire::LoadOrMakeKeyPair(settings_.KeyFile());
  if (!keys.ok()) return keys.status();
  wire::HubServerOptions options;
  options.listen = settings_.config.listen();
  options.keys = *std::move(keys);
  options.zap_domain = "earshot-router";
  if (edges_.hub) {
    auto hub = edges_.hub(std::move(options), *access_);
    if (!hub.ok()) return hub.status();
    hub_ = *std::move(hub);
    return absl::OkStatus();
  }
  auto hub = wire::HubServer::Start(context_, std::move(options), *access_,
                                    clock_, random_, log_);
  if (!hub.ok()) return hub.status();
  hub_ = *std::move(hub);
  absl::Status status = hub_->SelfTest();
  if (!status.ok()) return status;
  access_->TakeRefusals();  // the self-test's own
  return absl::OkStatus();
}

absl::Status Router::OpenHealth() {
  auto health = telemetry::HealthServer::Start(
      settings_.config.http_listen(),
      {[this] { return Metrics(); }, [this] { return NotReady(); }});
  if (!health.ok()) return health.status();
  health_ = *std::move(health);
  log_.Info("started", {{"listen", hub_->endpoint()},
                        {"http_port", health_->port()},
                        {"data_dir", settings_.config.data_dir()},
                        {"log_end", writer_->counters().end.value()},
                        {"leaders", loaded_.organisation.leaders_size()},
                        {"topics", loaded_.taxonomy->topic_count()}});
  return absl::OkStatus();
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
  if (room) fds.push_back(hub_->fd());
  os::WaitReadable(fds, std::min(limit, hub_->NextTimer()));
  if (room) hub_->Pump();
  while (const auto event = hub_->TakeEvent()) OnEvent(*event);
  FinishCommits();
  fold_thread_->done().Clear();
  SendDeliveries();
  Housekeep();
  if (room) hub_->Pump();
  while (const auto event = hub_->TakeEvent()) OnEvent(*event);
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
  access_->NoteContact(peer->name, event.hello.build().substr(0, 64),
                       clock_.Wall());
  NoteNewSpool(*peer, event.hello.epoch());
  NoteRestore(*peer, event.hello);
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

void Router::FinishCommits() {
  std::map<std::string, BatchNote> notes;
  uint64_t group = 0;
  for (const Committed& commit : writer_->TakeCommitted()) {
    if (commit.group != group) LogGroups(std::exchange(notes, {}));
    group = commit.group;
    const auto session = session_of_ticket_.extract(commit.ticket);
    const auto done = commit.status.ok() ? intake_->OnCommitted(commit.ticket)
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
    hub_->Send(session.mapped(), v1::ACK, done->ack.SerializeAsString());
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
  LogGroups(notes);
}

void Router::LogGroups(const std::map<std::string, BatchNote>& notes) {
  for (const auto& [key, note] : notes) {
    log_.Info("committed", {{"agent", note.agent},
                            {"lane", note.lane == 0 ? "urgent" : "routine"},
                            {"first", note.first},
                            {"last", note.last},
                            {"count", note.count},
                            {"repeats", note.repeats}});
  }
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
    if (session != sessions_.end()) {
      log_.Info("delivered",
                {{"peer", session->second.peer.name},
                 {"what", (*frame)->kind == v1::UPDATE ? "update" : "reply"},
                 {"bytes", (*frame)->body.size()}});
    }
  }
}

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
  PauseOrResume();
  deliveries_->Tick(clock_.Monotonic());
  ReplayDeadLetters();
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

void Router::ReplayDeadLetters() {
  const int64_t version = wire_log_->DataVersion();
  if (version == dead_letters_version_) return;
  dead_letters_version_ = version;
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
