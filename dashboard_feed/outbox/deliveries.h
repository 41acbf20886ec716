#ifndef EARSHOT_DASHBOARD_FEED_OUTBOX_DELIVERIES_H_
#define EARSHOT_DASHBOARD_FEED_OUTBOX_DELIVERIES_H_

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "base/store/database.h"

namespace earshot::feed {

// As stored: never renumber.
enum class DeliveryState {
  kQueued = 1,
  kSending = 2,
  kDelivered = 3,
  kParked = 4
};
std::string_view DeliveryStateName(DeliveryState state);

// One digest that is owed over one channel.
struct Delivery {
  uint64_t id = 0;
  std::string subscription;
  std::string period;
  std::string channel;
  std::string leader;
  uint64_t seq = 0;  // of the digest in the leader's queue
  DeliveryState state = DeliveryState::kQueued;
  uint32_t attempts = 0;  // begun since it was queued or asked for again
  absl::Time queued_at;
  absl::Time next_at;       // queued: not before
  absl::Time until;         // after a failure from here on it is parked
  absl::Time changed_at;    // when the state was reached
  std::string reason;       // of the last failure, for a log: "http 503"
  std::string detail;       // the same in the receiver's words
  std::string fallback_of;  // the channel that gave it up; empty: none
  uint32_t format = 0;      // Subscription::Format that was asked for
  // The same for every attempt, so that a receiver can tell a repeat.
  std::string IdempotencyKey() const;
};

// What is owed over channels, beside the outbox's queue and in its database,
// which outlives it. One row for each subscription, period and channel, for as
// long as the queue keeps the digest. One thread. Every change is durable when
// it returns OK.
class Deliveries {
 public:
  static constexpr size_t kReasonBytes = 200;
  static constexpr size_t kDetailBytes = 1000;
  static const char* Migration();
  static const char* FormatMigration();

  explicit Deliveries(store::Database& database) : database_(database) {}

  // In the caller's transaction. One that is there already stays as it is.
  absl::Status Queue(const Delivery& delivery);
  // In the caller's transaction: those whose digest is no longer in the queue
  // go. Unfinished ones are counted as dropped.
  absl::Status Trim(const std::string& leader);

  // Queued ones of a channel whose time has come, the longest due first.
  absl::StatusOr<std::vector<Delivery>> Due(const std::string& channel,
                                            absl::Time now, size_t most);
  // Channels that have any queued.
  absl::StatusOr<std::vector<std::string>> QueuedChannels();
  // When the next queued one is due; nothing: none is queued.
  absl::StatusOr<std::optional<absl::Time>> NextDue();

  absl::Status MarkSending(uint64_t id, absl::Time now);
  absl::Status MarkDelivered(uint64_t id, absl::Time now);
  absl::Status QueueAgain(uint64_t id, absl::Time next_at,
                          const std::string& reason, const std::string& detail,
                          absl::Time now);
  // With the one that takes over, in one transaction; `fallback` empty: none.
  // One that owes this digest anyway is not given it twice.
  absl::Status Park(uint64_t id, const std::string& reason,
                    const std::string& detail, const std::string& fallback,
                    absl::Time now);

  // At the start: what was being sent when the feed ended is due at once. How
  // it went is not known, so it may come twice.
  absl::StatusOr<int64_t> ResumeInterrupted(absl::Time now);
  // After the wall clock was set back: what was written "later" than now keeps
  // how long it had left.
  absl::StatusOr<int64_t> FollowClock(absl::Time now);

  // A parked one is due at once, with as much time as it had at first.
  // NotFound, or FailedPrecondition naming its state.
  absl::Status Retry(uint64_t id, absl::Time now);

  struct Filter {
    std::optional<DeliveryState> state;
    std::string channel;  // empty: any
    std::string leader;
    std::string subscription;
    std::string period;
  };
  // The latest first.
  absl::StatusOr<std::vector<Delivery>> List(const Filter& filter, size_t most);
  absl::StatusOr<std::optional<Delivery>> Find(uint64_t id);
  // The digest; nothing: the queue keeps it no longer.
  absl::StatusOr<std::optional<std::string>> Body(const Delivery& delivery);

  struct Totals {
    std::map<std::string, std::map<DeliveryState, uint64_t>> by_channel;
    uint64_t dropped = 0;  // unfinished ones that went with their digest
  };
  absl::StatusOr<Totals> Count();

 private:
  absl::StatusOr<std::vector<Delivery>> Read(store::Statement& statement);
  store::Database& database_;
};

}  // namespace earshot::feed

#endif  // EARSHOT_DASHBOARD_FEED_OUTBOX_DELIVERIES_H_
