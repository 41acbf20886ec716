#ifndef EARSHOT_ROUTER_ROUTER_H_
#define EARSHOT_ROUTER_ROUTER_H_

#include <cstdint>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "base/os/clock.h"
#include "base/os/files.h"
#include "base/os/random.h"
#include "base/os/signals.h"
#include "base/telemetry/health_server.h"
#include "base/telemetry/log.h"
#include "base/telemetry/log_limiter.h"
#include "base/wire/hub_server.h"
#include "router/access/access.h"
#include "router/busy_share.h"
#include "router/delivery/delivery.h"
#include "router/fold/fold.h"
#include "router/fold_thread.h"
#include "router/intake/intake.h"
#include "router/intake/quarantine.h"
#include "router/log/log.h"
#include "router/log/log_writer.h"
#include "router/settings.h"
#include "router/views/views.h"

namespace earshot::router {

// How long nobody is given credit after a commit or a note that failed.
inline constexpr absl::Duration kAfterFailure = absl::Seconds(1);

// What a test may own instead: the socket, and the order of all work.
struct RouterEdges {
  wire::HubMaker hub;
  // No thread of ours and no HTTP: whoever calls Turn calls Step as well.
  bool one_thread = false;
};

// The daemon: the one place that knows the order of the rooms.
//
//   wire thread   hub -> intake -> log writer ... commit -> ACK; deliveries
//   log thread    group commits
//   fold thread   reading, insights, decisions -> views
//   http thread   health and metrics
//   ZAP thread    who may connect
class Router {
 public:
  // Opens everything, tests its own door, and serves once Run is called.
  static absl::StatusOr<std::unique_ptr<Router>> Start(Settings settings,
                                                       const os::Clock& clock,
                                                       os::Random& random,
                                                       telemetry::Log& log,
                                                       RouterEdges edges = {});
  ~Router();

  // Until SIGTERM or SIGINT; SIGHUP reloads files, all or nothing.
  absl::Status Run(os::Signals& signals);
  // One turn of the loop, for Run and for tests; waits at most `limit`.
  void Turn(const std::vector<int>& also, absl::Duration limit);
  // one_thread: a commit of the log, or else a step of the fold.
  enum class Work { kCommit, kFold };
  bool Step(Work work);
  void Stop();
  absl::Status Reload();

  std::string endpoint() const { return hub_->endpoint(); }
  uint16_t http_port() const { return health_->port(); }
  // Nothing submitted is uncommitted, and nothing in the log is unread.
  bool Settled() const;

 private:
  struct Session {
    Enrolled peer;
    uint64_t epoch = 0;
  };
  Router(Settings settings, const os::Clock& clock, os::Random& random,
         telemetry::Log& log, RouterEdges edges);
  absl::Status OpenStores();
  absl::StatusOr<std::unique_ptr<ReadAhead>> OpenReadAhead();
  absl::Status OpenViews();
  absl::Status RecordConfiguration();
  absl::Status OpenDoor();
  absl::Status OpenHealth();

  void OnEvents();
  void OnEvent(const wire::HubEvent& event);
  void OnHello(const wire::HubEvent& event);
  void NoteNewSpool(const Enrolled& peer, uint64_t epoch);
  // On an error nobody may be welcomed by this HELLO.
  absl::Status NoteRestore(const Enrolled& peer, const v1::Hello& hello);
  void OnFrame(const wire::HubEvent& event);
  void Take(uint64_t session, Intake::Taken taken);
  using Acks = std::map<std::pair<uint64_t, uint32_t>, v1::Ack>;
  void AckInTurn(uint64_t session, v1::Ack ack, Acks& acks);
  void FinishCommits();
  void LogGroups(const std::map<std::string, BatchNote>& notes);
  void SendDeliveries();

  void Housekeep();
  void EachSecond();
  void EachMinute();
  std::vector<std::string> AgentsIn(const std::string& leader,
                                    const v1::Scope& narrow) const;
  void TakeRequests();
  void NoteAgents();
  void ReplayDeadLetters();
  // router_erasures.cc.
  void TakeErasures();
  bool HoldsErased(const LogRow& row, std::string& observation) const;
  absl::StatusOr<bool> AnyErasedIsBack();
  absl::Status EraseAgain();
  absl::Status EraseLettersAgain();
  void PauseOrResume();
  void TellCredit();
  bool Limited(const std::string& key, uint64_t& left_out);

  std::vector<telemetry::Metric> Metrics() const;
  std::string NotReady() const;

  Settings settings_;
  const RouterEdges edges_;
  const os::Clock& clock_;
  os::Random& random_;
  os::SystemRandom fold_random_;  // where the fold has a thread of its own
  telemetry::Log& log_;
  telemetry::LogLimiter limiter_;
  std::unique_ptr<os::FileLock> lock_;

  std::unique_ptr<Access> access_;
  std::unique_ptr<Log> fold_log_;  // the fold's reading connection
  std::unique_ptr<Log> wire_log_;  // the wire thread's, for dead letters
  std::unique_ptr<Views> fold_views_;
  std::unique_ptr<Views> wire_views_;
  std::unique_ptr<LogWriter> writer_;
  Loaded loaded_;
  std::unique_ptr<ErasedIds> erased_;
  std::unique_ptr<RecordReader> reader_;
  std::unique_ptr<Intake> intake_;
  std::unique_ptr<Quarantine> quarantine_;
  std::unique_ptr<Deliveries> deliveries_;
  std::unique_ptr<Fold> fold_;
  std::unique_ptr<FoldThread> fold_thread_;

  wire::Context context_;
  std::unique_ptr<wire::HubServer> hub_;
  std::unique_ptr<telemetry::HealthServer> health_;

  std::map<uint64_t, Session> sessions_;
  std::map<uint64_t, uint64_t> session_of_ticket_;
  std::map<std::string, bool> silent_;  // agents an alarm was raised for
  std::map<std::string, absl::Time> site_contacts_;
  BusyShare wire_busy_;
  absl::Duration next_second_;
  absl::Duration next_minute_;
  uint64_t noted_edition_ = 0;  // of the table of peers, by the fold
  absl::Duration failed_until_ = -absl::InfiniteDuration();
  uint64_t generation_ = 0;  // of what is delivered
  bool restore_noticed_ = false;
  std::map<std::string, uint64_t> new_spools_;  // epoch an alarm was raised for
  bool paused_ = false;
  std::set<uint64_t> replaying_;  // dead letters on their way to the log
  std::map<std::string, absl::Duration> erasing_;  // since when, by id
  int64_t requests_version_ = 0;
  telemetry::Counter sessions_open_;
  telemetry::Counter agents_silent_;
  telemetry::Counter refused_peers_;
  telemetry::Counter spools_anew_;
  telemetry::Counter restores_;
  telemetry::Counter quarantined_;
};

}  // namespace earshot::router

#endif  // EARSHOT_ROUTER_ROUTER_H_
