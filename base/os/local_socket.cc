#include "base/os/local_socket.h"

#include <fmt/format.h>
#include <sys/epoll.h>
#include <sys/poll.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <utility>

namespace earshot::os {
namespace {

constexpr uint64_t kListenerId = 0;

absl::StatusOr<sockaddr_un> Address(const std::string& path) {
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  if (path.size() >= sizeof(address.sun_path)) {
    return absl::InvalidArgumentError(fmt::format(
        "the socket path {} is longer than {} bytes; choose a shorter data_dir",
        path, sizeof(address.sun_path) - 1));
  }
  std::memcpy(address.sun_path, path.data(), path.size());
  return address;
}

uint32_t Length(std::string_view bytes) {
  uint32_t length = 0;
  for (int i = 3; i >= 0; --i) {
    length = (length << 8) |
             static_cast<unsigned char>(bytes[static_cast<size_t>(i)]);
  }
  return length;
}

std::string Framed(std::string_view body) {
  std::string out;
  out.reserve(body.size() + 4);
  for (int i = 0; i < 4; ++i) {
    out.push_back(static_cast<char>((body.size() >> (8 * i)) & 255U));
  }
  out.append(body);
  return out;
}

int ConnectTo(const sockaddr_un& address, int flags) {
  const int fd = ::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | flags, 0);
  if (fd < 0) return -1;
  if (::connect(fd, reinterpret_cast<const sockaddr*>(&address),
                sizeof(address)) != 0) {
    ::close(fd);
    return -1;
  }
  return fd;
}

}  // namespace

absl::StatusOr<std::unique_ptr<LocalServer>> LocalServer::Listen(
    const std::string& path, mode_t mode) {
  const auto address = Address(path);
  if (!address.ok()) return address.status();
  const int probe = ConnectTo(*address, SOCK_NONBLOCK);
  if (probe >= 0) {
    ::close(probe);
    return absl::FailedPreconditionError(
        fmt::format("another process already serves {}", path));
  }
  ::unlink(path.c_str());
  const int listener =
      ::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
  const int epoll = ::epoll_create1(EPOLL_CLOEXEC);
  epoll_event event{};
  event.events = EPOLLIN;
  event.data.u64 = kListenerId;
  if (listener < 0 || epoll < 0 ||
      ::bind(listener, reinterpret_cast<const sockaddr*>(&*address),
             sizeof(*address)) != 0 ||
      ::chmod(path.c_str(), mode) != 0 || ::listen(listener, 64) != 0 ||
      ::epoll_ctl(epoll, EPOLL_CTL_ADD, listener, &event) != 0) {
    const std::string reason = std::strerror(errno);
    if (listener >= 0) ::close(listener);
    if (epoll >= 0) ::close(epoll);
    return absl::InternalError(fmt::format("listen on {}: {}", path, reason));
  }
  return std::unique_ptr<LocalServer>(new LocalServer(path, listener, epoll));
}

LocalServer::~LocalServer() {
  for (const auto& [id, connection] : connections_) ::close(connection.fd);
  ::close(epoll_);
  ::close(listener_);
  ::unlink(path_.c_str());
}

void LocalServer::Accept() {
  while (connections_.size() < kLocalConnections) {
    const int fd =
        ::accept4(listener_, nullptr, nullptr, SOCK_CLOEXEC | SOCK_NONBLOCK);
    if (fd < 0) return;
    ucred peer{};
    socklen_t size = sizeof(peer);
    ::getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &peer, &size);
    const uint64_t id = next_id_++;
    epoll_event event{};
    event.events = EPOLLIN;
    event.data.u64 = id;
    ::epoll_ctl(epoll_, EPOLL_CTL_ADD, fd, &event);
    connections_[id] = Connection{fd, peer.uid, "", "", false};
  }
  // Who waits in the backlog must not keep the loop awake.
  if (accepting_) ::epoll_ctl(epoll_, EPOLL_CTL_DEL, listener_, nullptr);
  accepting_ = false;
}

bool LocalServer::Read(uint64_t id, Connection& connection) {
  char buffer[65536];
  while (true) {
    const ssize_t got = ::read(connection.fd, buffer, sizeof(buffer));
    if (got == 0) return false;
    if (got < 0) break;
    connection.in.append(buffer, static_cast<size_t>(got));
    if (connection.in.size() > kLocalMessageLimit + 4) return false;
  }
  if (errno != EAGAIN && errno != EINTR) return false;
  while (connection.in.size() >= 4) {
    const uint32_t length = Length(connection.in);
    if (length > kLocalMessageLimit) return false;
    if (connection.in.size() < 4 + static_cast<size_t>(length)) break;
    requests_.push_back({id, connection.user, connection.in.substr(4, length)});
    connection.in.erase(0, 4 + static_cast<size_t>(length));
  }
  return true;
}

