#ifndef EARSHOT_BASE_WIRE_CONTEXT_IMPL_H_
#define EARSHOT_BASE_WIRE_CONTEXT_IMPL_H_

#include <zmq.hpp>

#include "base/wire/socket.h"

namespace earshot::wire {

// For the sources of this room only.
struct Context::Impl {
  explicit Impl(int io_threads) : context(io_threads) {}
  zmq::context_t context;
};

}  // namespace earshot::wire

#endif  // EARSHOT_BASE_WIRE_CONTEXT_IMPL_H_
