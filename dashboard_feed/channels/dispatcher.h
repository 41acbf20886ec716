#ifndef EARSHOT_DASHBOARD_FEED_CHANNELS_DISPATCHER_H_
#define EARSHOT_DASHBOARD_FEED_CHANNELS_DISPATCHER_H_

#include <deque>
#include <map>
#include <string>

#include "absl/status/status.h"
#include "absl/time/time.h"
#include "base/os/clock.h"
#include "base/os/random.h"
#include "base/telemetry/log.h"
#include "base/telemetry/log_limiter.h"
#include "dashboard_feed/channels/configured.h"
#include "dashboard_feed/channels/parcel.h"
#include "dashboard_feed/outbox/deliveries.h"
#include "dashboard_feed/templates/catalogue.h"

namespace earshot::feed {

// Brings what the outbox owes to the channels: what is due goes out, and what
// comes back is stored as delivered, to be tried again, or parked. An attempt
// is noted as begun before it begins, and its outcome is kept in memory until
// it could be stored; so every delivery is made at least once, whenever the
// program ends. At most kOnTheirWay of a channel at once, each channel by
// itself. One thread.
class Dispatcher {
 public:
  static constexpr size_t kOnTheirWay = 4;

  // All outlive it.
  Dispatcher(Deliveries& deliveries, const Channels& channels,
             const Catalogue& templates, Carrier& carrier,
             const os::Clock& clock, os::Random& random, telemetry::Log& log);

  // What a leader can do about an item by a link in a mail.
  using Links = std::function<std::vector<Sending::Link>(
      const v1::Digest&, const v1::DigestItem&)>;
  void UseLinks(Links links) { links_ = std::move(links); }

  // Once, before the first Turn: takes up what an earlier run left.
  absl::Status Resume();
  // Never waits. Collect when the carrier has something; Turn when something
  // was queued, and every second.
  void Collect();
  void Turn();

  size_t on_their_way() const { return on_their_way_; }

 private:
  void StoreOutcomes();
  absl::Status Store(const Carried& carried);
  void Send(const ConfiguredChannel& channel);
  absl::Status SendOne(const ConfiguredChannel& channel,
                       const Delivery& delivery);
  void ParkUnknownChannels(absl::Time now);
  absl::Status Park(const Delivery& delivery, const std::string& why,
                    const std::string& detail);
  void NoteTrouble(const absl::Status& status);

  Deliveries& deliveries_;
  Links links_;
  const Channels& channels_;
  const Catalogue& templates_;
  Carrier& carrier_;
  const os::Clock& clock_;
  os::Random& random_;
  telemetry::Log& log_;
  telemetry::LogLimiter limiter_;
  std::map<std::string, size_t> by_channel_;  // on their way
  size_t on_their_way_ = 0;
  std::deque<Carried> outcomes_;  // not stored yet
};

}  // namespace earshot::feed

#endif  // EARSHOT_DASHBOARD_FEED_CHANNELS_DISPATCHER_H_
