#include "router/organisation/organisation.h"

#include <fmt/format.h>

#include <set>
#include <utility>
#include <vector>

#include "absl/time/time.h"
#include "base/config/text_config.h"
#include "base/os/sha256.h"
#include "base/wire/keys.h"
#include "proto/contract/subscription.h"
#include "proto/contract/validate.h"

namespace earshot::router {
namespace {

using Mistakes = std::vector<config::Mistake>;

void Add(Mistakes& mistakes, std::string text) {
  mistakes.push_back({0, std::move(text)});
}

bool KnownZone(const std::string& zone) {
  absl::TimeZone ignored;
  return zone.empty() || absl::LoadTimeZone(zone, &ignored);
}

Mistakes CheckSites(const v1::Organisation& organisation,
                    std::set<std::string>& sites) {
  Mistakes mistakes;
  for (const v1::Site& site : organisation.sites()) {
    if (!contract::IsName(site.id())) {
      Add(mistakes, fmt::format("site id '{}' is not a name", site.id()));
    } else if (!sites.insert(site.id()).second) {
      Add(mistakes, fmt::format("site '{}' is there twice", site.id()));
    }
    if (!KnownZone(site.time_zone())) {
      Add(mistakes, fmt::format("site '{}': '{}' is not a time zone such as "
                                "Europe/Madrid",
                                site.id(), site.time_zone()));
    }
  }
  return mistakes;
}

void CheckLeader(const v1::Leader& leader, const std::set<std::string>& leaders,
                 const std::set<std::string>& sites, Mistakes& mistakes) {
  if (!leader.public_key().empty() &&
      !wire::CheckPublicKey(leader.public_key()).ok()) {
    Add(mistakes, fmt::format("leader '{}': the public key has 40 characters, "
                              "as the .pub file holds it",
                              leader.id()));
  }
  if (!leader.manager().empty() && !leaders.contains(leader.manager())) {
    Add(mistakes, fmt::format("leader '{}': manager '{}' is not in this file",
                              leader.id(), leader.manager()));
  }
  if (!KnownZone(leader.time_zone())) {
    Add(mistakes, fmt::format("leader '{}': '{}' is not a time zone such as "
                              "Europe/Madrid",
                              leader.id(), leader.time_zone()));
  }
  for (const std::string& site : leader.scope().sites()) {
    if (!sites.contains(site)) {
      Add(mistakes, fmt::format("leader '{}': site '{}' is not in this file",
                                leader.id(), site));
    }
  }
}

void CheckPromises(const v1::Organisation& organisation, Mistakes& mistakes) {
  constexpr int kMostPromises = 50;
  if (organisation.promises_size() > kMostPromises) {
    Add(mistakes, fmt::format("{} promises, at most {}",
                              organisation.promises_size(), kMostPromises));
  }
  std::set<std::string> ids;
  for (const v1::Promise& promise : organisation.promises()) {
    if (!contract::IsName(promise.id())) {
      Add(mistakes, fmt::format("promise id '{}' is not a name", promise.id()));
    } else if (!ids.insert(promise.id()).second) {
      Add(mistakes, fmt::format("promise '{}' is there twice", promise.id()));
    }
  }
}

// A weight beyond this would let one part decide alone.
void CheckWeights(const v1::PriorityWeights& weights, Mistakes& mistakes) {
  constexpr uint32_t kMost = 5000;
  for (const auto& [name, value] :
       {std::pair{"severity", weights.severity()},
        std::pair{"people", weights.people()},
        std::pair{"sites", weights.sites()},
        std::pair{"volume", weights.volume()},
        std::pair{"trend", weights.trend()},
        std::pair{"sentiment", weights.sentiment()},
        std::pair{"cost", weights.cost()}, std::pair{"age", weights.age()},
        std::pair{"recurrence", weights.recurrence()},
        std::pair{"safety", weights.safety()},
        std::pair{"regression", weights.regression()}}) {
    if (value > kMost) {
      Add(mistakes,
          fmt::format("priority.{} is {}, at most {}", name, value, kMost));
    }
  }
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
  std::set<std::string> sites;
  Mistakes mistakes = CheckSites(organisation, sites);
  std::set<std::string> leaders;
  for (const v1::Leader& leader : organisation.leaders()) {
    if (!contract::IsName(leader.id())) {
      Add(mistakes, fmt::format("leader id '{}' is not a name", leader.id()));
    } else if (!leaders.insert(leader.id()).second) {
      Add(mistakes, fmt::format("leader '{}' is there twice", leader.id()));
    }
  }
  for (const v1::Leader& leader : organisation.leaders()) {
    CheckLeader(leader, leaders, sites, mistakes);
  }
  CheckPromises(organisation, mistakes);
  CheckWeights(organisation.priority(), mistakes);
  if (leaders.empty()) Add(mistakes, "there is no leader to tell");
  const v1::SmallGroups& small = organisation.small_groups();
  for (const auto& [name, value] :
       {std::pair{"numbers", small.numbers()},
        std::pair{"verbatims", small.verbatims()}}) {
    if (value != 0 && value < 3) {
      Add(mistakes,
          fmt::format("small_groups.{} is {}, never below 3", name, value));
    }
  }
  return config::AsStatus("organisation", mistakes);
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
  absl::Status status = config::LoadFile(path, organisation);
  if (status.ok()) status = CheckOrganisation(organisation);
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
