#ifndef EARSHOT_ROUTER_FOLD_SCOPE_ACTIVITY_H_
#define EARSHOT_ROUTER_FOLD_SCOPE_ACTIVITY_H_

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "base/store/database.h"
#include "earshot/v1/configuration.pb.h"

namespace earshot::router {

inline constexpr int64_t kActivityDays = 90;

// Distinct reporters of the last 90 days in each leader's scope; of several
// scopes of one leader, in the one with the fewest. At most 10000. Reads
// the whole activity table once; memory: the keys of one pass. `today` in days
// since 1970.
absl::StatusOr<std::map<std::string, uint32_t>> CountReporters(
    store::Database& views, const v1::Organisation& organisation,
    int64_t today);

// Who was noted lately, so that the table is not asked for what it has. 64 Ki
// entries of eight bytes; a later one takes the place of an earlier.
class RecentActivity {
 public:
  // True when it was noted since Clear; from now on it was.
  bool Note(std::string_view reporter, std::string_view site,
            std::string_view channel, std::string_view topic, int64_t day);
  // After a transaction that came to nothing.
  void Clear() { entries_.clear(); }

 private:
  static constexpr size_t kEntries = 65536;
  std::vector<uint64_t> entries_;
};

}  // namespace earshot::router

#endif  // EARSHOT_ROUTER_FOLD_SCOPE_ACTIVITY_H_
