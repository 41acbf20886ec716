#include "dashboard_feed/mirror/in_force.h"

#include <set>

namespace earshot::feed {

v1::Subscriptions InForce(const v1::Subscriptions& file,
                          const SubscriptionChanges& changes) {
  v1::Subscriptions in_force;
  std::set<std::string> of_file;
  for (const v1::Subscription& subscription : file.subscriptions()) {
    of_file.insert(subscription.id());
    const auto change = changes.find(subscription.id());
    const bool changed = change != changes.end() && change->second.has_set() &&
                         change->second.leader() == subscription.leader();
    *in_force.add_subscriptions() =
        changed ? change->second.set() : subscription;
  }
  for (const auto& [id, change] : changes) {
    if (change.has_set() && !of_file.contains(id)) {
      *in_force.add_subscriptions() = change.set();
    }
  }
  return in_force;
}

}  // namespace earshot::feed
