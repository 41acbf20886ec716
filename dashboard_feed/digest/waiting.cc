#include "dashboard_feed/digest/waiting.h"

#include <fmt/format.h>

#include "dashboard_feed/digest/issue.h"
#include "proto/contract/deputies.h"
#include "proto/contract/times.h"

namespace earshot::feed {

std::set<std::string> ActsFor(const v1::Organisation& organisation,
                              const v1::Leader& leader, absl::Time now) {
  std::set<std::string> acts_for{leader.id()};
  for (const v1::Leader& other : organisation.leaders()) {
    if (other.deputies().empty()) continue;
    absl::TimeZone zone = absl::UTCTimeZone();
    if (!other.time_zone().empty()) {
      absl::LoadTimeZone(other.time_zone(), &zone);
    }
    const v1::Deputy* deputy = contract::DeputyOf(other, now, zone);
    if (deputy != nullptr && deputy->leader() == leader.id()) {
      acts_for.insert(other.id());
    }
  }
  return acts_for;
}

Waiting::Waiting(const Model& model, const v1::Leader& leader, absl::Time now)
    : model_(model), acts_for_(ActsFor(model.organisation, leader, now)) {
  for (const std::string& id : acts_for_) {
    if (const auto number = model.words.leaders.Find(id)) {
      numbers_.insert(*number);
    }
  }
}

bool Waiting::IsEscalated(const Glance& glance) const {
  return glance.escalation != v1::Escalation::STAGE_UNSPECIFIED &&
         IsOpenIssue(glance) &&
         (glance.escalation == v1::Escalation::OVERDUE ||
          numbers_.contains(glance.facts->escalated_to));
}

std::string Waiting::Text(const v1::Insight& insight,
                          absl::TimeZone zone) const {
  const v1::Escalation& told = insight.escalation();
  const std::string due =
      absl::FormatTime("%Y-%m-%d %H:%M", contract::ToTime(told.due()), zone);
  const v1::Leader* leader = model_.FindLeader(told.leader());
  const std::string name = leader == nullptr || leader->name().empty()
                               ? told.leader()
                               : leader->name();
  switch (told.stage()) {
    case v1::Escalation::REMINDED:
      return acts_for_.contains(told.leader())
                 ? fmt::format("waits for you; due {}", due)
                 : fmt::format("waits for {}; due {}", name, due);
    case v1::Escalation::ESCALATED:
      return acts_for_.contains(told.leader())
                 ? fmt::format("was due {}, and is passed on to you", due)
                 : fmt::format("was due {}, and is passed on to {}", due, name);
    case v1::Escalation::OVERDUE:
      return fmt::format("was due {}; no leader has seen to it", due);
    default:
      return "";
  }
}

}  // namespace earshot::feed
