#include "router/organisation/organisation.h"

#include <fmt/format.h>

#include <algorithm>
#include <set>
#include <utility>
#include <vector>

#include "base/config/text_config.h"
#include "base/os/sha256.h"
#include "proto/contract/names.h"
#include "proto/contract/validate.h"
#include "router/organisation/check.h"

namespace earshot::router {
namespace {

using Mistakes = std::vector<config::Mistake>;

constexpr int kMostChannels = 8;  // of a subscription

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
  static const std::set<std::string> kDays{"",          "monday",   "tuesday",
                                           "wednesday", "thursday", "friday",
                                           "saturday",  "sunday"};
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
    if (!s.at().empty() && !ParseTimeOfDay(s.at()).ok()) {
      Add(mistakes, fmt::format("subscription '{}': '{}' is not a time such "
                                "as 08:00",
                                s.id(), s.at()));
    }
    if (!kDays.contains(s.weekday())) {
      Add(mistakes, fmt::format("subscription '{}': '{}' is not a weekday such "
                                "as monday",
                                s.id(), s.weekday()));
    }
    if (s.cadence() == v1::Subscription::EVERY_MINUTES &&
        (s.minutes() < 1 || s.minutes() > 1440)) {
      Add(mistakes,
          fmt::format("subscription '{}': minutes is 1 to 1440", s.id()));
    }
    for (const std::string& kind : s.kinds()) {
      if (contract::ParseKind(kind)) continue;
      Add(mistakes, fmt::format("subscription '{}': '{}' is not a kind such as "
                                "pain_point",
                                s.id(), kind));
    }
    if (s.top() > 50) {
      Add(mistakes,
          fmt::format("subscription '{}': top is at most 50", s.id()));
    }
    const std::set<std::string> channels(s.channels().begin(),
                                         s.channels().end());
    if (s.channels_size() > kMostChannels || channels.contains("") ||
        static_cast<int>(channels.size()) != s.channels_size()) {
      Add(mistakes, fmt::format("subscription '{}': channels are at most {}, "
                                "each once, by the names that the feed's "
                                "configuration gives them",
                                s.id(), kMostChannels));
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

absl::StatusOr<int> ParseTimeOfDay(std::string_view text) {
  const auto digit = [&](size_t i) {
    return text[i] >= '0' && text[i] <= '9' ? text[i] - '0' : -1;
  };
  if (text.size() == 5 && text[2] == ':' && digit(0) >= 0 && digit(1) >= 0 &&
      digit(3) >= 0 && digit(4) >= 0) {
    const int hours = digit(0) * 10 + digit(1);
    const int minutes = digit(3) * 10 + digit(4);
    if (hours < 24 && minutes < 60) return hours * 60 + minutes;
  }
  return absl::InvalidArgumentError(
      fmt::format("'{}' is not a time such as 08:00", text));
}

}  // namespace earshot::router
