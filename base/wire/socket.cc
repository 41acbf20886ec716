#include "base/wire/socket.h"

#include <fmt/format.h>
#include <google/protobuf/stubs/logging.h>
#include <sys/epoll.h>
#include <unistd.h>

#include <cerrno>
#include <utility>
#include <zmq.hpp>

#include "base/wire/context_impl.h"
#include "base/wire/limits.h"
#include "base/wire/monitor.h"
#include "base/wire/zap.h"

namespace earshot::wire {
namespace {

// ZMQ_ZAP_ENFORCE_DOMAIN, hidden in the header behind the draft switch but
// served by the distribution's library.
constexpr int kZapEnforceDomain = 93;

absl::Status FromZmq(const zmq::error_t& error, std::string_view what) {
  const std::string message = fmt::format("{}: {}", what, error.what());
  switch (error.num()) {
    case EADDRINUSE:
    case EADDRNOTAVAIL:
      return absl::UnavailableError(message);
    case EINVAL:
      return absl::InvalidArgumentError(message);
    default:
      return absl::InternalError(message);
  }
}

void SetBounds(zmq::socket_t& socket) {
  socket.set(zmq::sockopt::linger, 0);
  socket.set(zmq::sockopt::maxmsgsize, kMaxFrameBytes);
  socket.set(zmq::sockopt::sndhwm, kQueueMessages);
  socket.set(zmq::sockopt::rcvhwm, kQueueMessages);
  socket.set(zmq::sockopt::handshake_ivl, 5000);
  socket.set(zmq::sockopt::heartbeat_ivl, 10000);
  socket.set(zmq::sockopt::heartbeat_timeout, 30000);
  socket.set(zmq::sockopt::heartbeat_ttl, 30000);
  socket.set(zmq::sockopt::tcp_keepalive, 1);
  socket.set(zmq::sockopt::ipv6, 1);
}

SendResult SendParts(zmq::socket_t& socket, std::string_view route,
                     std::string_view header, std::string_view body) {
  try {
    const auto more = zmq::send_flags::sndmore | zmq::send_flags::dontwait;
    if (!route.empty() &&
        !socket.send(zmq::buffer(route.data(), route.size()), more)) {
      return SendResult::kFull;
    }
    if (!socket.send(zmq::buffer(header.data(), header.size()), more)) {
      return SendResult::kFull;
    }
    // The first part was taken, so the rest of the message is too.
    const auto sent = socket.send(zmq::buffer(body.data(), body.size()),
                                  zmq::send_flags::dontwait);
    return sent ? SendResult::kSent : SendResult::kFull;
  } catch (const zmq::error_t& error) {
    return SendResult::kGone;
  }
}

std::string TakeText(const zmq::message_t& message) {
  return {static_cast<const char*>(message.data()), message.size()};
}

// A property of the connection, or nothing; never taken from the routing id
// frame, which loses it in libzmq 4.3.4.
std::string Property(zmq::message_t& message, const char* name) {
  const char* value = zmq_msg_gets(message.handle(), name);
  return value == nullptr ? std::string() : std::string(value);
}

// Reads one message, keeping two frames and draining the rest.
std::optional<Incoming> ReceiveParts(zmq::socket_t& socket, bool routed) {
  try {
    zmq::message_t part;
    if (!socket.recv(part, zmq::recv_flags::dontwait)) return std::nullopt;
    Incoming incoming;
    size_t frames = 0;
    if (routed) {
      incoming.route = TakeText(part);
      if (!part.more()) {
        incoming.frame_count_wrong = true;
        return incoming;
      }
      if (!socket.recv(part, zmq::recv_flags::dontwait)) return std::nullopt;
    }
    while (true) {
      if (frames == 0) {
        incoming.header = TakeText(part);
        incoming.user = Property(part, "User-Id");
        if (routed) incoming.key = Property(part, kKeyProperty);
      } else if (frames == 1) {
        incoming.body = TakeText(part);
      }
      ++frames;
      if (!part.more()) break;
      if (!socket.recv(part, zmq::recv_flags::dontwait)) break;
    }
    incoming.frame_count_wrong = frames != 2;
    return incoming;
  } catch (const zmq::error_t& error) {
    return std::nullopt;  // the context is closing
  }
}

}  // namespace

Context::Context(int io_threads) : impl_(std::make_unique<Impl>(io_threads)) {
  // Peers would fill stderr with lines that are none of the log.
  google::protobuf::SetLogHandler(nullptr);
  impl_->context.set(zmq::ctxopt::max_sockets, 65535);
}
Context::~Context() = default;

absl::StatusOr<std::unique_ptr<PeerSocket>> Context::Connect(
    const std::string& endpoint, const KeyPair& own,
    const std::string& server_public_key) {
  auto socket = DealerSocket::Connect(*this, endpoint, own, server_public_key);
  if (!socket.ok()) return socket.status();
  return *std::move(socket);
}

struct DealerSocket::Impl {
  ~Impl() {
    if (monitor != nullptr) zmq_socket_monitor(socket.handle(), nullptr, 0);
    if (both >= 0) ::close(both);
  }
  // So that one descriptor tells of messages and of the connection.
  absl::Status Watch(Context& context);
  absl::Status Add(int fd) const;

