#ifndef EARSHOT_BASE_WIRE_DELIVERY_H_
#define EARSHOT_BASE_WIRE_DELIVERY_H_

#include <cstdint>
#include <optional>
#include <vector>

#include "absl/time/time.h"
#include "earshot/v1/session.pb.h"

// Numbered deliveries from a hub to a peer, at least once, and taken once by
// the peer's durable cursor.
namespace earshot::wire {

inline constexpr size_t kDeliveryItems = 200;        // in one frame
inline constexpr size_t kDeliveryBytes = 128 << 10;  // about, in one frame
inline constexpr uint64_t kDeliveriesInFlight = 4;   // frames not yet acked
// Unacknowledged for so long, they are sent again.
inline constexpr absl::Duration kDeliverAgainAfter = absl::Seconds(30);

// The hub's side for one session: which items to send next. Pure; one thread.
class DeliverySender {
 public:
  // `cursor` is what the peer has; of another generation, everything is sent
  // again from the start, marked as a reset.
  DeliverySender(uint64_t generation, const v1::Cursor& cursor);

  bool HasRoom() const { return in_flight_.size() < kDeliveriesInFlight; }
  // Items with a greater number are wanted.
  uint64_t after() const { return sent_; }
  // Wraps items, in rising order, all after after(). Nothing for no items.
  std::optional<v1::Delivery> Wrap(std::vector<v1::Item> items);
  void OnAck(const v1::Cursor& cursor);
  // To be called every second or so. True: nothing was acknowledged for
  // kDeliverAgainAfter, and what is in flight is wanted once more.
  bool Overdue(absl::Duration now);
  // The peer asks again from its cursor.
  void OnSnapshotRequest(const v1::Cursor& cursor);

 private:
  uint64_t generation_;
  uint64_t sent_ = 0;
  bool reset_ = false;
  v1::Cursor acked_;
  bool progress_ = true;  // since the last call of Overdue
  absl::Duration progress_at_;
  std::vector<uint64_t> in_flight_;  // last number of each frame
};

// The peer's side: whether a delivery follows its cursor.
enum class DeliveryCheck { kTake, kAlreadyHave, kGap };
DeliveryCheck CheckDelivery(const v1::Delivery& delivery,
                            const v1::Cursor& cursor);

}  // namespace earshot::wire

#endif  // EARSHOT_BASE_WIRE_DELIVERY_H_
