#include "proto/contract/deputies.h"

#include <fmt/format.h>

#include <set>
#include <string_view>

#include "absl/time/civil_time.h"
#include "proto/contract/validate.h"

namespace earshot::contract {
namespace {

// 2026-12-21 and nothing else that a library takes for a day: no year of many
// digits, no space.
bool IsDay(const std::string& text) {
  constexpr std::string_view kShape = "dddd-dd-dd";
  if (text.size() != kShape.size()) return false;
  for (size_t i = 0; i < kShape.size(); ++i) {
    const bool fits = kShape[i] == 'd' ? text[i] >= '0' && text[i] <= '9'
                                       : text[i] == kShape[i];
    if (!fits) return false;
  }
  absl::CivilDay day;
  return absl::ParseCivilTime(text, &day);
}

}  // namespace

const v1::Deputy* DeputyOf(const v1::Leader& leader, absl::Time now,
                           absl::TimeZone zone) {
  const absl::CivilDay today = absl::ToCivilDay(now, zone);
  for (const v1::Deputy& deputy : leader.deputies()) {
    absl::CivilDay day;
    if (absl::ParseCivilTime(deputy.from(), &day) && today < day) continue;
    if (absl::ParseCivilTime(deputy.until(), &day) && today > day) continue;
    return &deputy;
  }
  return nullptr;
}

std::optional<std::string> MistakeIn(const std::string& leader,
                                     const v1::Deputies& deputies) {
  if (deputies.deputies_size() > kMostDeputies) {
    return fmt::format("{} deputies, at most {}", deputies.deputies_size(),
                       kMostDeputies);
  }
  for (const v1::Deputy& deputy : deputies.deputies()) {
    if (!IsName(deputy.leader())) {
      return fmt::format("'{}' is no leader's name", deputy.leader());
    }
    if (deputy.leader() == leader) {
      return "nobody stands in for themselves";
    }
    if (!deputy.from().empty() && !IsDay(deputy.from())) {
      return fmt::format("'{}' is no day such as 2026-12-21", deputy.from());
    }
    if (!IsDay(deputy.until())) {
      return fmt::format("'{}' is no last day; give one such as 2027-01-06",
                         deputy.until());
    }
    absl::CivilDay from;
    absl::CivilDay until;
    absl::ParseCivilTime(deputy.until(), &until);
    if (absl::ParseCivilTime(deputy.from(), &from) && until < from) {
      return fmt::format("{} is before {}", deputy.until(), deputy.from());
    }
  }
  return std::nullopt;
}

std::optional<std::string> MistakeIn(const v1::Organisation& organisation,
                                     const v1::Deputies& deputies,
                                     absl::Time now, absl::TimeZone zone) {
  const absl::CivilDay today = absl::ToCivilDay(now, zone);
  for (const v1::Deputy& deputy : deputies.deputies()) {
    bool known = false;
    for (const v1::Leader& leader : organisation.leaders()) {
      known = known || leader.id() == deputy.leader();
    }
    if (!known) {
      return fmt::format("'{}' is no leader of the organisation",
                         deputy.leader());
    }
    absl::CivilDay until;
    if (!IsDay(deputy.until()) ||
        !absl::ParseCivilTime(deputy.until(), &until) || until < today) {
      return fmt::format("{} is over", deputy.until());
    }
    if (until - today > kLongestAbsenceDays) {
      return fmt::format(
          "{} is more than {} days away; the operator's file "
          "can name somebody for longer",
          deputy.until(), kLongestAbsenceDays);
    }
  }
  return std::nullopt;
}

DeputyLists DeputiesIn(const v1::Organisation& organisation) {
  DeputyLists lists;
  for (const v1::Leader& leader : organisation.leaders()) {
    if (leader.deputies().empty()) continue;
    *lists[leader.id()].mutable_deputies() = leader.deputies();
  }
  return lists;
}

void UseDeputies(const DeputyLists& own, const DeputyLists& of_file,
                 v1::Organisation& organisation) {
  std::set<std::string> leaders;
  for (const v1::Leader& leader : organisation.leaders()) {
    leaders.insert(leader.id());
  }
  for (v1::Leader& leader : *organisation.mutable_leaders()) {
    leader.clear_deputies();
    for (const DeputyLists* lists : {&own, &of_file}) {
      const auto found = lists->find(leader.id());
      if (found == lists->end()) continue;
      for (const v1::Deputy& deputy : found->second.deputies()) {
        if (leaders.contains(deputy.leader())) *leader.add_deputies() = deputy;
      }
    }
  }
}

}  // namespace earshot::contract
