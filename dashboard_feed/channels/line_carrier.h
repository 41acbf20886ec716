#ifndef EARSHOT_DASHBOARD_FEED_CHANNELS_LINE_CARRIER_H_
#define EARSHOT_DASHBOARD_FEED_CHANNELS_LINE_CARRIER_H_

#include <atomic>
#include <memory>
#include <thread>

#include "dashboard_feed/channels/hatch.h"
#include "dashboard_feed/channels/parcel.h"

namespace earshot::feed {

// Appends a channel's lines to a file or to standard output, one after the
// other, on a thread of its own: a disk that hangs or a pipe that nobody reads
// holds up no other channel. A file's line is on the disk when it counts as
// delivered. A line that was cut off is ended before the next one, so that a
// reader loses no other; it comes again whole.
class LineCarrier final : public Carrier {
 public:
  explicit LineCarrier(os::Wakeup& ready);
  ~LineCarrier() override;

  void Carry(Parcel parcel) override;
  std::optional<Carried> Take() override { return hatch_.Collect(); }

 private:
  void Run();
  Attempt Write(const Parcel& parcel);
  Attempt WriteFile(const JsonLine& line);
  Attempt WriteOutput(const JsonLine& line, absl::Duration limit);

  Hatch hatch_;
  os::Wakeup work_;
  std::atomic<bool> stopping_{false};
  bool output_cut_off_ = false;  // the thread's own
  std::thread thread_;
};

}  // namespace earshot::feed

#endif  // EARSHOT_DASHBOARD_FEED_CHANNELS_LINE_CARRIER_H_
