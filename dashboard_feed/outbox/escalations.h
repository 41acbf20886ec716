#ifndef EARSHOT_DASHBOARD_FEED_OUTBOX_ESCALATIONS_H_
#define EARSHOT_DASHBOARD_FEED_OUTBOX_ESCALATIONS_H_

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "base/store/database.h"

namespace earshot::feed {

// Which steps of escalations leaders were told of at once, and the insights
// that a subscription's quiet hours hold back; beside the outbox's queue and in
// its database, which outlives it. One thread. Changes are part of the caller's
// transaction. Bounds: the last kToldKept steps, kHeldKept insights for each
// subscription.
class Escalations {
 public:
  static constexpr uint64_t kToldKept = 100000;
  static constexpr uint64_t kHeldKept = 200;
  static const char* Migration();

  explicit Escalations(store::Database& database) : database_(database) {}

  absl::StatusOr<bool> Told(std::string_view step);
  // One that was told before stays as it is.
  absl::Status PutTold(std::string_view step);

  struct Held {
    uint64_t id = 0;
    std::string subscription;
    uint64_t insight = 0;
  };
  // One that is held already is held once. The oldest beyond the bound go; how
  // many did.
  absl::StatusOr<uint64_t> Hold(const Held& held);
  // Of one subscription, the oldest first.
  absl::StatusOr<std::vector<Held>> HeldFor(const std::string& subscription);
  absl::StatusOr<std::vector<std::string>> Holding();
  // Those up to `id` are held no longer.
  absl::Status LetGo(const std::string& subscription, uint64_t id);

 private:
  store::Database& database_;
};

}  // namespace earshot::feed

#endif  // EARSHOT_DASHBOARD_FEED_OUTBOX_ESCALATIONS_H_
