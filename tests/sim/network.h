#ifndef EARSHOT_TESTS_SIM_NETWORK_H_
#define EARSHOT_TESTS_SIM_NETWORK_H_

#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <queue>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "absl/time/time.h"
#include "base/os/random.h"
#include "base/wire/socket.h"
#include "base/wire/zap.h"

// A simulated network between machines. It knows who is who by key, as CURVE
// does, and otherwise may lose, repeat, delay and reorder every frame.
namespace earshot::sim {

struct Weather {
  uint32_t lose_per_mille = 0;
  uint32_t repeat_per_mille = 0;
  bool reorder = false;
  absl::Duration most_delay = absl::Milliseconds(2);
};

// One thread. Bounded by what the programs have in flight.
class Network {
 public:
  explicit Network(os::Random& random);
  ~Network();

  void SetWeather(const Weather& weather) { weather_ = weather; }
  void SetTime(absl::Duration now) { now_ = now; }
  // Whether a machine's sending counts; false: it has lost its power.
  using Alive = std::function<bool(const std::string& machine)>;
  void SetAlive(Alive alive) { alive_ = std::move(alive); }

  // Nothing gets through between two machines, either way.
  void Part(const std::string& one, const std::string& other);
  void Heal();

  // A machine's own way to connect; lives as long as the network.
  wire::Dialer& DialerOf(const std::string& machine);
  // A hub at `endpoint`. A later one at the same endpoint takes its place.
  std::unique_ptr<wire::HubSocket> Bind(const std::string& machine,
                                        const std::string& endpoint,
                                        wire::Admission& admission);

  // When the next frame arrives; infinite: none is on its way.
  absl::Duration NextArrival() const;
  // Delivers what is due; the machines that got something.
  std::set<std::string> Deliver();

 private:
  class Hub;
  class Peer;
  class MachineDialer;
  struct Connection {
    uint64_t id = 0;
    std::string machine;
    std::string endpoint;
    std::string key;
    uint64_t hub = 0;  // the incarnation it reached; 0: none yet
    std::string route;
    std::string user;
    bool refused = false;
    bool closed = false;
    bool ended = false;
    std::deque<wire::Incoming> inbox;
    absl::Duration last_up;
    absl::Duration last_down;
  };
  struct Flight {
    absl::Duration at;
    uint64_t order = 0;
    uint64_t connection = 0;
    uint64_t hub = 0;  // downwards: the incarnation that sent it; 0: upwards
    wire::Incoming frame;
    bool operator>(const Flight& other) const {
      return std::pair(at, order) > std::pair(other.at, other.order);
    }
  };
  void Launch(Connection& connection, uint64_t hub, wire::Incoming frame);
  bool Parted(const std::string& one, const std::string& other) const;
  bool Reach(Connection& connection, Hub& hub);
  void Arrive(Flight flight, std::set<std::string>& reached);

  os::Random& random_;
  Weather weather_;
  Alive alive_;
  absl::Duration now_;
  uint64_t order_ = 0;
  uint64_t next_id_ = 1;
  std::map<std::string, std::unique_ptr<MachineDialer>> dialers_;
  std::map<std::string, Hub*> hubs_;
  std::map<uint64_t, std::shared_ptr<Connection>> connections_;
  std::map<std::string, uint64_t> connection_of_route_;
  std::set<std::pair<std::string, std::string>> parted_;
  std::priority_queue<Flight, std::vector<Flight>, std::greater<>> flights_;
};

}  // namespace earshot::sim

#endif  // EARSHOT_TESTS_SIM_NETWORK_H_
