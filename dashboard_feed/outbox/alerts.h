#ifndef EARSHOT_DASHBOARD_FEED_OUTBOX_ALERTS_H_
#define EARSHOT_DASHBOARD_FEED_OUTBOX_ALERTS_H_

#include <cstdint>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "base/store/database.h"
#include "dashboard_feed/outbox/held_back.h"

namespace earshot::feed {

// Which alerts were told, by observation, and those that are held back; and how
// far the router's were gone through.
class Alerts : public HeldBack {
 public:
  static const char* Migration();

  explicit Alerts(store::Database& database) : HeldBack(database, "alerts") {}

  // How far the router's alerts were gone through.
  struct Mark {
    bool begun = false;
    uint64_t generation = 0;  // of the router's numbers
    uint64_t next = 0;        // the first number that was not looked at
    uint64_t missed = 0;      // ever; numbers that never came
  };
  absl::StatusOr<Mark> ReadMark();
  absl::Status PutMark(const Mark& mark);
};

}  // namespace earshot::feed

#endif  // EARSHOT_DASHBOARD_FEED_OUTBOX_ALERTS_H_
