#include "base/wire/hub.h"

#include <utility>
#include <vector>

namespace earshot::wire {
namespace {

constexpr uint32_t kFaultsBeforeBye = 3;
constexpr size_t kMostFaultyRoutes = 4096;

}  // namespace

void Hub::QueueBare(const std::string& route, v1::Kind kind,
                    const std::string& body) {
  Header header;
  header.kind = static_cast<uint8_t>(kind);
  outgoing_.push_back({route, EncodeHeader(header, body), body});
}

void Hub::Queue(Session& session, v1::Kind kind, const std::string& body,
                absl::Duration now) {
  Header header;
  header.kind = static_cast<uint8_t>(kind);
  header.session = session.id;
  header.number = ++session.number;
  session.last_sent = now;
  outgoing_.push_back({session.route, EncodeHeader(header, body), body});
}

void Hub::Fault(const Incoming& incoming, FrameFault fault,
                absl::Duration /*now*/) {
  HubEvent event{};
  event.type = HubEvent::Type::kFault;
  event.user = incoming.user;
  event.fault = fault;
  events_.push_back(std::move(event));
  if (faults_.size() >= kMostFaultyRoutes) faults_.clear();
  if (++faults_[incoming.route] < kFaultsBeforeBye) return;
  faults_.erase(incoming.route);
  v1::Bye bye;
  bye.set_reason("frames that are not ES/1: " +
                 std::string(FrameFaultName(fault)));
  bye.set_retry_after_ms(60000);
  QueueBare(incoming.route, v1::BYE, bye.SerializeAsString());
  const auto found = by_route_.find(incoming.route);
  if (found != by_route_.end()) End(found->second, "malformed frames");
}

bool Hub::AdmitHello(absl::Duration now) {
  if (now - hello_second_ >= absl::Seconds(1)) {
    hello_second_ = now;
    hellos_ = 0;
  }
  return ++hellos_ <= options_.hellos_per_second &&
         by_id_.size() < options_.max_sessions;
}

void Hub::Hello(const Incoming& incoming, absl::Duration now) {
  HubEvent event{};
  event.type = HubEvent::Type::kHello;
  event.user = incoming.user;
  event.key = incoming.key;
  if (!event.hello.ParseFromString(incoming.body)) {
    Fault(incoming, FrameFault::kBodyLength, now);
    return;
  }
  v1::Reject reject;
  if (!AdmitHello(now)) {
    reject.set_reason(v1::Reject::BUSY);
    reject.set_text("too many peers connect at once; try again");
    reject.set_retry_after_ms(
        static_cast<uint32_t>(1000 + random_.Below(4000)));
    QueueBare(incoming.route, v1::REJECT, reject.SerializeAsString());
    event.type = HubEvent::Type::kBusy;
    events_.push_back(std::move(event));
    return;
  }
  if (event.hello.wire_min() > kWireVersion ||
      event.hello.wire_max() < kWireVersion) {
    reject.set_reason(v1::Reject::VERSION);
    reject.set_text("no wire version in common; upgrade the older side");
    reject.set_wire_min(kWireVersion);
    reject.set_wire_max(kWireVersion);
    reject.set_retry_after_ms(60000);
    QueueBare(incoming.route, v1::REJECT, reject.SerializeAsString());
    return;
  }
  const auto same_route = by_route_.find(incoming.route);
  if (same_route != by_route_.end()) End(same_route->second, "a new HELLO");
  Session session;
  session.id = random_.NonZero();
  session.route = incoming.route;
  session.user = incoming.user;
  session.epoch = event.hello.epoch();
  session.last_received = now;
  session.last_sent = now;
  event.session = session.id;
  by_route_[session.route] = session.id;
  by_id_.emplace(session.id, std::move(session));
  events_.push_back(std::move(event));
}

void Hub::Receive(const Incoming& incoming, absl::Duration now) {
  // ZAP names every connection; one without a name is never listened to.
  if (incoming.user.empty()) {
    Fault(incoming, FrameFault::kFrameCount, now);
    return;
  }
  Header header;
  const FrameFault fault =
      incoming.frame_count_wrong
          ? FrameFault::kFrameCount
          : DecodeHeader(incoming.header, incoming.body, header);
  if (fault != FrameFault::kNone) {
    Fault(incoming, fault, now);
    return;
  }
  if (header.kind == v1::HELLO) {
    Hello(incoming, now);
    return;
  }
  const auto route = by_route_.find(incoming.route);
  Session* session =
      route == by_route_.end() ? nullptr : &by_id_.at(route->second);
  if (session == nullptr || !session->open || header.session != session->id ||
      session->user != incoming.user) {
    QueueBare(incoming.route, v1::UNKNOWN, "");
    return;
  }
  session->last_received = now;
  switch (header.kind) {
    case v1::PING:
      Queue(*session, v1::PONG, "", now);
      return;
    case v1::PONG:
      return;
    case v1::BYE:
      End(session->id, "the peer left");
      return;
    default:
      break;
  }
  HubEvent event{};
  event.type = HubEvent::Type::kFrame;
  event.session = session->id;
  event.user = session->user;
  event.kind = static_cast<v1::Kind>(header.kind);
  event.body = incoming.body;
  events_.push_back(std::move(event));
}

void Hub::Welcome(uint64_t id, v1::Welcome welcome, absl::Duration now) {
  const auto found = by_id_.find(id);
  if (found == by_id_.end()) return;
  found->second.open = true;
  // Only now, when the application has let it in, does it replace another.
  const auto key = std::make_pair(found->second.user, found->second.epoch);
  const auto same = by_peer_.find(key);
  if (same != by_peer_.end() && same->second != id) {
    const uint64_t old = same->second;
    v1::Bye bye;
    bye.set_reason("the same key and epoch opened another session");
    bye.set_retry_after_ms(30000);
    Queue(by_id_.at(old), v1::BYE, bye.SerializeAsString(), now);
    End(old, "replaced by a newer session");
  }
  by_peer_[key] = id;
  welcome.set_wire(kWireVersion);
  welcome.set_session(id);
  welcome.set_heartbeat_ms(
      static_cast<uint32_t>(absl::ToInt64Milliseconds(options_.heartbeat)));
  welcome.set_dead_ms(
      static_cast<uint32_t>(absl::ToInt64Milliseconds(options_.dead_after)));
  welcome.set_max_batch_records(kMaxBatchRecords);
  welcome.set_max_body_bytes(kMaxBodyBytes);
  Queue(found->second, v1::WELCOME, welcome.SerializeAsString(), now);
}

void Hub::Reject(uint64_t id, v1::Reject::Reason reason,
                 const std::string& text, absl::Duration retry_after,
                 absl::Duration now) {
  const auto found = by_id_.find(id);
  if (found == by_id_.end()) return;
  v1::Reject reject;
  reject.set_reason(reason);
  reject.set_text(text);
  reject.set_retry_after_ms(
      static_cast<uint32_t>(absl::ToInt64Milliseconds(retry_after)));
  Queue(found->second, v1::REJECT, reject.SerializeAsString(), now);
  End(id, text);
}

bool Hub::Send(uint64_t id, v1::Kind kind, const std::string& body,
               absl::Duration now) {
  const auto found = by_id_.find(id);
  if (found == by_id_.end() || !found->second.open) return false;
  Queue(found->second, kind, body, now);
  return true;
}

void Hub::EndUser(std::string_view user, v1::Reject::Reason reason,
                  const std::string& text, absl::Duration now) {
  std::vector<uint64_t> ids;
  for (const auto& [id, session] : by_id_) {
    if (session.user == user) ids.push_back(id);
  }
  for (const uint64_t id : ids) {
    Reject(id, reason, text, kAfterRevocation, now);
  }
}

void Hub::EndAll(const std::string& reason, absl::Duration retry_after,
                 absl::Duration now) {
  v1::Bye bye;
  bye.set_reason(reason);
  bye.set_retry_after_ms(
      static_cast<uint32_t>(absl::ToInt64Milliseconds(retry_after)));
  const std::string body = bye.SerializeAsString();
  for (auto& [id, session] : by_id_) Queue(session, v1::BYE, body, now);
  by_id_.clear();
  by_route_.clear();
  by_peer_.clear();
}

void Hub::Undeliverable(const std::string& route) {
  const auto found = by_route_.find(route);
  if (found != by_route_.end()) End(found->second, "cannot be written to");
}

void Hub::End(uint64_t id, const std::string& reason) {
  const auto found = by_id_.find(id);
  if (found == by_id_.end()) return;
  Session& session = found->second;
  HubEvent event{};
  event.type = HubEvent::Type::kEnded;
  event.session = id;
  event.user = session.user;
  event.reason = reason;
  events_.push_back(std::move(event));
  by_route_.erase(session.route);
  const auto peer = by_peer_.find({session.user, session.epoch});
  if (peer != by_peer_.end() && peer->second == id) by_peer_.erase(peer);
  by_id_.erase(found);
}

void Hub::Tick(absl::Duration now) {
  if (now - last_sweep_ < absl::Seconds(1)) return;
  last_sweep_ = now;
  std::vector<uint64_t> dead;
  for (auto& [id, session] : by_id_) {
    if (now - session.last_received >= options_.dead_after) {
      dead.push_back(id);
    } else if (session.open && now - session.last_sent >= options_.heartbeat) {
      Queue(session, v1::PING, "", now);
    }
  }
  for (const uint64_t id : dead) End(id, "silent");
}

std::optional<Hub::Outgoing> Hub::TakeOutgoing() {
  if (outgoing_.empty()) return std::nullopt;
  Outgoing outgoing = std::move(outgoing_.front());
  outgoing_.pop_front();
  return outgoing;
}

std::optional<HubEvent> Hub::TakeEvent() {
  if (events_.empty()) return std::nullopt;
  HubEvent event = std::move(events_.front());
  events_.pop_front();
  return event;
}

}  // namespace earshot::wire
