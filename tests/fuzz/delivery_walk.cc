#include "tests/fuzz/delivery_walk.h"

#include <cstdint>
#include <deque>
#include <optional>
#include <utility>
#include <vector>

#include "base/wire/delivery.h"

namespace earshot::fuzz {
namespace {

using wire::CheckDelivery;
using wire::DeliveryCheck;
using wire::DeliverySender;

class DeliveryWalk {
 public:
  explicit DeliveryWalk(Input& input) : hostile_(input.Bool()) { Dial(); }

  void Step(Input& input) {
    switch (input.Below(8)) {
      case 0:
        end_ += 1 + input.Below(4);  // numbers have gaps
        items_.push_back(end_);
        break;
      case 1:
      case 2:
        Send(1 + input.Below(3));
        break;
      case 3:
      case 4:
        Arrive();
        break;
      case 5:
        Dial();
        break;
      case 6:
        if (hostile_) sender_->OnAck(AnyCursor(input));
        break;
      default:
        if (hostile_) {
          sender_->OnSnapshotRequest(AnyCursor(input));
          in_flight_.clear();
        } else if (input.Below(8) == 7) {
          StartAgain();
        }
        break;
    }
  }

  // What an honest peer misses arrives once it stays connected.
  void Finish() {
    // A store that is empty has nothing to tell, not even that it is.
    if (hostile_ || items_.empty()) return;
    for (size_t i = 0; i < 3 * items_.size() + 8; ++i) {
      Send(2);
      Arrive();
    }
    Require(cursor_.seq() == items_.back(), "whatever is delivered arrives");
    Require(taken_ == items_, "each item is taken once, in order");
  }

 private:
  void Dial() {
    in_flight_.clear();
    sender_.emplace(generation_, cursor_);
  }

  // A store that numbers anew, as after it was restored.
  void StartAgain() {
    ++generation_;
    items_.clear();
    end_ = 0;
    Dial();
  }

  v1::Cursor AnyCursor(Input& input) {
    v1::Cursor cursor;
    cursor.set_generation(input.Bool() ? generation_ : input.Byte());
    cursor.set_seq(input.Number(1 + input.Below(8)));
    return cursor;
  }

  void Send(size_t most) {
    if (!sender_->HasRoom()) return;
    std::vector<v1::Item> items;
    for (const uint64_t seq : items_) {
      if (seq <= sender_->after() || items.size() == most) continue;
      items.emplace_back().set_seq(seq);
    }
    const uint64_t after = sender_->after();
    const bool any = !items.empty();
    auto delivery = sender_->Wrap(std::move(items));
    Require(delivery.has_value() == any, "items make a delivery, none do not");
    if (!delivery) return;
    Require(
        delivery->prev_seq() == after && delivery->generation() == generation_,
        "a delivery says what it follows");
    in_flight_.push_back(*std::move(delivery));
    Require(in_flight_.size() <= wire::kDeliveriesInFlight || hostile_,
            "deliveries in flight are bounded");
  }

  void Arrive() {
    if (in_flight_.empty()) return;
    const v1::Delivery delivery = std::move(in_flight_.front());
    in_flight_.pop_front();
    switch (CheckDelivery(delivery, cursor_)) {
      case DeliveryCheck::kTake:
        Take(delivery);
        break;
      case DeliveryCheck::kAlreadyHave:
        break;
      case DeliveryCheck::kGap:
        Require(hostile_, "an honest session has no gap");
        sender_->OnSnapshotRequest(cursor_);
        in_flight_.clear();
        return;
    }
    sender_->OnAck(cursor_);
  }

  void Take(const v1::Delivery& delivery) {
    if (delivery.reset()) taken_.clear();
    for (const v1::Item& item : delivery.items()) taken_.push_back(item.seq());
    cursor_.set_generation(delivery.generation());
    cursor_.set_seq(taken_.back());
  }

  const bool hostile_;
  uint64_t generation_ = 5;
  uint64_t end_ = 0;
  std::vector<uint64_t> items_;
  std::vector<uint64_t> taken_;
  v1::Cursor cursor_;
  std::optional<DeliverySender> sender_;
  std::deque<v1::Delivery> in_flight_;
};

}  // namespace

void WalkDeliveries(Input& input) {
  DeliveryWalk walk(input);
  while (!input.empty()) walk.Step(input);
  walk.Finish();
}

}  // namespace earshot::fuzz
