#ifndef EARSHOT_TESTS_SIM_PROGRAMS_H_
#define EARSHOT_TESTS_SIM_PROGRAMS_H_

#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "agents/connection.h"
#include "agents/station.h"
#include "base/os/clock.h"
#include "base/telemetry/log.h"
#include "base/wire/peer_link.h"
#include "dashboard_feed/feed.h"
#include "earshot/v1/digest.pb.h"
#include "router/router.h"
#include "tests/sim/disk.h"
#include "tests/sim/network.h"
#include "tests/sim/plan.h"
#include "tests/testing/seeded_random.h"
#include "tests/testing/temp_folder.h"

// The three programs and a leader, as the simulation starts, turns and kills
// them: the product's own objects on simulated clocks, links and disks.
namespace earshot::sim {

// What does not change from run to run: folders with keys, the organisation's
// files. Real files; made once a process.
class Site {
 public:
  Site();
  // A machine's state folder; a clone has one of its own and the same keys.
  std::string Folder(int machine) const;
  const std::string& organisation() const { return organisation_; }
  const std::string& subscriptions() const { return subscriptions_; }
  const wire::KeyPair& keys(int machine) const { return keys_.at(machine); }
  const wire::KeyPair& leader_keys() const { return leader_keys_; }
  // With what the router makes ids.
  static std::string router_secret();
  // What a machine's disk holds once its program has started for the first
  // time: runs begin with it.
  const Image* fresh(int machine) const {
    const auto found = fresh_.find(machine);
    return found == fresh_.end() ? nullptr : &found->second;
  }
  void KeepFresh(int machine, Image image) {
    fresh_[machine] = std::move(image);
  }

 private:
  testing::TempFolder root_;
  std::map<int, wire::KeyPair> keys_;
  wire::KeyPair leader_keys_;
  std::string organisation_;
  std::string subscriptions_;
  std::map<int, Image> fresh_;
};

// A machine's two clocks over the time of the simulation.
class MachineClock final : public os::Clock {
 public:
  explicit MachineClock(const absl::Duration& now) : now_(now) {}
  absl::Time Wall() const override;
  absl::Duration Monotonic() const override { return now_ + absl::Hours(1); }
  void Jump(absl::Duration by) { skew_ += by; }
  void Correct() { skew_ = absl::ZeroDuration(); }

 private:
  const absl::Duration& now_;
  absl::Duration skew_;
};

// What a program is started with. Borrowed; outlives it.
struct Surroundings {
  const Site& site;
  Network& network;
  const os::Clock& clock;
  os::Random& random;
  telemetry::Log& log;
  int machine = 0;
};

inline constexpr char kRouterEndpoint[] = "tcp://router:7411";
inline constexpr char kFeedEndpoint[] = "tcp://feed:7413";

absl::StatusOr<std::unique_ptr<router::Router>> StartRouter(
    const Surroundings& around);
absl::StatusOr<std::unique_ptr<feed::Feed>> StartFeed(
    const Surroundings& around);
// Lets the agents and the feed in. Works beside a running router.
absl::Status EnrolAll(const Site& site);
absl::Status Revoke(const Site& site, int machine);
absl::Status EnrolAgain(const Site& site, int machine);

// The daemon's inside without its local socket.
class AgentProgram {
 public:
  static absl::StatusOr<std::unique_ptr<AgentProgram>> Start(
      const Surroundings& around);
  void Turn();
  absl::Duration NextTimer() const;
  agents::Station& station() { return *station_; }
  bool Drained() const { return connection_->Drained(); }

 private:
  explicit AgentProgram(const os::Clock& clock) : clock_(clock) {}
  const os::Clock& clock_;
  std::unique_ptr<agents::Station> station_;
  std::unique_ptr<agents::Connection> connection_;
  absl::Duration expired_at_ = -absl::InfiniteDuration();
};

// A leader at the feed's door: follows the digests and decides. Its cursor
// outlives every fault.
class LeaderProgram {
 public:
  explicit LeaderProgram(const Surroundings& around);

  enum class Outcome { kOk, kRefused, kUnknown };
  using Told = std::function<void(uint64_t decision, Outcome outcome)>;
  using Show = std::function<void(const v1::Digest& digest)>;
  void OnTold(Told told) { told_ = std::move(told); }
  void OnDigest(Show show) { show_ = std::move(show); }

  // Asked once, when there is a session; `number` comes back by OnTold.
  void Decide(uint64_t number, v1::Decision decision);
  void Turn();
  absl::Duration NextTimer() const { return link_.NextTimer(); }
  bool idle() const { return waiting_.empty() && asked_.empty(); }

 private:
  void OnFrame(const wire::PeerEvent& event);
  void OnDelivery(const std::string& body);

  const os::Clock& clock_;
  wire::PeerLink link_;
  v1::Cursor cursor_;
  std::map<uint64_t, std::string> waiting_;
  std::map<uint64_t, absl::Duration> asked_;  // since when
  Told told_;
  Show show_;
};

}  // namespace earshot::sim

#endif  // EARSHOT_TESTS_SIM_PROGRAMS_H_
