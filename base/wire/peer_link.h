#ifndef EARSHOT_BASE_WIRE_PEER_LINK_H_
#define EARSHOT_BASE_WIRE_PEER_LINK_H_

#include <memory>
#include <optional>
#include <string>

#include "base/os/clock.h"
#include "base/wire/peer_session.h"
#include "base/wire/socket.h"

namespace earshot::wire {

struct PeerLinkOptions {
  std::string endpoint;  // tcp://host:port
  KeyPair keys;
  std::string hub_public_key;
};

// A PeerSession on a real socket: a fresh one for each session. One thread:
// wait on fd() for at most NextTimer(), then Pump(), then take the events.
class PeerLink {
 public:
  PeerLink(Dialer& dialer, PeerLinkOptions options, const os::Clock& clock,
           os::Random& random);

  // When true, call Dial with a HELLO of now.
  bool WantsDial() const;
  // An endpoint that cannot be connected to is an error of the configuration.
  absl::Status Dial(const v1::Hello& hello);
  void Send(v1::Kind kind, const std::string& body);
  void Fail(const std::string& reason);
  // Says BYE and closes.
  void Leave(const std::string& reason);
  void Pump();
  std::optional<PeerEvent> TakeEvent() { return session_.TakeEvent(); }

  bool open() const { return session_.state() == PeerSession::State::kOpen; }
  int fd() const;  // -1 between sessions
  absl::Duration NextTimer() const;

 private:
  void Write();

  Dialer& dialer_;
  const PeerLinkOptions options_;
  const os::Clock& clock_;
  PeerSession session_;
  std::unique_ptr<PeerSocket> socket_;
};

}  // namespace earshot::wire

#endif  // EARSHOT_BASE_WIRE_PEER_LINK_H_
