#include "tests/sim/network.h"

#include <algorithm>
#include <utility>

namespace earshot::sim {

class Network::Hub final : public wire::HubSocket {
 public:
  Hub(Network& network, std::string machine, std::string endpoint,
      wire::Admission& admission)
      : network_(network),
        machine_(std::move(machine)),
        endpoint_(std::move(endpoint)),
        admission_(admission),
        incarnation_(network.next_id_++) {}
  ~Hub() override {
    const auto found = network_.hubs_.find(endpoint_);
    if (found != network_.hubs_.end() && found->second == this) {
      network_.hubs_.erase(found);
    }
    // Some peers hear of it at once; others only by the silence.
    for (auto& [id, connection] : network_.connections_) {
      if (connection->hub != incarnation_) continue;
      connection->ended = network_.random_.Below(2) == 0;
    }
  }

  std::string endpoint() const override { return endpoint_; }
  int fd() const override { return -1; }
  wire::SendResult Send(std::string_view route, std::string_view header,
                        std::string_view body) override {
    const auto id = network_.connection_of_route_.find(std::string(route));
    if (id == network_.connection_of_route_.end()) {
      return wire::SendResult::kGone;
    }
    Connection& connection = *network_.connections_.at(id->second);
    if (connection.closed || connection.hub != incarnation_) {
      return wire::SendResult::kGone;
    }
    wire::Incoming frame;
    frame.header = header;
    frame.body = body;
    if (network_.alive_(machine_)) {
      network_.Launch(connection, incarnation_, std::move(frame));
    }
    return wire::SendResult::kSent;
  }
  std::optional<wire::Incoming> Receive() override {
    if (inbox_.empty()) return std::nullopt;
    wire::Incoming frame = std::move(inbox_.front());
    inbox_.pop_front();
    return frame;
  }

  const std::string& machine() const { return machine_; }
  uint64_t incarnation() const { return incarnation_; }
  wire::Admission& admission() { return admission_; }
  void Put(wire::Incoming frame) { inbox_.push_back(std::move(frame)); }

 private:
  Network& network_;
  const std::string machine_;
  const std::string endpoint_;
  wire::Admission& admission_;
  const uint64_t incarnation_;
  std::deque<wire::Incoming> inbox_;
};

class Network::Peer final : public wire::PeerSocket {
 public:
  Peer(Network& network, std::shared_ptr<Connection> connection)
      : network_(network), connection_(std::move(connection)) {}
  ~Peer() override {
    connection_->closed = true;
    network_.connection_of_route_.erase(connection_->route);
    network_.connections_.erase(connection_->id);
  }

  int fd() const override { return -1; }
  wire::SendResult Send(std::string_view header,
                        std::string_view body) override {
    wire::Incoming frame;
    frame.header = header;
    frame.body = body;
    if (network_.alive_(connection_->machine)) {
      network_.Launch(*connection_, 0, std::move(frame));
    }
    return wire::SendResult::kSent;
  }
  std::optional<wire::Incoming> Receive() override {
    if (connection_->inbox.empty()) return std::nullopt;
    wire::Incoming frame = std::move(connection_->inbox.front());
    connection_->inbox.pop_front();
    return frame;
  }
  bool Ended() override { return connection_->ended; }

 private:
  Network& network_;
  const std::shared_ptr<Connection> connection_;
};

class Network::MachineDialer final : public wire::Dialer {
 public:
  MachineDialer(Network& network, std::string machine)
      : network_(network), machine_(std::move(machine)) {}
  absl::StatusOr<std::unique_ptr<wire::PeerSocket>> Connect(
      const std::string& endpoint, const wire::KeyPair& own,
      const std::string& /*server_public_key*/) override {
    auto connection = std::make_shared<Connection>();
    connection->id = network_.next_id_++;
    connection->machine = machine_;
    connection->endpoint = endpoint;
    connection->key = own.public_key;
    network_.connections_[connection->id] = connection;
    return std::make_unique<Peer>(network_, std::move(connection));
  }

 private:
  Network& network_;
  const std::string machine_;
};

Network::Network(os::Random& random) : random_(random) {}
Network::~Network() = default;

void Network::Part(const std::string& one, const std::string& other) {
  parted_.insert({one, other});
  parted_.insert({other, one});
}

void Network::Heal() { parted_.clear(); }

bool Network::Parted(const std::string& one, const std::string& other) const {
  return parted_.contains({one, other});
}

wire::Dialer& Network::DialerOf(const std::string& machine) {
  auto& dialer = dialers_[machine];
  if (dialer == nullptr) {
    dialer = std::make_unique<MachineDialer>(*this, machine);
  }
  return *dialer;
}

std::unique_ptr<wire::HubSocket> Network::Bind(const std::string& machine,
                                               const std::string& endpoint,
                                               wire::Admission& admission) {
  auto hub = std::make_unique<Hub>(*this, machine, endpoint, admission);
  hubs_[endpoint] = hub.get();
  return hub;
}

void Network::Launch(Connection& connection, uint64_t hub,
                     wire::Incoming frame) {
  if (random_.Below(1000) < weather_.lose_per_mille) return;
  const uint64_t copies =
      random_.Below(1000) < weather_.repeat_per_mille ? 2 : 1;
  for (uint64_t copy = 0; copy < copies; ++copy) {
    const auto most =
        static_cast<uint64_t>(absl::ToInt64Microseconds(weather_.most_delay));
    absl::Duration at =
        now_ + absl::Microseconds(static_cast<int64_t>(
                   1 + random_.Below(std::max<uint64_t>(most, 1))));
    absl::Duration& last = hub == 0 ? connection.last_up : connection.last_down;
    if (!weather_.reorder) at = std::max(at, last);
    last = std::max(last, at);
    flights_.push(Flight{at, order_++, connection.id, hub, frame});
  }
}

absl::Duration Network::NextArrival() const {
  return flights_.empty() ? absl::InfiniteDuration() : flights_.top().at;
}

std::set<std::string> Network::Deliver() {
  std::set<std::string> reached;
  while (!flights_.empty() && flights_.top().at <= now_) {
    Flight flight = flights_.top();
    flights_.pop();
    Arrive(std::move(flight), reached);
  }
  return reached;
}

// Connects anew to a hub that was started again, as ZeroMQ does by itself.
bool Network::Reach(Connection& connection, Hub& hub) {
  if (connection.hub == hub.incarnation()) return !connection.refused;
  connection_of_route_.erase(connection.route);
  connection.hub = hub.incarnation();
  connection.route = "route-" + std::to_string(next_id_++);
  const auto user = hub.admission().Admit(connection.key);
  connection.refused = !user;
  if (!user) {
    hub.admission().Refused(connection.machine, connection.key);
    return false;
  }
  connection.user = *user;
  connection_of_route_[connection.route] = connection.id;
  return true;
}

void Network::Arrive(Flight flight, std::set<std::string>& reached) {
  const auto found = connections_.find(flight.connection);
  if (found == connections_.end()) return;
  Connection& connection = *found->second;
  const auto at = hubs_.find(connection.endpoint);
  if (at == hubs_.end()) return;
  Hub& hub = *at->second;
  if (Parted(connection.machine, hub.machine())) return;
  if (flight.hub != 0) {
    if (connection.hub != flight.hub) return;
    connection.inbox.push_back(std::move(flight.frame));
    reached.insert(connection.machine);
    return;
  }
  if (!Reach(connection, hub)) return;
  flight.frame.route = connection.route;
  flight.frame.user = connection.user;
  flight.frame.key = connection.key;
  hub.Put(std::move(flight.frame));
  reached.insert(hub.machine());
}

}  // namespace earshot::sim
