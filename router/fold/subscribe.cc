#include <fmt/format.h>

#include <string>

#include "proto/contract/subscription.h"
#include "proto/contract/times.h"
#include "router/fold/fold.h"

// What leaders arranged for themselves: the last change of each key is
// mirrored. The organisation's files play no part, so that the log alone makes
// the same again; who mirrors lays the changes over the file.
namespace earshot::router {

absl::Status Fold::FoldLeaderChange(const LogRow& row) {
  v1::LeaderChangeRecord record;
  if (!record.ParseFromString(row.body)) {
    return absl::DataLossError("a leader's change cannot be read");
  }
  const v1::LeaderChange& change = record.change();
  const auto body = views_.FindMirrored(contract::KeyOf(change));
  if (!body.ok()) return body.status();
  v1::LeaderChange known;
  known.ParseFromString(*body);
  if (!body->empty() &&
      contract::ToTime(change.at()) < contract::ToTime(known.at())) {
    return RefuseLeaderChange(change, "it was changed since");
  }
  if (change.has_deputies()) return PutLeaderChange(change);
  const auto why = WhyNoSubscription(change, known);
  if (!why.ok()) return why.status();
  if (*why != nullptr) return RefuseLeaderChange(change, *why);
  return PutLeaderChange(change);
}

// Null: it may be, and counts from now on.
absl::StatusOr<const char*> Fold::WhyNoSubscription(
    const v1::LeaderChange& change, const v1::LeaderChange& known) {
  const std::string in_force = "subscriptions/" + change.leader();
  const std::string ids = "subscription_ids/" + change.leader();
  auto own = views_.Number(in_force);
  auto used = views_.Number(ids);
  if (!own.ok()) return own.status();
  if (!used.ok()) return used.status();
  const bool had = known.has_set();
  const bool has = change.has_set();
  const bool fresh = known.leader() != change.leader();
  if (had && fresh) return "another leader has a subscription of that name";
  if (has && !had && *own >= contract::kMostOwnSubscriptions) {
    return "the leader has as many as there may be";
  }
  if (fresh && *used >= contract::kMostOwnIds) {
    return "the leader has used as many names as there may be";
  }
  if (!has && !had) return "there is nothing to remove";
  *own += has ? 1 : 0;
  *own -= had ? 1 : 0;
  *used += fresh ? 1 : 0;
  absl::Status status = views_.PutNumber(in_force, *own);
  if (status.ok()) status = views_.PutNumber(ids, *used);
  if (!status.ok()) return status;
  return nullptr;
}

absl::Status Fold::RefuseLeaderChange(const v1::LeaderChange& change,
                                      const char* why) {
  counters_.decisions_refused.Add();
  log_.Warn("leader_change_refused", {{"change", contract::KeyOf(change)},
                                      {"leader", change.leader()},
                                      {"why", why}});
  return absl::OkStatus();
}

absl::Status Fold::PutLeaderChange(const v1::LeaderChange& change) {
  const std::string key = contract::KeyOf(change);
  absl::Status status =
      PutItem(key, v1::UPDATE_LEADER_CHANGE, change.SerializeAsString());
  if (!status.ok()) return status;
  counters_.decisions.Add();
  log_.Info("leader_changed", {{"change", key}, {"leader", change.leader()}});
  return status;
}

}  // namespace earshot::router
