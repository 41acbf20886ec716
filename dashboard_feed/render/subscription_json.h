#ifndef EARSHOT_DASHBOARD_FEED_RENDER_SUBSCRIPTION_JSON_H_
#define EARSHOT_DASHBOARD_FEED_RENDER_SUBSCRIPTION_JSON_H_

#include <nlohmann/json.hpp>

#include "earshot/v1/subscription.pb.h"

namespace earshot::feed {

// As commands and the API show one. Pure.
nlohmann::ordered_json SubscriptionAsJson(
    const v1::SubscriptionList::Entry& entry);
// Who stands in, in a list.
nlohmann::ordered_json DeputiesAsJson(const v1::SubscriptionList& list);

}  // namespace earshot::feed

#endif  // EARSHOT_DASHBOARD_FEED_RENDER_SUBSCRIPTION_JSON_H_