  zmq::socket_t socket;
  std::unique_ptr<Monitor> monitor;
  int both = -1;  // epoll(7)
  bool connected = false;
};

absl::Status DealerSocket::Impl::Add(int fd) const {
  epoll_event event{};
  event.events = EPOLLIN;
  if (::epoll_ctl(both, EPOLL_CTL_ADD, fd, &event) == 0) {
    return absl::OkStatus();
  }
  return absl::ErrnoToStatus(errno, "watch a connection");
}

absl::Status DealerSocket::Impl::Watch(Context& context) {
  const std::string endpoint =
      fmt::format("inproc://dealer-{}", socket.handle());
  if (zmq_socket_monitor(
          socket.handle(), endpoint.c_str(),
          ZMQ_EVENT_HANDSHAKE_SUCCEEDED | ZMQ_EVENT_DISCONNECTED) != 0) {
    return absl::InternalError("a connection cannot be monitored");
  }
  monitor = std::make_unique<Monitor>(context, endpoint);
  both = ::epoll_create1(EPOLL_CLOEXEC);
  if (both < 0) return absl::ErrnoToStatus(errno, "watch a connection");
  absl::Status status = Add(socket.get(zmq::sockopt::fd));
  return status.ok() ? Add(monitor->fd()) : status;
}

DealerSocket::DealerSocket(std::unique_ptr<Impl> impl)
    : impl_(std::move(impl)) {}
DealerSocket::~DealerSocket() = default;

absl::StatusOr<std::unique_ptr<DealerSocket>> DealerSocket::Connect(
    Context& context, const std::string& endpoint, const KeyPair& own,
    const std::string& server_public_key) {
  try {
    auto impl = std::make_unique<Impl>();
    impl->socket =
        zmq::socket_t(context.impl().context, zmq::socket_type::dealer);
    zmq::socket_t& socket = impl->socket;
    SetBounds(socket);
    socket.set(zmq::sockopt::reconnect_ivl, 500);
    socket.set(zmq::sockopt::reconnect_ivl_max, 5000);
    socket.set(zmq::sockopt::connect_timeout, 10000);
    socket.set(zmq::sockopt::curve_serverkey, server_public_key);
    socket.set(zmq::sockopt::curve_publickey, own.public_key);
    socket.set(zmq::sockopt::curve_secretkey, own.secret_key);
    absl::Status status = impl->Watch(context);
    if (!status.ok()) return status;
    socket.connect(endpoint);
    return std::unique_ptr<DealerSocket>(new DealerSocket(std::move(impl)));
  } catch (const zmq::error_t& error) {
    return FromZmq(error, fmt::format("connect to {}", endpoint));
  }
}

int DealerSocket::fd() const { return impl_->both; }

SendResult DealerSocket::Send(std::string_view header, std::string_view body) {
  return SendParts(impl_->socket, {}, header, body);
}

std::optional<Incoming> DealerSocket::Receive() {
  return ReceiveParts(impl_->socket, false);
}

bool DealerSocket::Ended() {
  bool ended = false;
  while (const auto event = impl_->monitor->Take()) {
    const bool up = event->kind == ConnectionEvent::Kind::kConnected;
    ended = ended || (impl_->connected && !up);
    impl_->connected = up;
  }
  return ended;
}

struct RouterSocket::Impl {
  zmq::socket_t socket;
  bool monitored = false;
  ~Impl() {
    // The monitor goes first, or its pair may hang the context's end.
    if (monitored) zmq_socket_monitor(socket.handle(), nullptr, 0);
  }
};

RouterSocket::RouterSocket(std::unique_ptr<Impl> impl)
    : impl_(std::move(impl)) {}
RouterSocket::~RouterSocket() = default;

absl::StatusOr<std::unique_ptr<RouterSocket>> RouterSocket::Bind(
    Context& context, const std::string& endpoint, const KeyPair& own,
    const std::string& zap_domain, const std::string& monitor_endpoint) {
  if (zap_domain.empty()) {
    return absl::InvalidArgumentError(
        "a ZAP domain is required: without one nobody is asked");
  }
  try {
    auto impl = std::make_unique<Impl>();
    impl->socket =
        zmq::socket_t(context.impl().context, zmq::socket_type::router);
    zmq::socket_t& socket = impl->socket;
    SetBounds(socket);
    socket.set(zmq::sockopt::router_mandatory, 1);
    socket.set(zmq::sockopt::backlog, 1024);
    socket.set(zmq::sockopt::curve_server, true);
    socket.set(zmq::sockopt::curve_secretkey, own.secret_key);
    socket.set(zmq::sockopt::zap_domain, zap_domain);
    const int enforce = 1;
    if (zmq_setsockopt(socket.handle(), kZapEnforceDomain, &enforce,
                       sizeof(enforce)) != 0) {
      return absl::FailedPreconditionError(
          "this libzmq cannot enforce authentication "
          "(ZMQ_ZAP_ENFORCE_DOMAIN); use the distribution's build");
    }
    if (!monitor_endpoint.empty()) {
      // Only what the monitor reads: an event that nobody takes yet, such as
      // "listening", would hold up the bind for ever.
      zmq_socket_monitor(socket.handle(), monitor_endpoint.c_str(),
                         ZMQ_EVENT_HANDSHAKE_FAILED_NO_DETAIL |
                             ZMQ_EVENT_HANDSHAKE_FAILED_PROTOCOL |
                             ZMQ_EVENT_HANDSHAKE_FAILED_AUTH |
                             ZMQ_EVENT_DISCONNECTED);
      impl->monitored = true;
    }
    socket.bind(endpoint);
    return std::unique_ptr<RouterSocket>(new RouterSocket(std::move(impl)));
  } catch (const zmq::error_t& error) {
    return FromZmq(error, fmt::format("listen on {}", endpoint));
  }
}

std::string RouterSocket::endpoint() const {
  std::string bound = impl_->socket.get(zmq::sockopt::last_endpoint);
  // An IPv4 address that is bound through IPv6, written as people know it.
  constexpr std::string_view kMapped = "[::ffff:";
  const size_t start = bound.find(kMapped);
  const size_t end = bound.find(']');
  if (start != std::string::npos && end != std::string::npos) {
    bound.erase(end, 1);
    bound.erase(start, kMapped.size());
  }
  return bound;
}

int RouterSocket::fd() const { return impl_->socket.get(zmq::sockopt::fd); }

SendResult RouterSocket::Send(std::string_view route, std::string_view header,
                              std::string_view body) {
  return SendParts(impl_->socket, route, header, body);
}

std::optional<Incoming> RouterSocket::Receive() {
  return ReceiveParts(impl_->socket, true);
}

}  // namespace earshot::wire
