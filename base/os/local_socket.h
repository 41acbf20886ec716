#ifndef EARSHOT_BASE_OS_LOCAL_SOCKET_H_
#define EARSHOT_BASE_OS_LOCAL_SOCKET_H_

#include <sys/types.h>

#include <cstdint>
#include <deque>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"

// Requests from a program's own command line to its running daemon, over a
// Unix stream socket. A message is a length (u32, little endian) and that many
// bytes; longer than kLocalMessageLimit ends the connection.
namespace earshot::os {

inline constexpr size_t kLocalMessageLimit = 4 << 20;  // bytes
inline constexpr size_t kLocalConnections = 32;        // more wait in backlog

struct LocalRequest {
  uint64_t connection = 0;
  uid_t user = 0;  // by SO_PEERCRED: the kernel's word, not the client's
  std::string body;
};

// One thread. Wait on fd(), then Pump(), then Take() until empty; answer each
// with Respond(). Output that a client does not read is bounded: past
// kLocalMessageLimit it is disconnected.
class LocalServer {
 public:
  // Replaces a stale socket file; FailedPrecondition when one is served.
  static absl::StatusOr<std::unique_ptr<LocalServer>> Listen(
      const std::string& path, mode_t mode);
  ~LocalServer();
  LocalServer(const LocalServer&) = delete;
  LocalServer& operator=(const LocalServer&) = delete;

  int fd() const { return epoll_; }
  void Pump();
  std::optional<LocalRequest> Take();
  // False when the client has gone.
  bool Respond(uint64_t connection, std::string_view body);

 private:
  struct Connection {
    int fd = -1;
    uid_t user = 0;
    std::string in;
    std::string out;
    bool overflow = false;
  };
  LocalServer(std::string path, int listener, int epoll)
      : path_(std::move(path)), listener_(listener), epoll_(epoll) {}
  void Accept();
  bool Read(uint64_t id, Connection& connection);
  bool Flush(uint64_t id, Connection& connection);
  void Drop(uint64_t id);

  const std::string path_;
  const int listener_;
  const int epoll_;
  uint64_t next_id_ = 1;
  bool accepting_ = true;  // the listener is watched
  std::map<uint64_t, Connection> connections_;
  std::deque<LocalRequest> requests_;
};

// Blocking, one thread.
class LocalClient {
 public:
  // Unavailable when nothing listens there.
  static absl::StatusOr<LocalClient> Connect(const std::string& path);
  LocalClient(LocalClient&& other) noexcept;
  LocalClient& operator=(LocalClient&&) = delete;
  ~LocalClient();

  absl::Status Send(std::string_view body);
  // DeadlineExceeded after `limit`; Unavailable when the server has gone.
  absl::StatusOr<std::string> Receive(absl::Duration limit);

 private:
  explicit LocalClient(int fd) : fd_(fd) {}
  absl::Status ReadExactly(char* out, size_t count, absl::Duration limit);
  int fd_;
};

}  // namespace earshot::os

#endif  // EARSHOT_BASE_OS_LOCAL_SOCKET_H_
