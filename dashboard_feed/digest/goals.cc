#include "dashboard_feed/digest/goals.h"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <optional>
#include <string>

#include "absl/time/civil_time.h"
#include "dashboard_feed/digest/item.h"
#include "proto/contract/leader_scope.h"

namespace earshot::feed {
namespace {

constexpr int64_t kQuartersOfDay = 4;

const v1::Scope& ScopeAt(const v1::Leader& leader, int part) {
  return part == 0 ? leader.scope() : leader.also(part - 1);
}

// One of the leader's scopes has all of the site.
bool HasSite(const Model& model, const v1::Leader& leader,
             contract::LeaderScope::Scopes scopes, const v1::Site& site) {
  for (int part = 0; part <= leader.also_size(); ++part) {
    if (((scopes >> part) & 1U) == 0) continue;
    const v1::Scope& scope = ScopeAt(leader, part);
    if (scope.channels().empty() && scope.shifts().empty() &&
        contract::PlaceInScope(model.organisation, scope, site.id(), "", "")) {
      return true;
    }
  }
  return false;
}

bool InRegions(const v1::Goal& goal, const std::string& region) {
  return goal.regions().empty() ||
         std::find(goal.regions().begin(), goal.regions().end(), region) !=
             goal.regions().end();
}

bool Covers(const LeaderView& view, const v1::Leader& leader,
            const v1::Goal& goal) {
  const contract::LeaderScope& scope = view.coverage().scope();
  const auto scopes = scope.OfTopic(goal.topic());
  if (scopes == 0) return false;
  if (scope.HasEveryPlace(scopes)) return true;
  if (goal.regions().empty()) return false;
  const Model& model = view.model();
  return std::all_of(model.organisation.sites().begin(),
                     model.organisation.sites().end(),
                     [&](const v1::Site& site) {
                       return !InRegions(goal, site.region()) ||
                              HasSite(model, leader, scopes, site);
                     });
}

// When the goal begins and ends, as the leader's days go.
struct Period {
  absl::Time from;
  absl::Time end;  // of its last day
};

std::optional<Period> PeriodOf(const v1::Goal& goal, absl::TimeZone zone) {
  absl::CivilDay from;
  absl::CivilDay until;
  if (!absl::ParseCivilTime(goal.from(), &from) ||
      !absl::ParseCivilTime(goal.until(), &until)) {
    return std::nullopt;
  }
  return Period{absl::FromCivil(from, zone), absl::FromCivil(until + 1, zone)};
}

struct Counted {
  uint64_t now = 0;
  uint64_t before = 0;
  bool some_hidden = false;  // of either
};

class Counter {
 public:
  Counter(const LeaderView& view, const v1::Goal& goal, int64_t until)
      : view_(view),
        until_(until),
        quarters_(kQuartersOfDay * goal.per_days()),
        in_goal_(PlacesOf(view.model(), goal)) {}

  // One insight in the goal's topic, wherever it was observed.
  void Take(const Facts& facts) {
    if (facts.kind == v1::OBSERVATION_KIND_PRAISE ||
        facts.kind == v1::OBSERVATION_KIND_NOISE) {
      return;
    }
    Counted here;
    for (const QuarterCount& count :
         CountsBetween(facts.counts, until_ - 2 * quarters_, until_)) {
      if (!in_goal_[count.place]) continue;
      (count.quarter >= until_ - quarters_ ? here.now : here.before) +=
          count.observations;
    }
    if (here.now + here.before == 0) return;
    if (!Shows(facts)) {
      counted_.some_hidden = true;
      return;
    }
    counted_.now += here.now;
    counted_.before += here.before;
  }
  const Counted& counted() const { return counted_; }

 private:
  static std::vector<bool> PlacesOf(const Model& model, const v1::Goal& goal) {
    v1::Scope scope;
    *scope.mutable_regions() = goal.regions();
    v1::Leader whoever;
    *whoever.mutable_scope() = scope;
    const contract::LeaderScope places(model.organisation, whoever);
    std::vector<bool> in_goal;
    for (const Place& place : model.words.places.all()) {
      in_goal.push_back(
          places.OfPlace(place.site, place.channel, place.shift) != 0);
    }
    return in_goal;
  }