bool LocalServer::Flush(uint64_t id, Connection& connection) {
  while (!connection.out.empty()) {
    const ssize_t sent = ::send(connection.fd, connection.out.data(),
                                connection.out.size(), MSG_NOSIGNAL);
    if (sent < 0) {
      if (errno == EINTR) continue;
      if (errno != EAGAIN) return false;
      break;
    }
    connection.out.erase(0, static_cast<size_t>(sent));
  }
  if (connection.out.size() > kLocalMessageLimit) return false;
  epoll_event event{};
  event.events = EPOLLIN;
  if (!connection.out.empty()) event.events |= EPOLLOUT;
  event.data.u64 = id;
  ::epoll_ctl(epoll_, EPOLL_CTL_MOD, connection.fd, &event);
  return true;
}

void LocalServer::Drop(uint64_t id) {
  const auto found = connections_.find(id);
  if (found == connections_.end()) return;
  ::close(found->second.fd);
  connections_.erase(found);
  if (accepting_) return;
  epoll_event event{};
  event.events = EPOLLIN;
  event.data.u64 = kListenerId;
  ::epoll_ctl(epoll_, EPOLL_CTL_ADD, listener_, &event);
  accepting_ = true;
}

void LocalServer::Pump() {
  epoll_event events[kLocalConnections + 1];
  const int count = ::epoll_wait(epoll_, events, kLocalConnections + 1, 0);
  for (int i = 0; i < count; ++i) {
    const uint64_t id = events[i].data.u64;
    if (id == kListenerId) continue;
    const auto found = connections_.find(id);
    if (found == connections_.end()) continue;
    const bool alive = Read(id, found->second) && Flush(id, found->second);
    if (!alive) Drop(id);
  }
  Accept();
}

std::optional<LocalRequest> LocalServer::Take() {
  if (requests_.empty()) return std::nullopt;
  LocalRequest request = std::move(requests_.front());
  requests_.pop_front();
  return request;
}

bool LocalServer::Respond(uint64_t connection, std::string_view body) {
  const auto found = connections_.find(connection);
  if (found == connections_.end()) return false;
  found->second.out.append(Framed(body));
  if (Flush(connection, found->second)) return true;
  Drop(connection);
  return false;
}

absl::StatusOr<LocalClient> LocalClient::Connect(const std::string& path) {
  const auto address = Address(path);
  if (!address.ok()) return address.status();
  const int fd = ConnectTo(*address, 0);
  if (fd < 0) {
    const std::string reason = std::strerror(errno);
    if (errno == EACCES) {
      return absl::PermissionDeniedError(fmt::format(
          "{}: {}; run the command as the daemon's user", path, reason));
    }
    return absl::UnavailableError(fmt::format("{}: {}", path, reason));
  }
  return LocalClient(fd);
}

LocalClient::LocalClient(LocalClient&& other) noexcept
    : fd_(std::exchange(other.fd_, -1)) {}

LocalClient::~LocalClient() {
  if (fd_ >= 0) ::close(fd_);
}

absl::Status LocalClient::Send(std::string_view body) {
  if (body.size() > kLocalMessageLimit) {
    return absl::InvalidArgumentError("the request is too large");
  }
  const std::string framed = Framed(body);
  std::string_view rest = framed;
  while (!rest.empty()) {
    const ssize_t sent = ::send(fd_, rest.data(), rest.size(), MSG_NOSIGNAL);
    if (sent < 0) {
      if (errno == EINTR) continue;
      return absl::UnavailableError(std::strerror(errno));
    }
    rest.remove_prefix(static_cast<size_t>(sent));
  }
  return absl::OkStatus();
}

absl::Status LocalClient::ReadExactly(char* out, size_t count,
                                      absl::Duration limit) {
  const int ms = limit >= absl::Hours(24)
                     ? -1
                     : static_cast<int>(absl::ToInt64Milliseconds(limit));
  while (count > 0) {
    pollfd entry{fd_, POLLIN, 0};
    const int ready = ::poll(&entry, 1, ms);
    if (ready < 0 && errno == EINTR) continue;
    if (ready == 0) {
      return absl::DeadlineExceededError("the daemon did not answer in time");
    }
    const ssize_t got = ::read(fd_, out, count);
    if (got < 0 && errno == EINTR) continue;
    if (got <= 0) return absl::UnavailableError("the daemon has gone");
    out += got;
    count -= static_cast<size_t>(got);
  }
  return absl::OkStatus();
}

absl::StatusOr<std::string> LocalClient::Receive(absl::Duration limit) {
  std::string head(4, '\0');
  absl::Status status = ReadExactly(head.data(), head.size(), limit);
  if (!status.ok()) return status;
  const uint32_t length = Length(head);
  if (length > kLocalMessageLimit) {
    return absl::InternalError("the daemon's answer is too large");
  }
  std::string body(length, '\0');
  status = ReadExactly(body.data(), body.size(), limit);
  if (!status.ok()) return status;
  return body;
}

}  // namespace earshot::os
