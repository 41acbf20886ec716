#include "tests/sim/programs.h"

#include <fmt/format.h>

#include <filesystem>

#include "base/os/files.h"
#include "proto/contract/times.h"
#include "router/access/access.h"

namespace earshot::sim {
namespace {

constexpr absl::Duration kPatience = absl::Seconds(20);
constexpr char kSecret[] = "0123456789abcdef0123456789abcdef";  // 32 bytes

// A machine and its clone have one key.
int Original(int machine) {
  return machine >= kFirstAgent + kAgents ? machine - kAgents : machine;
}

wire::HubMaker HubOn(const Surroundings& around, const std::string& endpoint) {
  return [around, endpoint](wire::HubServerOptions options,
                            wire::Admission& admission)
             -> absl::StatusOr<std::unique_ptr<wire::HubServer>> {
    return wire::HubServer::Over(
        around.network.Bind(MachineName(around.machine), endpoint, admission),
        std::move(options), around.clock, around.random, around.log);
  };
}

router::Enrolled Peer(const Site& site, int machine) {
  router::Enrolled peer;
  peer.name = MachineName(machine);
  peer.public_key = site.keys(machine).public_key;
  peer.role = machine == kFeed ? router::Role::kFeed : router::Role::kAgent;
  if (machine != kFeed) peer.sites = {peer.name};
  peer.enrolled_at = absl::FromUnixSeconds(1790000000);
  return peer;
}

}  // namespace

Site::Site() {
  for (int machine = 0; machine < kMachines; ++machine) {
    const std::string folder = Folder(machine);
    std::filesystem::create_directories(folder);
    const int original = Original(machine);
    if (original == machine) keys_[machine] = wire::GenerateKeyPair();
    keys_[machine] = keys_[original];
    const char* const name = machine == kRouter ? "router"
                             : machine == kFeed ? "feed"
                                                : "agent";
    (void)wire::SaveKeyPair(fmt::format("{}/{}.key", folder, name),
                            keys_[machine]);
    for (const char* const secret : {"hmac.key", "pseudonym.key"}) {
      (void)os::WriteFileAtomically(fmt::format("{}/{}", folder, secret),
                                    kSecret, 0600);
    }
  }
  leader_keys_ = wire::GenerateKeyPair();
  std::string text = "name: \"Simulated\"\n";
  for (int agent = 0; agent < kAgents; ++agent) {
    text += fmt::format("sites {{ id: \"{}\" channel: \"store\" }}\n",
                        MachineName(kFirstAgent + agent));
  }
  text += fmt::format(
      "leaders {{ id: \"amara\" name: \"Amara\" public_key: \"{}\" }}\n",
      leader_keys_.public_key);
  root_.Write("organisation.conf", text);
  root_.Write("subscriptions.conf",
              "subscriptions { id: \"often\" leader: \"amara\" "
              "cadence: EVERY_MINUTES minutes: 1 top: 5 }\n");
  organisation_ = root_.File("organisation.conf");
  subscriptions_ = root_.File("subscriptions.conf");
}

std::string Site::router_secret() { return kSecret; }

std::string Site::Folder(int machine) const {
  return root_.File(MachineName(machine));
}

absl::Time MachineClock::Wall() const {
  return absl::FromUnixSeconds(1793500000) + now_ + skew_;
}

absl::StatusOr<std::unique_ptr<router::Router>> StartRouter(
    const Surroundings& around) {
  router::Settings settings;
  settings.config.set_data_dir(around.site.Folder(kRouter));
  settings.config.set_listen(kRouterEndpoint);
  settings.config.set_organisation_file(around.site.organisation());
  settings.config.set_subscriptions_file(around.site.subscriptions());
  settings.config.set_credit_records(64);
  settings.config.set_backlog_records(100000);
  settings.config.set_retain_days(7);
  settings.config.set_silent_after_minutes(60);
  settings.config.set_dead_letters_cap(1000);
  settings.config.set_quarantine_cap_mib(1);
  settings.config.set_remembered_texts(1000);
  settings.config.set_near_texts(1000);
  settings.config.set_compared_issues(1000);
  return router::Router::Start(std::move(settings), around.clock, around.random,
                               around.log,
                               {HubOn(around, kRouterEndpoint), true});
}

absl::StatusOr<std::unique_ptr<feed::Feed>> StartFeed(
    const Surroundings& around) {
  feed::Settings settings;
  settings.config.set_data_dir(around.site.Folder(kFeed));
  settings.config.set_router(kRouterEndpoint);
  settings.config.set_router_key(around.site.keys(kRouter).public_key);
  settings.config.set_listen(kFeedEndpoint);
  settings.config.set_kept_digests(400);
  return feed::Feed::Start(std::move(settings), around.clock, around.random,
                           around.log,
                           {HubOn(around, kFeedEndpoint),
                            &around.network.DialerOf(MachineName(kFeed))});
}

absl::Status EnrolAll(const Site& site) {
  auto access = router::Access::Open(site.Folder(kRouter) + "/access.db");
  if (!access.ok()) return access.status();
  for (int machine = kFeed; machine < kFirstAgent + kAgents; ++machine) {
    absl::Status status = (*access)->Enrol(Peer(site, machine));
    if (!status.ok()) return status;
  }
  return absl::OkStatus();
}

absl::Status Revoke(const Site& site, int machine) {
  auto access = router::Access::Open(site.Folder(kRouter) + "/access.db");
  if (!access.ok()) return access.status();
  return (*access)->Revoke(MachineName(machine));
}

absl::Status EnrolAgain(const Site& site, int machine) {
  auto access = router::Access::Open(site.Folder(kRouter) + "/access.db");
  if (!access.ok()) return access.status();
  return (*access)->Enrol(Peer(site, machine));
}

absl::StatusOr<std::unique_ptr<AgentProgram>> AgentProgram::Start(
    const Surroundings& around) {
  agents::Settings settings;
  settings.data_dir = around.site.Folder(around.machine);
  settings.router = kRouterEndpoint;
  settings.router_key = around.site.keys(kRouter).public_key;
  settings.channel = "store";
  std::unique_ptr<AgentProgram> program(new AgentProgram(around.clock));
  auto station =
      agents::Station::Open(std::move(settings), around.clock, around.random);
  if (!station.ok()) return station.status();
  program->station_ = *std::move(station);
  program->connection_ = std::make_unique<agents::Connection>(
      agents::Connection::Parts{
          *program->station_,
          around.network.DialerOf(MachineName(around.machine)), around.clock,
          around.random, around.log},
      around.site.keys(around.machine));
  absl::Status status = program->station_->ApplyErasures();
  if (!status.ok()) return status;
  return program;
}

void AgentProgram::Turn() {
  connection_->Pump();
  station_->SetLink(connection_->View());
  if (clock_.Monotonic() - expired_at_ >= absl::Hours(1)) {
    expired_at_ = clock_.Monotonic();
    (void)station_->spool().Expire(clock_.Wall());
  }
}

absl::Duration AgentProgram::NextTimer() const {
  return connection_->NextTimer();
}

LeaderProgram::LeaderProgram(const Surroundings& around)
    : clock_(around.clock),
      link_(around.network.DialerOf("leader"),
            {kFeedEndpoint, around.site.leader_keys(),
             around.site.keys(kFeed).public_key},
            around.clock, around.random) {}

void LeaderProgram::Decide(uint64_t number, v1::Decision decision) {
  v1::Request request;
  request.set_id(number);
  request.set_kind(v1::LEADER_DECIDE);
  request.set_body(decision.SerializeAsString());
  waiting_[number] = request.SerializeAsString();
}

void LeaderProgram::Turn() {
  if (link_.WantsDial()) {
    v1::Hello hello;
    hello.set_wire_min(wire::kWireVersion);
    hello.set_wire_max(wire::kWireVersion);
    hello.set_epoch(77);
    hello.set_boot_id(77);
    *hello.mutable_cursor() = cursor_;
    *hello.mutable_clock() = contract::ToStamp(clock_.Wall());
    (void)link_.Dial(hello);
  }
  link_.Pump();
  while (const auto event = link_.TakeEvent()) {
    if (event->type == wire::PeerEvent::Type::kFrame) OnFrame(*event);
    if (event->type == wire::PeerEvent::Type::kClosed) {
      for (const auto& [number, asked] : asked_) {
        told_(number, Outcome::kUnknown);
      }
      asked_.clear();
    }
  }
  // As the client of the command line, it gives up after a while.
  std::erase_if(asked_, [&](const auto& asked) {
    const bool late = clock_.Monotonic() - asked.second > kPatience;
    if (late) told_(asked.first, Outcome::kUnknown);
    return late;
  });
  if (link_.open()) {
    for (const auto& [number, request] : waiting_) {
      link_.Send(v1::REQUEST, request);
      asked_[number] = clock_.Monotonic();
    }
    waiting_.clear();
  }
  link_.Pump();
}

void LeaderProgram::OnFrame(const wire::PeerEvent& event) {
  if (event.kind == v1::DIGEST) return OnDelivery(event.body);
  v1::Response response;
  if (event.kind != v1::RESPONSE || !response.ParseFromString(event.body) ||
      asked_.erase(response.id()) == 0) {
    return;
  }
  // An error of the disk may come after the decision reached it.
  const auto code = static_cast<absl::StatusCode>(response.code());
  told_(response.id(), code == absl::StatusCode::kOk ? Outcome::kOk
                       : code == absl::StatusCode::kInternal
                           ? Outcome::kUnknown
                           : Outcome::kRefused);
}

void LeaderProgram::OnDelivery(const std::string& body) {
  v1::Delivery delivery;
  if (!delivery.ParseFromString(body)) return;
  const wire::DeliveryCheck check = wire::CheckDelivery(delivery, cursor_);
  if (check == wire::DeliveryCheck::kTake) {
    for (const v1::Item& item : delivery.items()) {
      v1::Digest digest;
      if (digest.ParseFromString(item.body())) show_(digest);
      cursor_.set_generation(delivery.generation());
      cursor_.set_seq(item.seq());
    }
  }
  v1::DeliveryAck ack;
  *ack.mutable_cursor() = cursor_;
  link_.Send(check == wire::DeliveryCheck::kGap ? v1::SNAPSHOT : v1::DIGEST_ACK,
             ack.SerializeAsString());
}

}  // namespace earshot::sim
