#ifndef EARSHOT_DASHBOARD_FEED_OUTBOX_HELD_BACK_H_
#define EARSHOT_DASHBOARD_FEED_OUTBOX_HELD_BACK_H_

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "base/store/database.h"

namespace earshot::feed {

// What leaders were told of at once, each once, and what a subscription's quiet
// hours hold back of it: of one sort of thing, alerts or escalations. Beside
// the outbox's queue and in its database, which outlives it. One thread.
// Changes are part of the caller's transaction. Bounds: the last kToldKept
// told, and kHeldKept held for each subscription.
class HeldBack {
 public:
  static constexpr uint64_t kToldKept = 100000;
  static constexpr uint64_t kHeldKept = 200;

  // `sort` begins the names of its tables, which migrations have made.
  HeldBack(store::Database& database, std::string sort)
      : database_(database), sort_(std::move(sort)) {}

  absl::StatusOr<bool> Told(std::string_view what);
  // One that was told before stays as it is.
  absl::Status PutTold(std::string_view what);

  struct Held {
    uint64_t id = 0;  // given
    std::string subscription;
    std::string body;
  };
  // One that its table knows to be held already is held once. The oldest beyond
  // the bound go; how many did.
  absl::StatusOr<uint64_t> Hold(const Held& held);
  // Of one subscription, the oldest first.
  absl::StatusOr<std::vector<Held>> HeldFor(const std::string& subscription);
  absl::StatusOr<std::vector<std::string>> Holding();
  // Those up to `id` are held no longer.
  absl::Status LetGo(const std::string& subscription, uint64_t id);

 protected:
  store::Database& database() { return database_; }

 private:
  // With its table's name for %.
  store::Statement Prepare(std::string sql);

  store::Database& database_;
  const std::string sort_;
};

// Insights that wait too long: `what` is a step of an escalation, a body an
// insight's number.
const char* EscalationsMigration();

}  // namespace earshot::feed

#endif  // EARSHOT_DASHBOARD_FEED_OUTBOX_HELD_BACK_H_
