#include "router/organisation/check.h"

#include <fmt/format.h>

#include <set>
#include <utility>

#include "absl/time/civil_time.h"
#include "absl/time/time.h"
#include "base/wire/keys.h"
#include "proto/contract/deputies.h"
#include "proto/contract/leader_scope.h"
#include "proto/contract/names.h"
#include "proto/contract/validate.h"
#include "proto/contract/working_hours.h"
#include "router/organisation/check_goals.h"

namespace earshot::router {
namespace {

constexpr int kMostPromises = 50;
constexpr int kMostFunctions = 200;
constexpr uint32_t kLeastGroup = 3;

class Check {
 public:
  explicit Check(const v1::Organisation& organisation)
      : organisation_(organisation) {}

  std::vector<OrganisationMistake> Run() {
    Sites();
    Functions();
    for (int i = 0; i < organisation_.leaders_size(); ++i) {
      const std::string& id = organisation_.leaders(i).id();
      if (!contract::IsName(id)) {
        Add("leaders", i, fmt::format("leader id '{}' is not a name", id));
      } else if (!leaders_.insert(id).second) {
        Add("leaders", i, fmt::format("leader '{}' is there twice", id));
      }
    }
    for (int i = 0; i < organisation_.leaders_size(); ++i) Leader(i);
    if (leaders_.empty()) Add("", 0, "there is no leader to tell");
    Promises();
    for (OrganisationMistake& mistake : FindGoalMistakes(organisation_)) {
      mistakes_.push_back(std::move(mistake));
    }
    Weights();
    SmallGroups();
    Loop();
    Calendars();
    Retention();
    return std::move(mistakes_);
  }

 private:
  void Add(const char* field, int index, std::string text) {
    mistakes_.push_back({field, index, std::move(text)});
  }

  void Sites() {
    for (int i = 0; i < organisation_.sites_size(); ++i) {
      const v1::Site& site = organisation_.sites(i);
      if (!contract::IsName(site.id())) {
        Add("sites", i, fmt::format("site id '{}' is not a name", site.id()));
      } else if (!sites_.insert(site.id()).second) {
        Add("sites", i, fmt::format("site '{}' is there twice", site.id()));
      }
      if (!IsTimeZone(site.time_zone())) {
        Add("sites", i,
            fmt::format("site '{}': '{}' is not a time zone such as "
                        "Europe/Madrid",
                        site.id(), site.time_zone()));
      }
    }
  }

  void Functions() {
    if (organisation_.functions_size() > kMostFunctions) {
      Add("functions", kMostFunctions,
          fmt::format("{} functions, at most {}",
                      organisation_.functions_size(), kMostFunctions));
    }
    for (int i = 0; i < organisation_.functions_size(); ++i) {
      const v1::OrgFunction& function = organisation_.functions(i);
      if (!contract::IsName(function.id())) {
        Add("functions", i,
            fmt::format("function id '{}' is not a name", function.id()));
      } else if (!functions_.insert(function.id()).second) {
        Add("functions", i,
            fmt::format("function '{}' is there twice", function.id()));
      }
      if (function.topics().empty()) {
        Add("functions", i,
            fmt::format("function '{}' has no topics; name those that it "
                        "answers for",
                        function.id()));
      }
    }
  }

