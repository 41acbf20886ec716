#include "dashboard_feed/feed.h"

#include <algorithm>
#include <utility>

#include "base/os/poll.h"
#include "base/os/status_text.h"
#include "base/wire/keys.h"

namespace earshot::feed {
namespace {

constexpr absl::Duration kFollowerBeat = absl::Seconds(10);

}  // namespace

Feed::Feed(Settings settings, const os::Clock& clock, os::Random& random,
           telemetry::Log& log, FeedEdges edges)
    : settings_(std::move(settings)),
      edges_(std::move(edges)),
      clock_(clock),
      random_(random),
      log_(log),
      limiter_(5, absl::Minutes(1)),
      boot_id_(random.NonZero()),
      started_(clock.Monotonic()),
      context_(1),
      next_second_(started_),
      next_key_look_(started_),
      next_follower_beat_(started_),
      last_update_(started_) {}

absl::StatusOr<std::unique_ptr<Feed>> Feed::Start(Settings settings,
                                                  const os::Clock& clock,
                                                  os::Random& random,
                                                  telemetry::Log& log,
                                                  FeedEdges edges) {
  std::unique_ptr<Feed> feed(
      new Feed(std::move(settings), clock, random, log, std::move(edges)));
  absl::Status status = feed->OpenStores();
  if (status.ok()) status = feed->OpenPage();
  if (status.ok()) status = feed->OpenLinks();
  if (status.ok()) status = feed->OpenChannels();
  if (status.ok()) status = feed->OpenDoors();
  if (!status.ok()) return status;
  return feed;
}

absl::Status Feed::OpenStores() {
  absl::Status status = os::MakeFolder(settings_.config.data_dir(), 0755);
  if (!status.ok()) return status;
  auto lock = os::FileLock::Take(settings_.InData("feed.lock"));
  if (!lock.ok()) return lock.status();
  lock_ = std::make_unique<os::FileLock>(*std::move(lock));
  auto keys = wire::LoadOrMakeKeyPair(settings_.KeyFile());
  if (!keys.ok()) return keys.status();
  keys_ = *std::move(keys);
  auto mirror = Mirror::Open(settings_.InData("mirror.db"),
                             edges_.hub ? store::Checkpoints::kInCommits
                                        : store::Checkpoints::kBeside);
  if (!mirror.ok()) return mirror.status();
  mirror_ = *std::move(mirror);
  auto outbox = Outbox::Open(settings_.InData("feed.db"),
                             settings_.config.kept_digests(), random_);
  if (!outbox.ok()) return outbox.status();
  outbox_ = *std::move(outbox);
  auto opened = spool::Spool::Open(settings_.InData("spool.db"), {}, random_);
  if (!opened.ok()) return opened.status();
  spool_ = *std::move(opened);
  uplink_ = std::make_unique<spool::Uplink>(*spool_);
  leader_keys_.Use(mirror_->model().organisation);
  return absl::OkStatus();
}

absl::Status Feed::OpenDoors() {
  wire::HubServerOptions options;
  options.listen = settings_.config.listen();
  options.keys = keys_;
  options.zap_domain = "earshot-feed";
  auto hub = edges_.hub
                 ? edges_.hub(std::move(options), leader_keys_)
                 : wire::HubServer::Start(context_, std::move(options),
                                          leader_keys_, clock_, random_, log_);
  if (!hub.ok()) return hub.status();
  hub_ = *std::move(hub);
  if (edges_.hub) return absl::OkStatus();
  absl::Status status = hub_->SelfTest();
  if (!status.ok()) return status;
  leader_keys_.TakeRefusals();  // the self-test's own
  auto local = os::LocalServer::Listen(settings_.SocketFile(), 0666);
  if (!local.ok()) return local.status();
  local_ = *std::move(local);
  log_.Info("started",
            {{"listen", hub_->endpoint()},
             {"http_port", http_port()},
             {"socket", settings_.SocketFile()},
             {"router", settings_.config.router()},
             {"public_key", keys_.public_key},
             {"insights", mirror_->model().insights.known()},
             {"leaders", mirror_->model().organisation.leaders_size()}});
  return absl::OkStatus();
}

Feed::~Feed() {
  http_.reset();
  link_.reset();
  hub_.reset();
}

absl::Status Feed::Run(os::Signals& signals) {
  while (true) {
    Turn({signals.fd()}, absl::Seconds(1));
    while (const auto signal = signals.Take()) {
      if (*signal == os::Signal::kStop) {
        Stop();
        return absl::OkStatus();
      }
      Reload();
    }
  }
}

// ZeroMQ tells of new frames on an edge: everything is pumped empty before
// each wait.
void Feed::Turn(const std::vector<int>& also, absl::Duration limit) {
  std::vector<int> fds = also;
  fds.push_back(hub_->fd());
  fds.push_back(carriers_->fd());
  if (local_ != nullptr) fds.push_back(local_->fd());
  if (link_ != nullptr && link_->fd() >= 0) fds.push_back(link_->fd());
  if (http_ != nullptr) {
    fds.push_back(http_->fd());
    fds.push_back(page_->passwords.fd());
  }
  os::WaitReadable(fds, Wait(limit));
  TurnUplink();
  if (local_ != nullptr) {
    local_->Pump();
    while (const auto request = local_->Take()) OnLocal(*request);
  }
  TurnHttp();
  hub_->Pump();
  while (const auto event = hub_->TakeEvent()) OnHubEvent(*event);
  if (clock_.Monotonic() >= next_second_) EachSecond();
  dispatcher_->Collect();
  if (reload_wanted_ && dispatcher_->on_their_way() == 0) FinishReload();
  SendDigests();
  // Sending may have used up the edge that told of something to read.
  SendRecords();
  hub_->Pump();
  while (const auto event = hub_->TakeEvent()) OnHubEvent(*event);
  SendDigests();
  TurnUplink();
}

absl::Duration Feed::Wait(absl::Duration limit) const {
  absl::Duration wait = std::min(limit, hub_->NextTimer());
  if (link_ != nullptr) wait = std::min(wait, link_->NextTimer());
  wait = std::min(wait, next_second_ - clock_.Monotonic());
  return std::max(wait, absl::ZeroDuration());
}

void Feed::EachSecond() {
  const absl::Duration now = clock_.Monotonic();
  next_second_ = now + absl::Seconds(1);
  for (const LeaderKeys::Refusal& refusal : leader_keys_.TakeRefusals()) {
    uint64_t left_out = 0;
    if (Limited("key " + refusal.public_key, left_out)) continue;
    log_.Warn("refused", {{"who", refusal.address},
                          {"key", refusal.public_key},
                          {"why", "no leader has this key"},
                          {"next",
                           "add it as public_key of a leader in the router's "
                           "organisation file"},
                          {"left_out", left_out}});
  }
  for (auto& [id, session] : sessions_) {
    if (session.sender.Overdue(now)) session.pending = true;
  }
  RunAlerts();
  RunEscalations();
  RunSchedule();
  TidyWhenQuiet();
  EachSecondLive();
  if (!reload_wanted_) dispatcher_->Turn();
  if (now >= next_follower_beat_) {
    next_follower_beat_ = now + kFollowerBeat;
    TellFollowers("", "");
  }
}

// Nobody who looks at a page waits for it, unless somebody always does.
void Feed::TidyWhenQuiet() {
  constexpr int kLongestPutOff = 60;  // seconds
  const uint64_t requests = http_ == nullptr ? 0 : http_->counts().requests;
  const bool quiet = std::exchange(requests_before_, requests) == requests;
  if (!quiet && ++tidying_put_off_ < kLongestPutOff) return;
  tidying_put_off_ = 0;
  const absl::Status tidied = mirror_->Tidy();
  uint64_t left_out = 0;
  if (tidied.ok() || Limited("tidy", left_out)) return;
  log_.Warn("index_not_tidied",
            {{"why", os::StatusText(tidied)}, {"left_out", left_out}});
}

bool Feed::Limited(const std::string& key, uint64_t& left_out) {
  const auto pass = limiter_.Pass(key, clock_.Monotonic());
  left_out = pass.value_or(0);
  return !pass;
}

void Feed::Stop() {
  if (link_ != nullptr) link_->Leave("the feed stops");
  hub_->Stop(absl::Seconds(1));
  FinishDeliveries();
  log_.Info("stopped", {{"generation", mirror_->cursor().generation()},
                        {"seq", mirror_->cursor().seq()}});
}

}  // namespace earshot::feed
