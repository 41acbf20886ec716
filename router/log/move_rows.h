#ifndef EARSHOT_ROUTER_LOG_MOVE_ROWS_H_
#define EARSHOT_ROUTER_LOG_MOVE_ROWS_H_

#include "absl/status/status.h"
#include "base/store/database.h"

namespace earshot::router {

// Logs once had a row for each entry, in `log` and `personal`: moves them into
// blocks, some commit groups a transaction, and drops the tables.
// Goes on where it was interrupted; nothing to do is one look. A million
// entries take a few seconds. By the writer, before anything else.
absl::Status MoveRows(store::Database& database);

}  // namespace earshot::router

#endif  // EARSHOT_ROUTER_LOG_MOVE_ROWS_H_
