#ifndef EARSHOT_DASHBOARD_FEED_CHANNELS_HATCH_H_
#define EARSHOT_DASHBOARD_FEED_CHANNELS_HATCH_H_

#include <deque>
#include <mutex>
#include <optional>

#include "base/os/poll.h"
#include "dashboard_feed/channels/parcel.h"

namespace earshot::feed {

// The two queues between the feed's thread and a carrier's own: parcels to go,
// and how they went. Bounded by its user, who has only so many on their way.
// Any thread.
class Hatch {
 public:
  // `ready` is notified whenever there is something to collect; it outlives
  // this.
  explicit Hatch(os::Wakeup& ready) : ready_(ready) {}

  void Give(Parcel parcel) {
    const std::lock_guard lock(mutex_);
    parcels_.push_back(std::move(parcel));
  }
  std::optional<Parcel> Next() {
    const std::lock_guard lock(mutex_);
    if (parcels_.empty()) return std::nullopt;
    Parcel parcel = std::move(parcels_.front());
    parcels_.pop_front();
    return parcel;
  }
  void Done(Carried carried) {
    {
      const std::lock_guard lock(mutex_);
      carried_.push_back(std::move(carried));
    }
    ready_.Notify();
  }
  std::optional<Carried> Collect() {
    const std::lock_guard lock(mutex_);
    if (carried_.empty()) return std::nullopt;
    Carried carried = std::move(carried_.front());
    carried_.pop_front();
    return carried;
  }

 private:
  os::Wakeup& ready_;
  std::mutex mutex_;
  std::deque<Parcel> parcels_;
  std::deque<Carried> carried_;
};

}  // namespace earshot::feed

#endif  // EARSHOT_DASHBOARD_FEED_CHANNELS_HATCH_H_
