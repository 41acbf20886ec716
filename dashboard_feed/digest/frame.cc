#include "dashboard_feed/digest/frame.h"

#include "proto/contract/times.h"

namespace earshot::feed {

void FillFrame(const Model& model, const v1::Leader& leader,
               v1::Digest& digest) {
  digest.set_leader(leader.id());
  digest.set_leader_name(leader.name().empty() ? leader.id() : leader.name());
  digest.set_organisation(model.organisation.name());
  digest.set_chain_head(model.totals.chain_head());
}

void FillFrameAtOnce(const Model& model, const v1::Leader& leader,
                     const std::string& period, absl::Time now,
                     absl::TimeZone zone, v1::Digest& digest) {
  FillFrame(model, leader, digest);
  digest.set_alert(true);
  digest.set_period(period);
  digest.set_time_zone(zone.name());
  *digest.mutable_from() = contract::ToStamp(now);
  *digest.mutable_to() = digest.from();
  *digest.mutable_data_as_of() = digest.from();
}

void FillSubscription(const v1::Subscription* subscription,
                      v1::Digest& digest) {
  if (subscription == nullptr) return;
  digest.set_subscription(subscription->id());
  digest.set_language(subscription->language());
}

}  // namespace earshot::feed
