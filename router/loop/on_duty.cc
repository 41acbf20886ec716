#include "router/loop/on_duty.h"

#include <algorithm>
#include <tuple>
#include <utility>

#include "router/loop/front_line.h"

namespace earshot::router {
namespace {

absl::TimeZone ZoneOf(const v1::Leader& leader) {
  absl::TimeZone zone = absl::UTCTimeZone();
  if (!leader.time_zone().empty()) {
    absl::LoadTimeZone(leader.time_zone(), &zone);
  }
  return zone;
}

contract::WorkingHours HoursOf(const v1::Organisation& organisation,
                               const v1::Leader& leader) {
  for (const v1::Calendar& calendar : organisation.calendars()) {
    if (calendar.id() == leader.calendar()) {
      return contract::WorkingHours(calendar, ZoneOf(leader));
    }
  }
  return contract::WorkingHours();
}

}  // namespace

OnDuty::OnDuty(v1::Organisation organisation)
    : organisation_(std::move(organisation)),
      rules_(RulesOf(organisation_.loop())) {
  for (const v1::Leader& leader : organisation_.leaders()) {
    Member& member = members_.emplace_back(
        Member{&leader, contract::LeaderScope(organisation_, leader),
               HoursOf(organisation_, leader), ZoneOf(leader)});
    for (const v1::Site& site : organisation_.sites()) {
      if (member.scope.OfSite(site.id()) != 0) ++member.sites;
    }
    by_id_[leader.id()] = members_.size() - 1;
  }
  for (Member& member : members_) {
    for (std::string above = Above(member.leader->id());
         !above.empty() && member.depth < organisation_.leaders_size();
         above = Above(above)) {
      ++member.depth;
    }
  }
  std::sort(members_.begin(), members_.end(),
            [](const Member& a, const Member& b) {
              return std::tuple(-a.depth, a.sites, a.leader->id()) <
                     std::tuple(-b.depth, b.sites, b.leader->id());
            });
  for (size_t i = 0; i < members_.size(); ++i) {
    by_id_[members_[i].leader->id()] = i;
  }
}

const OnDuty::Member* OnDuty::Find(const std::string& leader) const {
  const auto found = by_id_.find(leader);
  return found == by_id_.end() ? nullptr : &members_[found->second];
}

std::string OnDuty::Covering(const std::string& topic,
                             const v1::Cell& cell) const {
  std::string key = topic;
  for (const std::string* part :
       {&cell.site(), &cell.channel(), &cell.shift()}) {
    key += '\n';
    key += *part;
  }
  const auto known = known_.find(key);
  if (known != known_.end()) return known->second;
  std::string leader;
  for (const Member& member : members_) {
    if (!member.scope.Covers(topic, cell.site(), cell.channel(),
                             cell.shift())) {
      continue;
    }
    leader = member.leader->id();
    break;
  }
  if (known_.size() >= kMostKnown) known_.clear();
  return known_.emplace(std::move(key), std::move(leader)).first->second;
}

std::string OnDuty::InCharge(const v1::Insight& insight) const {
  if (Find(insight.taken_by()) != nullptr) return insight.taken_by();
  const v1::Cell* most = nullptr;
  for (const v1::Cell& cell : insight.cells()) {
    if (most == nullptr || cell.observations() > most->observations()) {
      most = &cell;
    }
  }
  return most == nullptr ? "" : Covering(insight.topic(), *most);
}

std::string OnDuty::Above(const std::string& leader) const {
  const Member* member = Find(leader);
  return member == nullptr || Find(member->leader->manager()) == nullptr ||
                 member->leader->manager() == leader
             ? ""
             : member->leader->manager();
}

absl::Time OnDuty::After(const std::string& leader, absl::Time from,
                         absl::Duration working) const {
  const Member* member = Find(leader);
  return member == nullptr ? from + working
                           : member->hours.After(from, working);
}

}  // namespace earshot::router