  void Leader(int index) {
    const v1::Leader& leader = organisation_.leaders(index);
    const auto add = [&](const std::string& text) {
      Add("leaders", index, fmt::format("leader '{}': {}", leader.id(), text));
    };
    if (!leader.public_key().empty() &&
        !wire::CheckPublicKey(leader.public_key()).ok()) {
      add("the public key has 40 characters, as the .pub file holds it");
    }
    if (!leader.manager().empty() && !leaders_.contains(leader.manager())) {
      add(fmt::format("manager '{}' is not in this file", leader.manager()));
    }
    if (!IsTimeZone(leader.time_zone())) {
      add(fmt::format("'{}' is not a time zone such as Europe/Madrid",
                      leader.time_zone()));
    }
    for (const std::string& function : leader.functions()) {
      if (functions_.contains(function)) continue;
      add(fmt::format("function '{}' is not in this file", function));
    }
    Deputies(leader, add);
    ScopePlaces(leader.scope(), add);
    for (const v1::Scope& also : leader.also()) {
      ScopePlaces(also, add);
      if (also.ByteSizeLong() > 0) continue;
      add("an empty 'also' shows everything; say what it adds");
    }
    if (leader.also_size() > contract::LeaderScope::kMostAlso) {
      add(fmt::format("{} times 'also', at most {}", leader.also_size(),
                      contract::LeaderScope::kMostAlso));
    }
    if (leader.also_size() > 0 && leader.functions().empty() &&
        leader.scope().ByteSizeLong() == 0) {
      add("'also' adds nothing, as there is no 'scope' that limits");
    }
  }

  template <typename AddMistake>
  void ScopePlaces(const v1::Scope& scope, const AddMistake& add) const {
    for (const std::string& site : scope.sites()) {
      if (sites_.contains(site)) continue;
      add(fmt::format("site '{}' is not in this file", site));
    }
  }

  void Promises() {
    if (organisation_.promises_size() > kMostPromises) {
      Add("promises", kMostPromises,
          fmt::format("{} promises, at most {}", organisation_.promises_size(),
                      kMostPromises));
    }
    std::set<std::string> ids;
    for (int i = 0; i < organisation_.promises_size(); ++i) {
      const std::string& id = organisation_.promises(i).id();
      if (!contract::IsName(id)) {
        Add("promises", i, fmt::format("promise id '{}' is not a name", id));
      } else if (!ids.insert(id).second) {
        Add("promises", i, fmt::format("promise '{}' is there twice", id));
      }
    }
  }

  // A weight beyond this would let one part decide alone.
  void Weights() {
    constexpr uint32_t kMost = 5000;
    const v1::PriorityWeights& weights = organisation_.priority();
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
      if (value <= kMost) continue;
      Add("priority", 0,
          fmt::format("priority.{} is {}, at most {}", name, value, kMost));
    }
  }

  void Loop() {
    constexpr uint32_t kMostDays = 365;
    constexpr uint32_t kMostReporters = 1000;
    constexpr uint32_t kMostObligationDays = 3650;
    const v1::LoopRules& loop = organisation_.loop();
    const auto check = [&](const char* name, uint32_t value, uint32_t most) {
      if (value <= most) return;
      Add("loop", 0,
          fmt::format("loop.{} is {}; at most {}", name, value, most));
    };
    check("acknowledged_days", loop.acknowledged_days(), kMostDays);
    check("unchallenged_days", loop.unchallenged_days(), kMostDays);
    check("confirming_reporters", loop.confirming_reporters(), kMostReporters);
    check("escalation_hours", loop.escalation_hours(), kMostDays * 24);
    check("pulse_quiet_days", loop.pulse_quiet_days(), kMostDays);
    check("reminder_percent", loop.reminder_percent(), 100);
    check("escalated_reporters", loop.escalated_reporters(), kMostReporters);
    check("obligation_days", loop.obligation_days(), kMostObligationDays);
    check("longest_obligation_days", loop.longest_obligation_days(),
          kMostObligationDays);
  }

