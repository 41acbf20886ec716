#ifndef EARSHOT_BASE_WIRE_HUB_H_
#define EARSHOT_BASE_WIRE_HUB_H_

#include <cstdint>
#include <deque>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>

#include "absl/time/time.h"
#include "base/os/random.h"
#include "base/wire/header.h"
#include "base/wire/limits.h"
#include "base/wire/socket.h"
#include "earshot/v1/session.pb.h"

namespace earshot::wire {

struct HubOptions {
  absl::Duration heartbeat = kHeartbeat;
  absl::Duration dead_after = kDeadAfter;
  size_t max_sessions = kMaxSessions;
  // HELLOs answered a second; beyond, REJECT(BUSY) spreads the peers out.
  uint32_t hellos_per_second = 500;
};

struct HubEvent {
  enum class Type {
    kHello,  // answer with Welcome or Reject
    kFrame,  // anything that is not the session's own
    kEnded,
    kFault,  // a frame that is not ES/1; `fault` says why
    kBusy,   // a HELLO refused for now
  };
  Type type;
  uint64_t session = 0;
  std::string user;  // as ZAP named the connection
  std::string key;   // kHello: by which it was admitted, perhaps long ago
  v1::Hello hello;
  v1::Kind kind = v1::KIND_UNSPECIFIED;
  std::string body;
  FrameFault fault = FrameFault::kNone;
  std::string reason;
};

// The hub's half of ES/1 as a state machine without I/O: which connection is
// which session, heartbeats, and what is not a session. One live session for
// each (user, epoch): a second HELLO ends the first. One thread. Bounds:
// max_sessions sessions of a few hundred bytes; outgoing frames are taken
// after each call.
class Hub {
 public:
  Hub(const HubOptions& options, os::Random& random)
      : options_(options), random_(random) {}

  void Receive(const Incoming& incoming, absl::Duration now);
  void Tick(absl::Duration now);

  // Answers of the application to kHello. Welcome fills in session, wire,
  // heartbeat and limits, and leaves the rest as given.
  void Welcome(uint64_t session, v1::Welcome welcome, absl::Duration now);
  void Reject(uint64_t session, v1::Reject::Reason reason,
              const std::string& text, absl::Duration retry_after,
              absl::Duration now);
  // False when the session is over.
  bool Send(uint64_t session, v1::Kind kind, const std::string& body,
            absl::Duration now);
  // Ends every session of a user whose key is no longer good.
  void EndUser(std::string_view user, v1::Reject::Reason reason,
               const std::string& text, absl::Duration now);
  void EndAll(const std::string& reason, absl::Duration retry_after,
              absl::Duration now);
  // The socket could not take a frame: ends the session there; the peer will
  // say HELLO again.
  void Undeliverable(const std::string& route);

  struct Outgoing {
    std::string route;
    std::string header;
    std::string body;
  };
  std::optional<Outgoing> TakeOutgoing();
  std::optional<HubEvent> TakeEvent();
  size_t session_count() const { return by_id_.size(); }
  absl::Duration NextTimer() const { return absl::Seconds(1); }

 private:
  struct Session {
    uint64_t id = 0;
    std::string route;
    std::string user;
    uint64_t epoch = 0;
    bool open = false;
    uint64_t number = 0;
    absl::Duration last_received;
    absl::Duration last_sent;
  };
  void Fault(const Incoming& incoming, FrameFault fault, absl::Duration now);
  void Hello(const Incoming& incoming, absl::Duration now);
  void Queue(Session& session, v1::Kind kind, const std::string& body,
             absl::Duration now);
  void QueueBare(const std::string& route, v1::Kind kind,
                 const std::string& body);
  void End(uint64_t id, const std::string& reason);
  bool AdmitHello(absl::Duration now);

  const HubOptions options_;
  os::Random& random_;
  std::unordered_map<uint64_t, Session> by_id_;
  std::unordered_map<std::string, uint64_t> by_route_;
  std::map<std::pair<std::string, uint64_t>, uint64_t> by_peer_;
  std::unordered_map<std::string, uint32_t> faults_;  // by route, bounded
  std::deque<Outgoing> outgoing_;
  std::deque<HubEvent> events_;
  absl::Duration hello_second_ = -absl::InfiniteDuration();
  uint32_t hellos_ = 0;
  absl::Duration last_sweep_ = -absl::InfiniteDuration();
};

}  // namespace earshot::wire

#endif  // EARSHOT_BASE_WIRE_HUB_H_
