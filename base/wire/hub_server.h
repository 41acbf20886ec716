#ifndef EARSHOT_BASE_WIRE_HUB_SERVER_H_
#define EARSHOT_BASE_WIRE_HUB_SERVER_H_

#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "base/os/clock.h"
#include "base/telemetry/log.h"
#include "base/telemetry/log_limiter.h"
#include "base/telemetry/metrics.h"
#include "base/wire/hub.h"
#include "base/wire/monitor.h"
#include "base/wire/zap.h"

namespace earshot::wire {

struct HubServerOptions {
  std::string listen;  // tcp://address:port; port 0 or *: any
  KeyPair keys;
  std::string zap_domain;  // one a process
  HubOptions hub;
};

struct HubCounters {
  telemetry::Counter hellos;
  telemetry::Counter busy;
  telemetry::Counter sessions_ended;
  telemetry::Counter faults;
  telemetry::Counter handshakes_failed;
  telemetry::Counter disconnects;
  telemetry::Counter frames_undeliverable;
};

// A Hub on a real socket, with authentication and a monitor. One thread: wait
// on fd(), Pump(), take the events. Refusals are logged here, limited in
// rate; the ZAP thread only counts.
class HubServer {
 public:
  static absl::StatusOr<std::unique_ptr<HubServer>> Start(
      Context& context, HubServerOptions options, Admission& admission,
      const os::Clock& clock, os::Random& random, telemetry::Log& log);
  // On a socket that knows by itself who its peers are: no authentication and
  // no monitor of ours, and so no SelfTest.
  static std::unique_ptr<HubServer> Over(std::unique_ptr<HubSocket> socket,
                                         HubServerOptions options,
                                         const os::Clock& clock,
                                         os::Random& random,
                                         telemetry::Log& log);
  ~HubServer();

  // Dials itself with a key that nobody enrolled and waits until that is
  // refused; an error means the door stands open: do not serve. Peers that send
  // meanwhile are heard.
  absl::Status SelfTest();

  void Pump();
  std::optional<HubEvent> TakeEvent();
  // How long to wait on fd() at most. Nothing at all where messages may be here
  // that fd() does not tell of: see HubSocket.
  absl::Duration NextTimer() const {
    return drained_ ? hub_.NextTimer() : absl::ZeroDuration();
  }
  int fd() const { return socket_->fd(); }
  std::string endpoint() const { return socket_->endpoint(); }

  void Welcome(uint64_t session, v1::Welcome welcome);
  void Reject(uint64_t session, v1::Reject::Reason reason,
              const std::string& text, absl::Duration retry_after);
  bool Send(uint64_t session, v1::Kind kind, const std::string& body);
  void EndUser(std::string_view user, v1::Reject::Reason reason,
               const std::string& text);
  // BYE to everyone, written before this returns.
  void Stop(absl::Duration retry_after);

  const HubCounters& counters() const { return counters_; }
  const ZapCounters& zap_counters() const;
  size_t session_count() const { return hub_.session_count(); }

 private:
  HubServer(Context* context, HubServerOptions options, const os::Clock& clock,
            os::Random& random, telemetry::Log& log);
  void Write();
  void NoteConnections();
  void Note(const HubEvent& event);

  Context* const context_;  // null: Over
  const HubServerOptions options_;
  const os::Clock& clock_;
  telemetry::Log& log_;
  telemetry::LogLimiter limiter_;
  std::unique_ptr<ZapHandler> zap_;
  std::unique_ptr<HubSocket> socket_;
  std::unique_ptr<Monitor> monitor_;
  Hub hub_;
  bool drained_ = false;  // nothing was sent since nothing was received
  HubCounters counters_;
};

// How a program that listens gets its HubServer; its own way when empty.
using HubMaker = std::function<absl::StatusOr<std::unique_ptr<HubServer>>(
    HubServerOptions options, Admission& admission)>;

}  // namespace earshot::wire

#endif  // EARSHOT_BASE_WIRE_HUB_SERVER_H_
