#include "dashboard_feed/channels/carriers.h"

#include <utility>

#include "dashboard_feed/channels/curl_carrier.h"
#include "dashboard_feed/channels/line_carrier.h"

namespace earshot::feed {

absl::StatusOr<std::unique_ptr<Carriers>> Carriers::Make(
    const Channels& channels) {
  std::unique_ptr<Carriers> carriers(new Carriers());
  for (const auto& [name, channel] : channels.all()) {
    std::unique_ptr<Carrier>& carrier = carriers->by_channel_[name];
    if (channel.config.has_webhook() || channel.config.has_smtp()) {
      auto made = CurlCarrier::Make(carriers->ready_);
      if (!made.ok()) return made.status();
      carrier = *std::move(made);
    } else {
      carrier = std::make_unique<LineCarrier>(carriers->ready_);
    }
  }
  return carriers;
}

void Carriers::Carry(Parcel parcel) {
  Carrier& carrier = *by_channel_.at(parcel.channel);
  carrier.Carry(std::move(parcel));
}

std::optional<Carried> Carriers::Take() {
  ready_.Clear();
  for (const auto& [name, carrier] : by_channel_) {
    if (auto carried = carrier->Take()) {
      // There may be more.
      ready_.Notify();
      return carried;
    }
  }
  return std::nullopt;
}

}  // namespace earshot::feed
