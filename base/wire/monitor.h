#ifndef EARSHOT_BASE_WIRE_MONITOR_H_
#define EARSHOT_BASE_WIRE_MONITOR_H_

#include <cstdint>
#include <memory>
#include <optional>
#include <string>

#include "base/wire/socket.h"

namespace earshot::wire {

// What libzmq says of connections, below sessions. `detail` is libzmq's own
// number.
struct ConnectionEvent {
  enum class Kind {
    kHandshakeFailed,  // not ZeroMQ, or not CURVE, or out of time
    kAuthFailed,       // refused by ZAP
    kConnected,        // the handshake is done
    kDisconnected,
  };
  Kind kind;
  int32_t detail = 0;
};

// Reads the events of one monitored socket. One thread; poll with the
// loop that owns the socket.
class Monitor {
 public:
  Monitor(Context& context, const std::string& endpoint);
  ~Monitor();
  Monitor(const Monitor&) = delete;
  Monitor& operator=(const Monitor&) = delete;

  // Without waiting. Events of no interest here are passed over.
  std::optional<ConnectionEvent> Take();
  int fd() const;

 private:
  struct Impl;
  const std::unique_ptr<Impl> impl_;
};

}  // namespace earshot::wire

#endif  // EARSHOT_BASE_WIRE_MONITOR_H_
