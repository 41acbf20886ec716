// How a router comes up: stores, views, configuration, the door, health.
#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <thread>
#include <utility>

#include "base/os/bytes.h"
#include "base/os/status_text.h"
#include "base/wire/keys.h"
#include "proto/contract/leader_scope.h"
#include "proto/contract/times.h"
#include "router/organisation/organisation.h"
#include "router/router.h"

namespace earshot::router {
namespace {

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

absl::Status Router::OpenStores() {
  absl::Status status = os::MakeFolder(settings_.config.data_dir(), 0755);
  if (!status.ok()) return status;
  auto lock = os::FileLock::Take(settings_.InData("router.lock"));
  if (!lock.ok()) return lock.status();
  lock_ = std::make_unique<os::FileLock>(*std::move(lock));
  // What a replay that was killed has left holds texts.
  std::error_code ignored;
  std::filesystem::remove_all(settings_.InData("replay"), ignored);
  auto loaded = LoadFiles(settings_);
  if (!loaded.ok()) return loaded.status();
  loaded_ = *std::move(loaded);
  auto secret = LoadOrMakeSecret(settings_.InData("hmac.key"), random_);
  if (!secret.ok()) return secret.status();
  auto access = Access::Open(settings_.AccessFile());
  if (!access.ok()) return access.status();
  access_ = *std::move(access);
  auto log = Log::Open(settings_.LogFile(), random_,
                       edges_.one_thread ? Log::Checkpoints::kInCommits
                                         : Log::Checkpoints::kBeside);
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
  auto erased = ErasedIds::Open(settings_.InData("erased.ids"));
  if (!erased.ok()) return erased.status();
  erased_ = std::make_unique<ErasedIds>(*std::move(erased));
  reader_->UseErased(*erased_);
  reader_->UseAudience(
      [this](const std::string& leader, const v1::Scope& narrow) {
        return AgentsIn(leader, narrow);
      });
  IntakeOptions intake;
  intake.credit_records = settings_.config.credit_records();
  intake.retain_s = settings_.config.retain_days() * 24 * 3600;
  intake_ = std::make_unique<Intake>(intake, *reader_, *watermarks);
  quarantine_ = std::make_unique<Quarantine>(
      settings_.InData("quarantine"),
      uint64_t{settings_.config.quarantine_cap_mib()} << 20, random_);
  quarantine_->Expire(clock_.Wall());
  deliveries_ = std::make_unique<Deliveries>(*wire_views_, generation_);
  auto read_ahead = OpenReadAhead();
  if (!read_ahead.ok()) return read_ahead.status();
  fold_ = std::make_unique<Fold>(
      FoldOptions{*secret, settings_.config.remembered_texts(),
                  settings_.config.near_texts(),
                  settings_.config.compared_issues()},
      *fold_log_, *writer_, *fold_views_, clock_,
      edges_.one_thread ? random_ : fold_random_, log_, *std::move(read_ahead));
  fold_->UseTaxonomy(loaded_.taxonomy);
  fold_->UseModel(loaded_.model);
  fold_->UseOrganisation(loaded_.organisation, loaded_.subscriptions);
  NoteAgents();
  status = fold_->Recover();
  if (status.ok()) status = EraseAgain();
  if (status.ok()) status = RecordConfiguration();
  if (!status.ok()) return status;
  fold_thread_ = std::make_unique<FoldThread>(*fold_, log_, edges_.one_thread);
  writer_->OnCommit([this](bool urgent) { fold_thread_->Wake(urgent); });
  return absl::OkStatus();
}

// Machines that may speak for one of the sites, or for any.
std::vector<std::string> Router::AgentsIn(const std::string& leader,
                                          const v1::Scope& narrow) const {
  std::vector<std::string> agents;
  for (const v1::Leader& one : loaded_.organisation.leaders()) {
    if (one.id() != leader) continue;
    const contract::LeaderScope scope(loaded_.organisation, one);
    const auto covers = [&](const std::string& site) {
      return scope.OfSite(site) != 0 &&
             contract::PlaceInScope(loaded_.organisation, narrow, site, "", "");
    };
    for (const Enrolled& peer : access_->List()) {
      if (peer.role != Role::kAgent || peer.revoked) continue;
      if (peer.sites.empty() ||
          std::any_of(peer.sites.begin(), peer.sites.end(), covers)) {
        agents.push_back(peer.name);
      }
    }
  }
  return agents;
}

// As many threads read texts as there are processors for it; half are left for
// taking in, up to eight.
absl::StatusOr<std::unique_ptr<ReadAhead>> Router::OpenReadAhead() {
  if (edges_.one_thread) {
    return std::make_unique<ReadAhead>(nullptr, 0, nullptr);
  }
  auto log = Log::OpenForReading(settings_.LogFile());
  if (!log.ok()) return log.status();
  const size_t threads =
      std::clamp<size_t>(std::thread::hardware_concurrency() / 2, 1, 8);
  return std::make_unique<ReadAhead>(*std::move(log), threads, GiveWayToOthers);
}

// Views belong to one log. Those of another, or of one that has lost its tail,
// are made again; what is numbered in them then has a new generation, so that
// nobody's cursor is believed.
absl::Status Router::OpenViews() {
  const std::string path = settings_.ViewsFile();
  for (int attempt = 0; attempt < 2; ++attempt) {
    auto views =
        Views::Open(path, edges_.one_thread ? store::Checkpoints::kInCommits
                                            : store::Checkpoints::kBeside);
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
    constexpr uint64_t kLargestGap = uint64_t{1} << 36U;
    if (status.ok()) {
      status = (*views)->BeginRun(1 + random_.Below(kLargestGap));
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
  auto hub = edges_.hub
                 ? edges_.hub(std::move(options), *access_)
                 : wire::HubServer::Start(context_, std::move(options),
                                          *access_, clock_, random_, log_);
  if (!hub.ok()) return hub.status();
  hub_ = *std::move(hub);
  if (edges_.hub) return absl::OkStatus();
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

}  // namespace earshot::router
