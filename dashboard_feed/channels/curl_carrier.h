#ifndef EARSHOT_DASHBOARD_FEED_CHANNELS_CURL_CARRIER_H_
#define EARSHOT_DASHBOARD_FEED_CHANNELS_CURL_CARRIER_H_

#include <curl/curl.h>

#include <atomic>
#include <map>
#include <memory>
#include <thread>

#include "absl/status/statusor.h"
#include "dashboard_feed/channels/hatch.h"
#include "dashboard_feed/channels/parcel.h"
#include "dashboard_feed/channels/transfer.h"

namespace earshot::feed {

// Sends one channel's webhooks or mails, several at once, on a thread of its
// own: whatever may block there (a name server, a certificate store, a
// good-bye) holds up no other channel. What is on its way when this ends is
// broken off.
class CurlCarrier final : public Carrier {
 public:
  static absl::StatusOr<std::unique_ptr<CurlCarrier>> Make(os::Wakeup& ready);
  ~CurlCarrier() override;

  void Carry(Parcel parcel) override;
  std::optional<Carried> Take() override { return hatch_.Collect(); }

 private:
  CurlCarrier(os::Wakeup& ready, CURLM* multi);
  void Run();
  void Begin(Parcel parcel);
  void Collect();

  Hatch hatch_;
  CURLM* const multi_;
  std::atomic<bool> stopping_{false};
  std::map<CURL*, std::unique_ptr<Transfer>> transfers_;  // the thread's own
  std::thread thread_;
};

}  // namespace earshot::feed

#endif  // EARSHOT_DASHBOARD_FEED_CHANNELS_CURL_CARRIER_H_
