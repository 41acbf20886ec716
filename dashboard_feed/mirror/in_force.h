#ifndef EARSHOT_DASHBOARD_FEED_MIRROR_IN_FORCE_H_
#define EARSHOT_DASHBOARD_FEED_MIRROR_IN_FORCE_H_

#include <map>
#include <string>

#include "earshot/v1/configuration.pb.h"
#include "earshot/v1/subscription.pb.h"

namespace earshot::feed {

using SubscriptionChanges = std::map<std::string, v1::LeaderChange>;  // by id

// The subscriptions that count: the operator's file, over which leaders' own
// changes are laid. A change takes the place of the file's of the same id and
// leader; one whose id the file gives to another leader is left out. In the
// order of the file, then by id. Pure.
v1::Subscriptions InForce(const v1::Subscriptions& file,
                          const SubscriptionChanges& changes);

}  // namespace earshot::feed

#endif  // EARSHOT_DASHBOARD_FEED_MIRROR_IN_FORCE_H_
