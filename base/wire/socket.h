#ifndef EARSHOT_BASE_WIRE_SOCKET_H_
#define EARSHOT_BASE_WIRE_SOCKET_H_

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "base/wire/keys.h"

// The only place where ZeroMQ sockets are made, always with CURVE. Every
// exception of cppzmq ends here.
namespace earshot::wire {

// One a process. Outlives its sockets. `io_threads` >= 1.
class Context {
 public:
  explicit Context(int io_threads);
  ~Context();
  Context(const Context&) = delete;
  Context& operator=(const Context&) = delete;

  struct Impl;
  Impl& impl() { return *impl_; }

 private:
  const std::unique_ptr<Impl> impl_;
};

// One message as it came from the network; nothing about it is trusted but
// `user` and `key`, which ZAP gave to the connection.
struct Incoming {
  std::string route;  // ROUTER's own name of the connection; DEALER: empty
  std::string user;   // empty: unauthenticated, to be dropped
  std::string key;    // the public key that ZAP asked about; ROUTER only
  std::string header;
  std::string body;
  bool frame_count_wrong = false;  // not two frames; the rest was drained
};

enum class SendResult { kSent, kFull, kGone };

// One thread each. fd() becomes readable on an edge: after a wait, and after
// every Send, call Receive until it gives nothing, and a dealer's Ended.
class DealerSocket {
 public:
  static absl::StatusOr<std::unique_ptr<DealerSocket>> Connect(
      Context& context, const std::string& endpoint, const KeyPair& own,
      const std::string& server_public_key);
  ~DealerSocket();
  DealerSocket(const DealerSocket&) = delete;
  DealerSocket& operator=(const DealerSocket&) = delete;

  int fd() const;
  SendResult Send(std::string_view header, std::string_view body);
  std::optional<Incoming> Receive();
  // A connection that was let in has ended; what was sent on it may be lost.
  // One that never came about is tried again and says nothing.
  bool Ended();

 private:
  struct Impl;
  explicit DealerSocket(std::unique_ptr<Impl> impl);
  const std::unique_ptr<Impl> impl_;
};

class RouterSocket {
 public:
  // `endpoint` may end in :* or :0 for a port of the system's choice. A ZAP
  // handler for `zap_domain` must already answer: without one nobody gets in
  // (ZMQ_ZAP_ENFORCE_DOMAIN).
  static absl::StatusOr<std::unique_ptr<RouterSocket>> Bind(
      Context& context, const std::string& endpoint, const KeyPair& own,
      const std::string& zap_domain, const std::string& monitor_endpoint);
  ~RouterSocket();
  RouterSocket(const RouterSocket&) = delete;
  RouterSocket& operator=(const RouterSocket&) = delete;

  // With the real port.
  std::string endpoint() const;
  int fd() const;
  SendResult Send(std::string_view route, std::string_view header,
                  std::string_view body);
  std::optional<Incoming> Receive();

 private:
  struct Impl;
  explicit RouterSocket(std::unique_ptr<Impl> impl);
  const std::unique_ptr<Impl> impl_;
};

}  // namespace earshot::wire

#endif  // EARSHOT_BASE_WIRE_SOCKET_H_
