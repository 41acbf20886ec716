#ifndef EARSHOT_DASHBOARD_FEED_CHANNELS_PACKING_H_
#define EARSHOT_DASHBOARD_FEED_CHANNELS_PACKING_H_

#include <cstdint>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "dashboard_feed/channels/configured.h"
#include "dashboard_feed/channels/parcel.h"
#include "dashboard_feed/templates/catalogue.h"
#include "earshot/v1/configuration.pb.h"
#include "earshot/v1/digest.pb.h"

namespace earshot::feed {

// What a channel sends of a digest, ready to go: rendered, signed, addressed.
// `delivery` is 0 for a test. An error says what in the configuration or in a
// template keeps it from being made; trying again makes no difference. Pure.
//
// `format` is what the subscription asks for: TEXT and HTML send a mail in
// that form alone, TEXT also text instead of a line of JSON to a file; where
// there is no choice the channel's own form stays.
absl::StatusOr<Parcel> Pack(
    const ConfiguredChannel& channel, const Catalogue& templates,
    const v1::Digest& digest, const Sending& sending, uint64_t delivery,
    absl::Time now,
    v1::Subscription::Format format = v1::Subscription::FORMAT_UNSPECIFIED);

}  // namespace earshot::feed

#endif  // EARSHOT_DASHBOARD_FEED_CHANNELS_PACKING_H_
