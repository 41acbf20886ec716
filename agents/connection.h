#ifndef EARSHOT_AGENTS_CONNECTION_H_
#define EARSHOT_AGENTS_CONNECTION_H_

#include <cstdint>
#include <memory>
#include <string>

#include "absl/time/time.h"
#include "agents/station.h"
#include "base/os/clock.h"
#include "base/os/random.h"
#include "base/spool/uplink.h"
#include "base/telemetry/log.h"
#include "base/telemetry/log_limiter.h"
#include "base/wire/peer_link.h"

namespace earshot::agents {

// The agent's end of the wire: dials, sends the spool, stores what comes back
// in the inbox. One thread: wait on fd() for at most NextTimer(), then
// Pump(). While the router's public key cannot be found it looks for it every
// few seconds, and the spool fills.
class Connection {
 public:
  // All are borrowed and outlive it.
  struct Parts {
    Station& station;
    wire::Dialer& dialer;
    const os::Clock& clock;
    os::Random& random;
    telemetry::Log& log;
  };
  Connection(const Parts& parts, wire::KeyPair keys);

  // Does all there is to do without waiting.
  void Pump();
  int fd() const { return link_ == nullptr ? -1 : link_->fd(); }
  absl::Duration NextTimer() const;
  // Says goodbye to the router.
  void Leave(const std::string& reason);

  LinkView View() const;
  bool open() const { return link_ != nullptr && link_->open(); }
  // Sends what waits and may be sent; what comes is heard by Pump, which must
  // follow before the next wait.
  void SendNow();
  // In this session the router has said that it has all there is.
  bool Drained();

 private:
  bool FindKey();
  void Dial();
  void OnEvent(const wire::PeerEvent& event);
  void OnOpened(const v1::Welcome& welcome);
  void OnAck(const std::string& body);
  void ApplyErasures();
  void OnReply(const std::string& body);
  void OnClosed(const wire::PeerEvent& event);
  void NoteRegression(uint64_t before);
  void OnOutcome(const absl::StatusOr<spool::Uplink::Outcome>& outcome);
  // False: nothing was sent.
  bool SendWaiting();
  void CheckProgress();
  void KeepContact();
  void Trouble(const std::string& event, const absl::Status& status);

  Station& station_;
  wire::Dialer& dialer_;
  const os::Clock& clock_;
  os::Random& random_;
  telemetry::Log& log_;
  telemetry::LogLimiter limiter_;
  const wire::KeyPair keys_;
  const uint64_t boot_id_;
  spool::Uplink uplink_;
  std::unique_ptr<wire::PeerLink> link_;
  Contact contact_;
  std::string problem_;
  absl::Duration looked_for_key_ = -absl::InfiniteDuration();
  absl::Duration asked_snapshot_ = -absl::InfiniteDuration();
  absl::Duration erase_at_ = absl::InfiniteDuration();  // after a failure
  absl::Duration kept_contact_ = -absl::InfiniteDuration();
};

}  // namespace earshot::agents

#endif  // EARSHOT_AGENTS_CONNECTION_H_
