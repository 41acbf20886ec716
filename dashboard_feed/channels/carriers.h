#ifndef EARSHOT_DASHBOARD_FEED_CHANNELS_CARRIERS_H_
#define EARSHOT_DASHBOARD_FEED_CHANNELS_CARRIERS_H_

#include <map>
#include <memory>
#include <string>

#include "absl/status/statusor.h"
#include "base/os/poll.h"
#include "dashboard_feed/channels/configured.h"
#include "dashboard_feed/channels/parcel.h"

namespace earshot::feed {

// A carrier for each configured channel, and so a thread for each: a channel
// can be late only by itself.
class Carriers final : public Carrier {
 public:
  static absl::StatusOr<std::unique_ptr<Carriers>> Make(
      const Channels& channels);

  // To a channel that Make knew.
  void Carry(Parcel parcel) override;
  int fd() const { return ready_.fd(); }
  std::optional<Carried> Take() override;

 private:
  Carriers() = default;

  os::Wakeup ready_;
  std::map<std::string, std::unique_ptr<Carrier>> by_channel_;
};

}  // namespace earshot::feed

#endif  // EARSHOT_DASHBOARD_FEED_CHANNELS_CARRIERS_H_
