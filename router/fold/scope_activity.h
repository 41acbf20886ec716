#ifndef EARSHOT_ROUTER_FOLD_SCOPE_ACTIVITY_H_
#define EARSHOT_ROUTER_FOLD_SCOPE_ACTIVITY_H_

#include <cstdint>
#include <map>
#include <string>

#include "absl/status/statusor.h"
#include "base/store/database.h"
#include "earshot/v1/configuration.pb.h"

namespace earshot::router {

// Distinct reporters of the last 90 days in each leader's whole scope. Reads
// the whole activity table once; memory: the keys of one pass. `today` in days
// since 1970.
absl::StatusOr<std::map<std::string, uint32_t>> CountReporters(
    store::Database& views, const v1::Organisation& organisation,
    int64_t today);

}  // namespace earshot::router

#endif  // EARSHOT_ROUTER_FOLD_SCOPE_ACTIVITY_H_
