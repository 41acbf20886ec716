#ifndef EARSHOT_DASHBOARD_FEED_OUTBOX_ALERTS_H_
#define EARSHOT_DASHBOARD_FEED_OUTBOX_ALERTS_H_

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "base/store/database.h"

namespace earshot::feed {

// Which alerts were told, and those that a subscription's quiet hours hold
// back; beside the outbox's queue and in its database, which outlives it. One
// thread. Changes are part of the caller's transaction. Bounds: the last
// kToldKept observations, kHeldKept alerts for each subscription.
class Alerts {
 public:
  static constexpr uint64_t kToldKept = 100000;
  static constexpr uint64_t kHeldKept = 200;
  static const char* Migration();

  explicit Alerts(store::Database& database) : database_(database) {}

  // How far the router's alerts were gone through.
  struct Mark {
    bool begun = false;
    uint64_t generation = 0;  // of the router's numbers
    uint64_t next = 0;        // the first number that was not looked at
    uint64_t missed = 0;      // ever; numbers that never came
  };
  absl::StatusOr<Mark> ReadMark();
  absl::Status PutMark(const Mark& mark);

  absl::StatusOr<bool> Told(std::string_view observation);
  // One that was told before stays as it is.
  absl::Status PutTold(std::string_view observation);

  struct Held {
    uint64_t id = 0;
    std::string subscription;
    std::string body;  // Alert
  };
  // The oldest beyond the bound go; how many did.
  absl::StatusOr<uint64_t> Hold(const std::string& subscription,
                                const std::string& body);
  // Of one subscription, the oldest first.
  absl::StatusOr<std::vector<Held>> HeldFor(const std::string& subscription);
  absl::StatusOr<std::vector<std::string>> Holding();
  // Those up to `id` are held no longer.
  absl::Status LetGo(const std::string& subscription, uint64_t id);

 private:
  store::Database& database_;
};

}  // namespace earshot::feed

#endif  // EARSHOT_DASHBOARD_FEED_OUTBOX_ALERTS_H_
