#include "base/wire/monitor.h"

#include <cstring>
#include <zmq.hpp>

#include "base/wire/context_impl.h"

namespace earshot::wire {

struct Monitor::Impl {
  zmq::socket_t socket;
};

Monitor::Monitor(Context& context, const std::string& endpoint)
    : impl_(std::make_unique<Impl>()) {
  impl_->socket = zmq::socket_t(context.impl().context, zmq::socket_type::pair);
  impl_->socket.set(zmq::sockopt::linger, 0);
  impl_->socket.connect(endpoint);
}

Monitor::~Monitor() = default;

int Monitor::fd() const { return impl_->socket.get(zmq::sockopt::fd); }

std::optional<ConnectionEvent> Monitor::Take() {
  try {
    zmq::message_t part;
    while (impl_->socket.recv(part, zmq::recv_flags::dontwait)) {
      uint16_t event = 0;
      int32_t value = 0;
      if (part.size() >= sizeof(event) + sizeof(value)) {
        const char* bytes = static_cast<const char*>(part.data());
        std::memcpy(&event, bytes, sizeof(event));
        std::memcpy(&value, bytes + sizeof(event), sizeof(value));
      }
      while (part.more() &&
             impl_->socket.recv(part, zmq::recv_flags::dontwait)) {
      }
      switch (event) {
        case ZMQ_EVENT_HANDSHAKE_FAILED_NO_DETAIL:
        case ZMQ_EVENT_HANDSHAKE_FAILED_PROTOCOL:
          return ConnectionEvent{ConnectionEvent::Kind::kHandshakeFailed,
                                 value};
        case ZMQ_EVENT_HANDSHAKE_FAILED_AUTH:
          return ConnectionEvent{ConnectionEvent::Kind::kAuthFailed, value};
        case ZMQ_EVENT_HANDSHAKE_SUCCEEDED:
          return ConnectionEvent{ConnectionEvent::Kind::kConnected, value};
        case ZMQ_EVENT_DISCONNECTED:
          return ConnectionEvent{ConnectionEvent::Kind::kDisconnected, value};
        default:
          break;
      }
    }
  } catch (const zmq::error_t& error) {
    return std::nullopt;  // the context is closing
  }
  return std::nullopt;
}

}  // namespace earshot::wire
