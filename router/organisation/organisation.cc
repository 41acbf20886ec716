#include "router/organisation/organisation.h"

#include <fmt/format.h>

#include <algorithm>
#include <set>
#include <utility>
#include <vector>

#include "base/config/text_config.h"
#include "base/os/sha256.h"
#include "proto/contract/names.h"
#include "proto/contract/subscription.h"
#include "proto/contract/validate.h"
#include "router/organisation/check.h"

namespace earshot::router {
namespace {

using Mistakes = std::vector<config::Mistake>;

void Add(Mistakes& mistakes, std::string text) {
  mistakes.push_back({0, std::move(text)});
}

// Each with the line on which its part of the file stands, as far as known.
Mistakes WithLines(const v1::Organisation& organisation,
                   const config::FieldLines& lines) {
  Mistakes mistakes;
  for (OrganisationMistake& found : FindMistakes(organisation)) {
    const auto line = lines.find({found.field, found.index});
    mistakes.push_back(
        {line == lines.end() ? 0 : line->second, std::move(found.text)});
  }
  std::stable_sort(mistakes.begin(), mistakes.end(),
                   [](const config::Mistake& a, const config::Mistake& b) {
                     return a.line < b.line;
                   });
  return mistakes;
}

}  // namespace

v1::Organisation DefaultOrganisation() {
  v1::Organisation organisation;
  v1::Leader& leader = *organisation.add_leaders();
  leader.set_id("leader");
  leader.set_name("Leader");
  return organisation;
}

v1::Subscriptions DefaultSubscriptions(const v1::Organisation& organisation) {
  v1::Subscriptions subscriptions;
  for (const v1::Leader& leader : organisation.leaders()) {
    v1::Subscription& subscription = *subscriptions.add_subscriptions();
    subscription.set_id(leader.id() + "-daily");
    subscription.set_leader(leader.id());
    subscription.set_cadence(v1::Subscription::DAILY);
  }
  return subscriptions;
}

absl::Status CheckOrganisation(const v1::Organisation& organisation) {
  return config::AsStatus("organisation", WithLines(organisation, {}));
}

absl::Status CheckSubscriptions(const v1::Subscriptions& subscriptions,
                                const v1::Organisation& organisation) {
  Mistakes mistakes;
  std::set<std::string> ids;
  std::set<std::string> leaders;
  for (const v1::Leader& leader : organisation.leaders()) {
    leaders.insert(leader.id());
  }
  for (const v1::Subscription& s : subscriptions.subscriptions()) {
    if (!contract::IsName(s.id()) || !ids.insert(s.id()).second) {
      Add(mistakes,
          fmt::format("subscription id '{}' is empty or there twice", s.id()));
    }
    if (!leaders.contains(s.leader())) {
      Add(mistakes, fmt::format("subscription '{}': leader '{}' is not in the "
                                "organisation",
                                s.id(), s.leader()));
    }
    for (std::string& mistake : contract::SubscriptionMistakes(s)) {
      Add(mistakes, std::move(mistake));
    }
  }
  return config::AsStatus("subscriptions", mistakes);
}

absl::StatusOr<v1::Organisation> LoadOrganisation(const std::string& path) {
  v1::Organisation organisation;
  config::FieldLines lines;
  absl::Status status = config::LoadFile(path, organisation, &lines);
  if (status.ok()) {
    status = config::AsStatus(path, WithLines(organisation, lines));
  }
  if (!status.ok()) return status;
  return organisation;
}

absl::StatusOr<v1::Subscriptions> LoadSubscriptions(
    const std::string& path, const v1::Organisation& organisation) {
  v1::Subscriptions subscriptions;
  absl::Status status = config::LoadFile(path, subscriptions);
  if (status.ok()) status = CheckSubscriptions(subscriptions, organisation);
  if (!status.ok()) return status;
  return subscriptions;
}

std::string LeaderName(const v1::Organisation& organisation,
                       std::string_view leader) {
  for (const v1::Leader& entry : organisation.leaders()) {
    if (entry.id() == leader && !entry.name().empty()) return entry.name();
  }
  return std::string(leader);
}

template <typename Message>
v1::Configured AsConfigured(const Message& message) {
  v1::Configured configured;
  message.SerializeToString(configured.mutable_body());
  configured.set_sha256(os::Sha256(configured.body()));
  return configured;
}
template v1::Configured AsConfigured(const v1::Organisation&);
template v1::Configured AsConfigured(const v1::Subscriptions&);

}  // namespace earshot::router
