#include <fmt/format.h>

#include <string>

#include "proto/contract/subscription.h"
#include "proto/contract/times.h"
#include "router/fold/fold.h"

// What leaders changed of their subscriptions: the last change of each id is
// mirrored. The organisation's files play no part, so that the log alone makes
// the same again; who mirrors lays the changes over the file.
namespace earshot::router {

absl::Status Fold::FoldSubscription(const LogRow& row) {
  v1::SubscriptionRecord record;
  if (!record.ParseFromString(row.body)) {
    return absl::DataLossError("a change of a subscription cannot be read");
  }
  const v1::SubscriptionChange& change = record.change();
  const std::string& id = contract::SubscriptionOf(change);
  const std::string key = "subscription/" + id;
  const auto body = views_.FindMirrored(key);
  if (!body.ok()) return body.status();
  v1::SubscriptionChange known;
  known.ParseFromString(*body);
  const std::string in_force = "subscriptions/" + change.leader();
  const std::string ids = "subscription_ids/" + change.leader();
  auto own = views_.Number(in_force);
  auto used = views_.Number(ids);
  if (!own.ok()) return own.status();
  if (!used.ok()) return used.status();
  const bool had = known.has_set();
  const bool has = change.has_set();
  const bool fresh = known.leader() != change.leader();
  const char* why = nullptr;
  if (had && fresh) {
    why = "another leader has a subscription of that name";
  } else if (!body->empty() &&
             contract::ToTime(change.at()) < contract::ToTime(known.at())) {
    why = "it was changed since";
  } else if (has && !had && *own >= contract::kMostOwnSubscriptions) {
    why = "the leader has as many as there may be";
  } else if (fresh && *used >= contract::kMostOwnIds) {
    why = "the leader has used as many names as there may be";
  } else if (!has && !had) {
    why = "there is nothing to remove";
  }
  if (why != nullptr) {
    counters_.decisions_refused.Add();
    log_.Warn(
        "subscription_refused",
        {{"subscription", id}, {"leader", change.leader()}, {"why", why}});
    return absl::OkStatus();
  }
  *own += has ? 1 : 0;
  *own -= had ? 1 : 0;
  *used += fresh ? 1 : 0;
  absl::Status status = views_.PutNumber(in_force, *own);
  if (status.ok()) status = views_.PutNumber(ids, *used);
  if (status.ok()) {
    status = PutItem(key, v1::UPDATE_SUBSCRIPTION, change.SerializeAsString());
  }
  if (!status.ok()) return status;
  counters_.decisions.Add();
  log_.Info("subscription_changed",
            {{"subscription", id}, {"leader", change.leader()}, {"set", has}});
  return status;
}

}  // namespace earshot::router
