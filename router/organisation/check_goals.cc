#include "router/organisation/check_goals.h"

#include <fmt/format.h>

#include <algorithm>
#include <optional>
#include <set>
#include <tuple>
#include <utility>

#include "absl/time/civil_time.h"
#include "absl/time/time.h"
#include "proto/contract/validate.h"

namespace earshot::router {
namespace {

constexpr int kMostGoals = 50;
constexpr uint32_t kMostDays = 21;  // with as many before them, what feeds know
constexpr uint32_t kMostObservations = 1000000;
constexpr size_t kMostTitle = 200;  // bytes
constexpr int kMostRegions = 100;

std::optional<absl::CivilDay> DayOf(const std::string& text) {
  absl::CivilDay day;
  if (!absl::ParseCivilTime(text, &day)) return std::nullopt;
  return day;
}

// Names with a slash between: checkout/self_checkout.
bool IsTopicPath(std::string_view path) {
  while (true) {
    const size_t slash = path.find('/');
    if (!contract::IsName(std::string(path.substr(0, slash)))) return false;
    if (slash == std::string_view::npos) return true;
    path.remove_prefix(slash + 1);
  }
}

class GoalCheck {
 public:
  GoalCheck(const v1::Organisation& organisation, int index,
            std::vector<OrganisationMistake>& mistakes)
      : organisation_(organisation),
        goal_(organisation.goals(index)),
        index_(index),
        mistakes_(mistakes) {}

  void Run() {
    if (!IsTopicPath(goal_.topic())) {
      Add(
          fmt::format("topic '{}' is not a path such as checkout or "
                      "checkout/self_checkout",
                      goal_.topic()));
    }
    Regions();
    Numbers();
    Days();
    if (goal_.title().size() > kMostTitle) {
      Add(fmt::format("its title has {} bytes, at most {}",
                      goal_.title().size(), kMostTitle));
    }
  }

 private:
  void Add(const std::string& text) {
    mistakes_.push_back(
        {"goals", index_, fmt::format("goal '{}': {}", goal_.id(), text)});
  }

  void Regions() {
    if (goal_.regions_size() > kMostRegions) {
      Add(fmt::format("{} regions, at most {}", goal_.regions_size(),
                      kMostRegions));
    }
    for (const std::string& region : goal_.regions()) {
      const bool known =
          !region.empty() &&
          std::any_of(
              organisation_.sites().begin(), organisation_.sites().end(),
              [&](const v1::Site& site) { return site.region() == region; });
      if (!known) {
        Add(fmt::format("no site of this file is in region '{}'", region));
      }
    }
  }

  void Numbers() {
    if (goal_.at_most() > kMostObservations) {
      Add(fmt::format("at_most is {}, at most {}", goal_.at_most(),
                      kMostObservations));
    }
    if (goal_.per_days() < 1 || goal_.per_days() > kMostDays) {
      Add(fmt::format("per_days is {}; 1 to {} days are counted",
                      goal_.per_days(), kMostDays));
    }
  }

  void Days() {
    const auto from = DayOf(goal_.from());
    const auto until = DayOf(goal_.until());
    for (const auto& [name, text, day] :
         {std::tuple{"from", goal_.from(), from},
          std::tuple{"until", goal_.until(), until}}) {
      if (day) continue;
      Add(fmt::format("{} '{}' is not a day such as 2026-12-31", name, text));
    }
    if (!from || !until) return;
    if (*until < *from) {
      Add(fmt::format("it ends on {}, before it begins on {}", goal_.until(),
                      goal_.from()));
    }
  }

  const v1::Organisation& organisation_;
  const v1::Goal& goal_;
  const int index_;
  std::vector<OrganisationMistake>& mistakes_;
};

}  // namespace

std::vector<OrganisationMistake> FindGoalMistakes(
    const v1::Organisation& organisation) {
  std::vector<OrganisationMistake> mistakes;
  if (organisation.goals_size() > kMostGoals) {
    mistakes.push_back({"goals", kMostGoals,
                        fmt::format("{} goals, at most {}",
                                    organisation.goals_size(), kMostGoals)});
  }
  std::set<std::string> ids;
  for (int i = 0; i < organisation.goals_size(); ++i) {
    const std::string& id = organisation.goals(i).id();
    if (!contract::IsName(id)) {
      mistakes.push_back(
          {"goals", i, fmt::format("goal id '{}' is not a name", id)});
    } else if (!ids.insert(id).second) {
      mistakes.push_back(
          {"goals", i, fmt::format("goal '{}' is there twice", id)});
    }
    GoalCheck(organisation, i, mistakes).Run();
  }
  return mistakes;
}

std::vector<std::string> GoalsWithoutTopic(
    const v1::Organisation& organisation,
    const std::function<bool(std::string_view)>& known) {
  std::vector<std::string> mistakes;
  for (const v1::Goal& goal : organisation.goals()) {
    if (known(goal.topic())) continue;
    mistakes.push_back(fmt::format(
        "goal '{}': there is no topic '{}' in the taxonomy; name one of its "
        "paths",
        goal.id(), goal.topic()));
  }
  return mistakes;
}

}  // namespace earshot::router
