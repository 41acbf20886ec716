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

// A peer's end of a connection. One thread. fd() becomes readable on an edge:
// after a wait, and after every Send, call Receive until it gives nothing, and
// Ended.
class PeerSocket {
 public:
  virtual ~PeerSocket() = default;
  virtual int fd() const = 0;
  virtual SendResult Send(std::string_view header, std::string_view body) = 0;
  virtual std::optional<Incoming> Receive() = 0;
  // A connection that was let in has ended; what was sent on it may be lost.
  // One that never came about is tried again and says nothing.
  virtual bool Ended() = 0;
};

// A hub's end of all its connections. One thread; fd() as above.
class HubSocket {
 public:
  virtual ~HubSocket() = default;
  // With the real port.
  virtual std::string endpoint() const = 0;
  virtual int fd() const = 0;
  virtual SendResult Send(std::string_view route, std::string_view header,
                          std::string_view body) = 0;
  virtual std::optional<Incoming> Receive() = 0;
};

// Where a peer gets its connections from: ZeroMQ, or a simulated network.
class Dialer {
 public:
  virtual ~Dialer() = default;
  virtual absl::StatusOr<std::unique_ptr<PeerSocket>> Connect(
      const std::string& endpoint, const KeyPair& own,
      const std::string& server_public_key) = 0;
};

// One a process. Outlives its sockets. `io_threads` >= 1.
class Context final : public Dialer {
 public:
  explicit Context(int io_threads);
  ~Context() override;
  Context(const Context&) = delete;
  Context& operator=(const Context&) = delete;

  absl::StatusOr<std::unique_ptr<PeerSocket>> Connect(
      const std::string& endpoint, const KeyPair& own,
      const std::string& server_public_key) override;

  struct Impl;
  Impl& impl() { return *impl_; }

 private:
  const std::unique_ptr<Impl> impl_;
};

class DealerSocket final : public PeerSocket {
 public:
  static absl::StatusOr<std::unique_ptr<DealerSocket>> Connect(
      Context& context, const std::string& endpoint, const KeyPair& own,
      const std::string& server_public_key);
  ~DealerSocket() override;
  DealerSocket(const DealerSocket&) = delete;
  DealerSocket& operator=(const DealerSocket&) = delete;

  int fd() const override;
  SendResult Send(std::string_view header, std::string_view body) override;
  std::optional<Incoming> Receive() override;
  bool Ended() override;

 private:
  struct Impl;
  explicit DealerSocket(std::unique_ptr<Impl> impl);
  const std::unique_ptr<Impl> impl_;
};

class RouterSocket final : public HubSocket {
 public:
  // `endpoint` may end in :* or :0 for a port of the system's choice. A ZAP
  // handler for `zap_domain` must already answer: without one nobody gets in
  // (ZMQ_ZAP_ENFORCE_DOMAIN).
  static absl::StatusOr<std::unique_ptr<RouterSocket>> Bind(
      Context& context, const std::string& endpoint, const KeyPair& own,
      const std::string& zap_domain, const std::string& monitor_endpoint);
  ~RouterSocket() override;
  RouterSocket(const RouterSocket&) = delete;
  RouterSocket& operator=(const RouterSocket&) = delete;

  std::string endpoint() const override;
  int fd() const override;
  SendResult Send(std::string_view route, std::string_view header,
                  std::string_view body) override;
  std::optional<Incoming> Receive() override;

 private:
  struct Impl;
  explicit RouterSocket(std::unique_ptr<Impl> impl);
  const std::unique_ptr<Impl> impl_;
};

}  // namespace earshot::wire

#endif  // EARSHOT_BASE_WIRE_SOCKET_H_
