#ifndef EARSHOT_ROUTER_ROWS_IN_PARALLEL_H_
#define EARSHOT_ROUTER_ROWS_IN_PARALLEL_H_

#include <cstddef>
#include <functional>
#include <istream>
#include <string>

#include "absl/status/statusor.h"

namespace earshot::router {

// One row in, one row out, or why it is left out.
using RowWork = std::function<absl::StatusOr<std::string>(const std::string&)>;

// Gives every line of `in` that is not blank to one of `threads` workers, and
// the results with their line numbers to `out`, in the order of the lines. How
// many workers there are changes nothing else. What has arrived is worked on as
// soon as no more waits, so that a slow writer need not fill a block.
//
// `make` is called once for each worker, which then belongs to one thread at a
// time; `out` runs on the caller's. Memory: kRowsInBlock rows and results.
inline constexpr size_t kRowsInBlock = 4096;
void RowsInParallel(
    std::istream& in, size_t threads, const std::function<RowWork()>& make,
    const std::function<void(size_t, const absl::StatusOr<std::string>&)>& out);

}  // namespace earshot::router

#endif  // EARSHOT_ROUTER_ROWS_IN_PARALLEL_H_
