#ifndef EARSHOT_ROUTER_LOG_INSERT_BLOCK_H_
#define EARSHOT_ROUTER_LOG_INSERT_BLOCK_H_

#include "absl/status/status.h"
#include "base/store/database.h"
#include "router/log/block.h"

namespace earshot::router {

// By a statement that inserts all columns of `log_blocks`.
inline absl::Status InsertBlock(store::Statement& insert,
                                const BlockBuilder::Block& block) {
  return insert.Bind(1, block.last)
      .Bind(2, block.first)
      .Bind(3, static_cast<int>(block.kind))
      .Bind(4, block.lane)
      .BindBlobInPlace(5, block.bodies)
      .BindBlobInPlace(6, block.parts)
      .Run();
}

}  // namespace earshot::router

#endif  // EARSHOT_ROUTER_LOG_INSERT_BLOCK_H_