  bool Shows(const Facts& facts) const {
    uint64_t inside = 0;
    uint64_t outside = 0;
    for (const CellFacts& cell : facts.cells) {
      (in_goal_[cell.place] ? inside : outside) += cell.reporters;
    }
    const uint64_t least = view_.rules().numbers;
    const bool elsewhere = std::any_of(
        facts.cells.begin(), facts.cells.end(),
        [&](const CellFacts& cell) { return !in_goal_[cell.place]; });
    return std::min<uint64_t>(inside, facts.reporters) >= least &&
           (!elsewhere || outside >= least);
  }

  const LeaderView& view_;
  const int64_t until_;
  const int64_t quarters_;
  const std::vector<bool> in_goal_;
  Counted counted_;
};

// Of two counts that differ by chance alone the difference is less than twice
// the root of their sum in 95 of 100 cases.
const char* TrendOf(const Counted& counted) {
  constexpr uint64_t kFewest = 8;
  if (counted.now + counted.before < kFewest) return "too few to say";
  const double more =
      static_cast<double>(counted.now) - static_cast<double>(counted.before);
  const double chance =
      2 * std::sqrt(static_cast<double>(counted.now + counted.before));
  if (more > chance) return "rising";
  return more < -chance ? "falling" : "steady";
}

v1::GoalLine LineOf(const LeaderView& view, const v1::Goal& goal,
                    const Period& period, absl::Time now) {
  const absl::Time end = std::min(now, period.end);
  const int64_t until =
      (absl::ToUnixSeconds(end) + kQuarterSeconds - 1) / kQuarterSeconds;
  Counter counter(view, goal, until);
  const Model& model = view.model();
  v1::Scope topics;
  topics.add_topics(goal.topic());
  for (uint32_t topic = 0; topic < model.words.topics.size(); ++topic) {
    if (!contract::TopicInScope(topics, model.words.topics[topic])) continue;
    for (const uint32_t slot : model.insights.OfTopic(topic)) {
      counter.Take(model.insights[slot]);
    }
  }
  const Counted& counted = counter.counted();
  const uint32_t least = view.rules().numbers;
  const auto count = [&](uint64_t value) {
    return CountOf(value, value == 0 && counted.some_hidden, least);
  };
  v1::GoalLine line;
  line.set_goal(goal.id());
  line.set_title(goal.title().empty() ? goal.id() : goal.title());
  *line.mutable_observations() = count(counted.now);
  *line.mutable_before() = count(counted.before);
  line.set_at_most(goal.at_most());
  line.set_per_days(goal.per_days());
  line.set_until(goal.until());
  line.set_over(now >= period.end);
  line.set_some_hidden(counted.some_hidden);
  const int64_t first_known =
      absl::ToUnixSeconds(now) / 86400 - History::kDaysKept;
  line.set_compared(until / kQuartersOfDay -
                        2 * static_cast<int64_t>(goal.per_days()) >=
                    first_known);
  line.set_trend(line.compared() ? TrendOf(counted) : "too few to say");
  if (counted.now <= goal.at_most()) {
    line.set_standing(v1::GoalLine::MET);
  } else if (!line.over() && line.trend() == "falling") {
    line.set_standing(v1::GoalLine::ON_THE_WAY);
  } else {
    line.set_standing(v1::GoalLine::MISSED);
  }
  return line;
}

}  // namespace

std::vector<v1::GoalLine> GoalsOf(const LeaderView& view,
                                  const v1::Leader& leader, absl::Time now) {
  std::vector<v1::GoalLine> lines;
  for (const v1::Goal& goal : view.model().organisation.goals()) {
    const auto period = PeriodOf(goal, view.zone());
    if (!period || goal.per_days() == 0 || now < period->from ||
        now >= period->end + kGoalTold || !Covers(view, leader, goal)) {
      continue;
    }
    lines.push_back(LineOf(view, goal, *period, now));
  }
  std::stable_sort(lines.begin(), lines.end(),
                   [](const v1::GoalLine& a, const v1::GoalLine& b) {
                     return a.standing() > b.standing();
                   });
  if (lines.size() > kMostGoalLines) lines.resize(kMostGoalLines);
  return lines;
}

}  // namespace earshot::feed
