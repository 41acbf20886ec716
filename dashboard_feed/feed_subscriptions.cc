// What leaders arrange for themselves, what is sent to them and who stands in:
// what is in force, and changes on their way.
#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "dashboard_feed/feed.h"
#include "earshot/v1/observation.pb.h"
#include "proto/contract/deputies.h"
#include "proto/contract/subscription.h"
#include "proto/contract/times.h"

namespace earshot::feed {
namespace {

constexpr uint32_t kChangeLane = 1;  // routine, as decisions

const v1::Subscription* FindIn(const v1::Subscriptions& subscriptions,
                               const std::string& id) {
  for (const v1::Subscription& one : subscriptions.subscriptions()) {
    if (one.id() == id) return &one;
  }
  return nullptr;
}

const v1::LeaderChange* OwnChange(const Model& model, const std::string& leader,
                                  const std::string& id) {
  const auto found = model.subscription_changes.find(id);
  if (found == model.subscription_changes.end() || !found->second.has_set() ||
      found->second.leader() != leader) {
    return nullptr;
  }
  return &found->second;
}

absl::Status CheckRemove(const Model& model, const v1::Leader& leader,
                         const std::string& id) {
  if (OwnChange(model, leader.id(), id) != nullptr) return absl::OkStatus();
  const v1::Subscription* of_file = FindIn(model.subscriptions_file, id);
  if (of_file != nullptr && of_file->leader() == leader.id()) {
    return absl::FailedPreconditionError(
        fmt::format("'{}' is in the operator's file; to stop it: 'earshot-feed "
                    "subscription set {} --as {} --paused'",
                    id, id, leader.id()));
  }
  return absl::NotFoundError(
      fmt::format("'{}' has no subscription '{}'; 'earshot-feed subscription "
                  "list --as {}' shows those there are",
                  leader.id(), id, leader.id()));
}

absl::Status CheckDeputies(const Model& model, const v1::Leader& leader,
                           const v1::Deputies& wanted, absl::Time now) {
  absl::TimeZone zone = absl::UTCTimeZone();
  absl::LoadTimeZone(leader.time_zone(), &zone);
  const auto mistake =
      contract::MistakeIn(model.organisation, wanted, now, zone);
  return mistake ? absl::InvalidArgumentError(*mistake) : absl::OkStatus();
}

// Of the last that is known of the same; at the beginning of time: of none.
absl::Time ChangedAt(const Model& model, const v1::LeaderChange& change) {
  if (change.has_deputies()) {
    const auto found = model.deputies_changed_at.find(change.leader());
    return found == model.deputies_changed_at.end() ? absl::InfinitePast()
                                                    : found->second;
  }
  const auto found =
      model.subscription_changes.find(contract::SubscriptionOf(change));
  return found == model.subscription_changes.end()
             ? absl::InfinitePast()
             : contract::ToTime(found->second.at());
}

std::string WhatIs(const v1::LeaderChange& change) {
  if (!change.has_deputies()) {
    return fmt::format("{} of '{}'", change.has_set() ? "change" : "removal",
                       contract::SubscriptionOf(change));
  }
  return change.deputies().deputies().empty() ? "that nobody else stands in"
                                              : "who stands in";
}

}  // namespace

absl::Status Feed::CheckSet(const v1::Leader& leader,
                            const v1::Subscription& wanted) const {
  const Model& model = mirror_->model();
  const v1::Subscription* there = FindIn(model.subscriptions, wanted.id());
  if (there == nullptr) there = FindIn(model.subscriptions_file, wanted.id());
  if (there != nullptr && there->leader() != leader.id()) {
    return absl::AlreadyExistsError(
        fmt::format("the name '{}' is taken; choose another, such as {}-{}",
                    wanted.id(), leader.id(), wanted.id()));
  }
  std::vector<std::string> mistakes =
      contract::OutsideOf(model.organisation, leader, wanted);
  for (const std::string& name : wanted.channels()) {
    if (channels_->Find(name) != nullptr) continue;
    mistakes.push_back(
        fmt::format("subscription '{}': the feed has no channel '{}', only {}",
                    wanted.id(), name, channels_->Names()));
  }
  if (!mistakes.empty()) {
    return absl::InvalidArgumentError(
        fmt::format("{}", fmt::join(mistakes, "\n")));
  }
  const auto own = std::count_if(
      model.subscription_changes.begin(), model.subscription_changes.end(),
      [&](const auto& entry) {
        return entry.second.has_set() && entry.first != wanted.id() &&
               entry.second.leader() == leader.id();
      });
  if (static_cast<uint64_t>(own) >= contract::kMostOwnSubscriptions) {
    return absl::ResourceExhaustedError(fmt::format(
        "'{}' has {} subscriptions of their own, which is the most; remove one "
        "first",
        leader.id(), own));
  }
  return absl::OkStatus();
}

absl::StatusOr<std::string> Feed::ChangeOwn(const v1::Leader& leader,
                                            const std::string& body) {
  v1::LeaderChange change;
  if (!change.ParseFromString(body)) {
    return absl::InvalidArgumentError(
        "the change cannot be read; use the client of this release");
  }
  const Model& model = mirror_->model();
  const absl::Time now = clock_.Wall();
  change.set_leader(leader.id());
  if (change.has_set()) change.mutable_set()->set_leader(leader.id());
  if (const auto refusal = contract::Validate(change)) {
    return absl::InvalidArgumentError(refusal->text);
  }
  if (contract::LooksPersonal(redactor_, change)) {
    return absl::InvalidArgumentError(
        "a name in it looks like a personal number or address; choose another");
  }
  absl::Status status =
      change.has_set() ? CheckSet(leader, change.set())
      : change.has_deputies()
          ? CheckDeputies(model, leader, change.deputies(), now)
          : CheckRemove(model, leader, change.remove());
  if (!status.ok()) return status;
  // Later than the last one, whatever the clock says.
  *change.mutable_at() = contract::ToStamp(
      std::max(now, ChangedAt(model, change) + absl::Milliseconds(1)));
  spool::NewRecord record;
  record.lane = kChangeLane;
  record.kind = v1::RECORD_LEADER_CHANGE;
  record.id = random_.Bytes(wire::kRecordIdBytes);
  change.SerializeToString(&record.body);
  const auto appended = spool_->Append({record}, now);
  if (!appended.ok()) return appended.status();
  log_.Info("leader_change_spooled",
            {{"leader", leader.id()}, {"change", contract::KeyOf(change)}});
  return fmt::format(
      "{} recorded; it goes to the router{}, and counts once it is back",
      WhatIs(change),
      connected_at_ == absl::InfiniteDuration() ? " as soon as that is reached"
                                                : "");
}

v1::SubscriptionList Feed::SubscriptionsOf(const v1::Leader& leader) const {
  const Model& model = mirror_->model();
  v1::SubscriptionList list;
  for (const v1::Subscription& one : model.subscriptions.subscriptions()) {
    if (one.leader() != leader.id()) continue;
    v1::SubscriptionList::Entry& entry = *list.add_entries();
    *entry.mutable_subscription() = one;
    entry.set_in_file(FindIn(model.subscriptions_file, one.id()) != nullptr);
    const auto* change = OwnChange(model, leader.id(), one.id());
    if (change == nullptr) continue;
    entry.set_changed(true);
    *entry.mutable_at() = change->at();
  }
  *list.mutable_deputies() = leader.deputies();
  const auto of_file = model.deputies_of_file.find(leader.id());
  const int from_file = of_file == model.deputies_of_file.end()
                            ? 0
                            : of_file->second.deputies_size();
  list.set_own_deputies(
      static_cast<uint32_t>(std::max(0, leader.deputies_size() - from_file)));
  return list;
}

}  // namespace earshot::feed
