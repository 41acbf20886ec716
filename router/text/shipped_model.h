#ifndef EARSHOT_ROUTER_TEXT_SHIPPED_MODEL_H_
#define EARSHOT_ROUTER_TEXT_SHIPPED_MODEL_H_

#include <string_view>

namespace earshot::router {

// Bytes of models/understanding.model, which the assembler put into the
// program; they begin on a multiple of 64. Any thread.
std::string_view ShippedModelBytes();

}  // namespace earshot::router

#endif  // EARSHOT_ROUTER_TEXT_SHIPPED_MODEL_H_
