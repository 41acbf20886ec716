#include "base/wire/delivery.h"

#include <algorithm>
#include <utility>

namespace earshot::wire {

DeliverySender::DeliverySender(uint64_t generation, const v1::Cursor& cursor)
    : generation_(generation) {
  OnSnapshotRequest(cursor);
}

std::optional<v1::Delivery> DeliverySender::Wrap(std::vector<v1::Item> items) {
  if (items.empty()) return std::nullopt;
  v1::Delivery delivery;
  delivery.set_generation(generation_);
  delivery.set_prev_seq(sent_);
  delivery.set_reset(std::exchange(reset_, false));
  sent_ = items.back().seq();
  for (v1::Item& item : items) *delivery.add_items() = std::move(item);
  in_flight_.push_back(sent_);
  return delivery;
}

void DeliverySender::OnAck(const v1::Cursor& cursor) {
  if (cursor.generation() != generation_) return;
  progress_ = true;
  acked_ = cursor;
  std::erase_if(in_flight_,
                [&](uint64_t last) { return last <= cursor.seq(); });
}

bool DeliverySender::Overdue(absl::Duration now) {
  if (std::exchange(progress_, false) || in_flight_.empty()) {
    progress_at_ = now;
    return false;
  }
  if (now - progress_at_ < kDeliverAgainAfter) return false;
  OnSnapshotRequest(acked_);
  return true;
}

void DeliverySender::OnSnapshotRequest(const v1::Cursor& cursor) {
  progress_ = true;
  acked_ = cursor;
  in_flight_.clear();
  reset_ = cursor.generation() != generation_;
  sent_ = reset_ ? 0 : cursor.seq();
}

DeliveryCheck CheckDelivery(const v1::Delivery& delivery,
                            const v1::Cursor& cursor) {
  // One of the peer's own generation is a repeat of what began it.
  if (delivery.reset() && delivery.generation() != cursor.generation()) {
    return delivery.prev_seq() == 0 ? DeliveryCheck::kTake
                                    : DeliveryCheck::kGap;
  }
  if (delivery.generation() != cursor.generation()) return DeliveryCheck::kGap;
  if (delivery.prev_seq() == cursor.seq()) return DeliveryCheck::kTake;
  const uint64_t last = delivery.items_size() == 0
                            ? delivery.prev_seq()
                            : delivery.items(delivery.items_size() - 1).seq();
  return last <= cursor.seq() ? DeliveryCheck::kAlreadyHave
                              : DeliveryCheck::kGap;
}

}  // namespace earshot::wire
