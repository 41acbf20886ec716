#ifndef EARSHOT_BASE_WIRE_PEER_SESSION_H_
#define EARSHOT_BASE_WIRE_PEER_SESSION_H_

#include <cstdint>
#include <deque>
#include <optional>
#include <string>
#include <string_view>

#include "absl/time/time.h"
#include "base/os/random.h"
#include "earshot/v1/session.pb.h"

namespace earshot::wire {

struct PeerEvent {
  enum class Type { kOpened, kFrame, kClosed };
  Type type;
  v1::Welcome welcome;                   // kOpened
  v1::Kind kind = v1::KIND_UNSPECIFIED;  // kFrame
  std::string body;                      // kFrame
  std::string reason;                    // kClosed: for people
  v1::Reject reject;                     // kClosed by a REJECT
};

// The peer's half of ES/1 as a state machine without I/O: when to dial, what
// to send, when the other side is dead. Time is monotonic and given. One
// thread. Holds at most what the application sent within its credit.
//
//   waiting --Dial--> dialling --WELCOME--> open
//      ^------------- REJECT, BYE, UNKNOWN, silence, Fail -----------'
//
// After each close a fresh socket is wanted: frames queued in an old one must
// not be replayed. The first dial is at once; later ones wait a random time
// (full jitter) below a limit that doubles from 2 s to 60 s, and never less
// than a hub's retry_after.
class PeerSession {
 public:
  enum class State { kWaiting, kDialling, kOpen };

  explicit PeerSession(os::Random& random) : random_(random) {}

  State state() const { return state_; }
  bool WantsDial(absl::Duration now) const;
  // Queues HELLO. Only when WantsDial.
  void Dial(const v1::Hello& hello, absl::Duration now);
  void Receive(std::string_view header, std::string_view body,
               absl::Duration now);
  // Queues a frame; dropped unless open.
  void Send(v1::Kind kind, const std::string& body, absl::Duration now);
  // Heartbeats and timeouts.
  void Tick(absl::Duration now);
  // The socket failed, or the program wants a new session.
  void Fail(const std::string& reason, absl::Duration now);
  // Sends BYE and waits for good.
  void Leave(const std::string& reason, absl::Duration now);

  struct Frame {
    std::string header;
    std::string body;
  };
  std::optional<Frame> TakeOutgoing();
  std::optional<PeerEvent> TakeEvent();
  // When Tick or WantsDial next has something to do.
  absl::Duration NextTimer(absl::Duration now) const;

 private:
  void Queue(v1::Kind kind, const std::string& body, absl::Duration now);
  void Close(PeerEvent event, absl::Duration at_least, absl::Duration now);
  void Opened(std::string_view body, absl::Duration now);

  os::Random& random_;
  State state_ = State::kWaiting;
  absl::Duration dial_at_ = -absl::InfiniteDuration();
  absl::Duration last_sent_;
  absl::Duration last_received_;
  absl::Duration heartbeat_;
  absl::Duration dead_after_;
  uint64_t session_ = 0;
  uint64_t number_ = 0;
  uint32_t failures_ = 0;
  std::deque<Frame> outgoing_;
  std::deque<PeerEvent> events_;
};

}  // namespace earshot::wire

#endif  // EARSHOT_BASE_WIRE_PEER_SESSION_H_