  void Calendars() {
    constexpr int kMostCalendars = 50;
    constexpr int kMostHolidays = 400;
    if (organisation_.calendars_size() > kMostCalendars) {
      Add("calendars", kMostCalendars,
          fmt::format("{} calendars, at most {}",
                      organisation_.calendars_size(), kMostCalendars));
    }
    std::set<std::string> ids;
    for (int i = 0; i < organisation_.calendars_size(); ++i) {
      const v1::Calendar& calendar = organisation_.calendars(i);
      const auto add = [&](const std::string& text) {
        Add("calendars", i,
            fmt::format("calendar '{}': {}", calendar.id(), text));
      };
      if (!contract::IsName(calendar.id())) add("its id is not a name");
      if (!ids.insert(calendar.id()).second) add("it is there twice");
      for (const std::string& day : calendar.weekdays()) {
        if (contract::WeekdayOf(day) < 0) {
          add(fmt::format("'{}' is not a day; write monday to sunday", day));
        }
      }
      const int starts = calendar.starts().empty()
                             ? contract::WorkingHours::kStarts
                             : contract::MinutesOf(calendar.starts());
      const int ends = calendar.ends().empty()
                           ? contract::WorkingHours::kEnds
                           : contract::MinutesOf(calendar.ends());
      if (starts < 0 || ends < 0 || starts >= ends) {
        add("starts and ends are times such as 08:00, and it ends later");
      }
      if (calendar.holidays_size() > kMostHolidays) {
        add(fmt::format("{} holidays, at most {}", calendar.holidays_size(),
                        kMostHolidays));
      }
      for (const std::string& day : calendar.holidays()) Day(day, add);
    }
    calendars_ = std::move(ids);
    for (int i = 0; i < organisation_.leaders_size(); ++i) {
      const v1::Leader& leader = organisation_.leaders(i);
      if (leader.calendar().empty() || calendars_.contains(leader.calendar())) {
        continue;
      }
      Add("leaders", i,
          fmt::format("leader '{}': calendar '{}' is not in this file",
                      leader.id(), leader.calendar()));
    }
  }

  template <typename AddMistake>
  static void Day(const std::string& text, const AddMistake& add) {
    absl::CivilDay day;
    if (absl::ParseCivilTime(text, &day)) return;
    add(fmt::format("'{}' is not a day such as 2026-12-25", text));
  }

  template <typename AddMistake>
  void Deputies(const v1::Leader& leader, const AddMistake& add) const {
    if (leader.deputies_size() > contract::kMostDeputies) {
      add(fmt::format("{} deputies, at most {}", leader.deputies_size(),
                      contract::kMostDeputies));
    }
    for (const v1::Deputy& deputy : leader.deputies()) {
      if (deputy.leader() == leader.id() ||
          !leaders_.contains(deputy.leader())) {
        add(fmt::format("deputy '{}' is no other leader of this file",
                        deputy.leader()));
      }
      if (!deputy.from().empty()) Day(deputy.from(), add);
      if (!deputy.until().empty()) Day(deputy.until(), add);
    }
  }

  void Retention() {
    constexpr uint32_t kLeastDays = 30;
    constexpr uint32_t kMostDays = 3650;
    const auto check = [&](const std::string& what, uint32_t days) {
      if (days == 0 || (days >= kLeastDays && days <= kMostDays)) return;
      Add("retention", 0,
          fmt::format("retention of {} is {} days; {} to {}, or 0 for good",
                      what, days, kLeastDays, kMostDays));
    };
    check("texts", organisation_.retention().text_days());
    for (const v1::KindRetention& one : organisation_.retention().kinds()) {
      if (!contract::ParseKind(one.kind())) {
        Add("retention", 0,
            fmt::format("'{}' is no kind of observation", one.kind()));
      }
      check(one.kind(), one.text_days());
    }
  }

  void SmallGroups() {
    const v1::SmallGroups& small = organisation_.small_groups();
    for (const auto& [name, value] :
         {std::pair{"numbers", small.numbers()},
          std::pair{"verbatims", small.verbatims()}}) {
      if (value == 0 || value >= kLeastGroup) continue;
      Add("small_groups", 0,
          fmt::format("small_groups.{} is {}, never below {}", name, value,
                      kLeastGroup));
    }
  }

  const v1::Organisation& organisation_;
  std::vector<OrganisationMistake> mistakes_;
  std::set<std::string> sites_;
  std::set<std::string> functions_;
  std::set<std::string> leaders_;
  std::set<std::string> calendars_;
};

}  // namespace

std::vector<OrganisationMistake> FindMistakes(
    const v1::Organisation& organisation) {
  return Check(organisation).Run();
}

bool IsTimeZone(const std::string& zone) {
  absl::TimeZone ignored;
  return zone.empty() || absl::LoadTimeZone(zone, &ignored);
}

}  // namespace earshot::router
