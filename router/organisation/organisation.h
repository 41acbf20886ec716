#ifndef EARSHOT_ROUTER_ORGANISATION_ORGANISATION_H_
#define EARSHOT_ROUTER_ORGANISATION_ORGANISATION_H_

#include <string>
#include <string_view>

#include "absl/status/statusor.h"
#include "earshot/v1/configuration.pb.h"
#include "earshot/v1/insight.pb.h"

// The files an organisation gives the router. Each is checked as a whole, with
// every mistake listed, before anything of it takes effect.
namespace earshot::router {

// Without a file: no sites but those that report, and one leader named
// "leader" who sees everything.
v1::Organisation DefaultOrganisation();
// Without a file: a daily digest at 08:00 for each leader.
v1::Subscriptions DefaultSubscriptions(const v1::Organisation& organisation);

absl::StatusOr<v1::Organisation> LoadOrganisation(const std::string& path);
absl::StatusOr<v1::Subscriptions> LoadSubscriptions(
    const std::string& path, const v1::Organisation& organisation);

absl::Status CheckOrganisation(const v1::Organisation& organisation);
absl::Status CheckSubscriptions(const v1::Subscriptions& subscriptions,
                                const v1::Organisation& organisation);

// How a leader signs: the name, else the id.
std::string LeaderName(const v1::Organisation& organisation,
                       std::string_view leader);

// A file as it is mirrored: its content and the hash of that.
template <typename Message>
v1::Configured AsConfigured(const Message& message);

}  // namespace earshot::router

#endif  // EARSHOT_ROUTER_ORGANISATION_ORGANISATION_H_
