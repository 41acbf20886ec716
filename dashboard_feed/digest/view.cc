#include "dashboard_feed/digest/view.h"

#include <algorithm>
#include <map>
#include <utility>

#include "dashboard_feed/leaders/scope.h"
#include "dashboard_feed/shifts/shift_ends.h"
#include "proto/contract/times.h"

namespace earshot::feed {
namespace {

constexpr uint32_t kLeast = 3;
constexpr uint32_t kNumbers = 5;
constexpr uint32_t kVerbatims = 10;

// Which cells hold what is always open. The router tells so for the insight
// alone; severity 5 can be told by cell, kind and tag cannot.
std::vector<bool> OpenCells(const v1::Insight& insight) {
  std::vector<bool> open(static_cast<size_t>(insight.cells_size()), false);
  if (!insight.open_always()) return open;
  bool severe = false;
  for (int i = 0; i < insight.cells_size(); ++i) {
    const bool five = insight.cells(i).severity_max() >= 5;
    open[static_cast<size_t>(i)] = five;
    severe = severe || five;
  }
  if (!severe || insight.kind() == v1::OBSERVATION_KIND_RISK) {
    open.assign(open.size(), true);
  }
  return open;
}

template <typename Field, typename Keep>
void KeepIf(Field& field, Keep keep) {
  field.erase(
      std::remove_if(field.begin(), field.end(),
                     [&](const auto& element) { return !keep(element); }),
      field.end());
}

}  // namespace

GroupRules RulesOf(const v1::Organisation& organisation) {
  const v1::SmallGroups& given = organisation.small_groups();
  const auto least = [](uint32_t value, uint32_t otherwise) {
    return value == 0 ? otherwise : std::max(value, kLeast);
  };
  return {least(given.numbers(), kNumbers),
          least(given.verbatims(), kVerbatims)};
}

void SortByPriority(std::vector<Seen>& seen) {
  std::sort(seen.begin(), seen.end(), [](const Seen& a, const Seen& b) {
    if (a.insight.priority_milli() != b.insight.priority_milli()) {
      return a.insight.priority_milli() > b.insight.priority_milli();
    }
    return a.insight.id() < b.insight.id();
  });
}

LeaderView::LeaderView(const Model& model, const v1::Leader& leader,
                       absl::Time now, const std::string& shown_in)
    : model_(model), leader_(leader), rules_(RulesOf(model.organisation)) {
  zone_ = absl::UTCTimeZone();
  if (!leader.time_zone().empty()) {
    absl::LoadTimeZone(leader.time_zone(), &zone_);
  }
  const ShiftEnds ends = ShiftEndsAround(now, zone_);
  last_shift_end_ = ends.last;
  next_shift_end_ = ends.next;
  if (!shown_in.empty()) absl::LoadTimeZone(shown_in, &zone_);
  const auto activity = model.scopes.find(leader.id());
  slice_ = !leader.scope().shifts().empty() || activity == model.scopes.end() ||
           activity->second.reporters_90d() < rules_.numbers;
}

bool LeaderView::Covers(const std::string& site, const std::string& channel,
                        const std::string& shift) const {
  return PlaceInScope(model_.organisation, leader_.scope(), site, channel,
                      shift);
}

// Counts what is in scope and drops the rest. False: nothing is.
bool LeaderView::Count(Seen& seen) const {
  v1::Insight& insight = seen.insight;
  const std::vector<bool> open = OpenCells(insight);
  google::protobuf::RepeatedPtrField<v1::Cell> cells;
  uint64_t observations = 0;
  uint64_t reporters = 0;
  absl::Time open_from = absl::InfinitePast();
  std::set<std::string> sites;
  seen.open = false;
  seen.severity_max = 0;
  bool all_open = true;
  for (int i = 0; i < insight.cells_size(); ++i) {
    const v1::Cell& cell = insight.cells(i);
    if (cell.observations() == 0) continue;
    if (!Covers(cell.site(), cell.channel(), cell.shift())) continue;
    observations += cell.observations();
    reporters += cell.reporters();
    sites.insert(cell.site());
    seen.severity_max = std::max(seen.severity_max, cell.severity_max());
    if (open[static_cast<size_t>(i)]) {
      seen.open = true;
      open_from = std::max(open_from, contract::ToTime(cell.last_seen()));
    } else {
      all_open = false;
    }
    *cells.Add() = cell;
  }
  seen.partial = observations < insight.observations();
  if (!LimitsPlaces(leader_.scope())) {
    observations = insight.observations();
    reporters = insight.reporters();
    seen.partial = false;
    seen.severity_max = std::max(seen.severity_max, insight.severity_max());
  }
  seen.observations = observations;
  seen.reporters =
      static_cast<uint32_t>(std::min<uint64_t>(reporters, insight.reporters()));
  seen.sites = static_cast<uint32_t>(sites.size());
  seen.hidden = seen.reporters < rules_.numbers;
  if (seen.open && !all_open) {
    *insight.mutable_last_seen() = contract::ToStamp(open_from);
  }
  seen.first_exact = seen.open && all_open && !seen.partial;
  if (seen.partial) insight.clear_first_seen();
  *insight.mutable_cells() = std::move(cells);
  KeepIf(*insight.mutable_verbatims(), [&](const v1::Verbatim& v) {
    return v.quote() && Covers(v.site(), v.channel(), v.shift());
  });
  return observations > 0;
}

// Below k in a slice: the evidence is that of the last shift end, the state
// and what leaders said about it are those of now.
void LeaderView::Hold(const MirroredInsight& mirrored, Seen& seen) const {
  const v1::Insight& latest = mirrored.latest();
  std::set<std::string> still;
  for (const v1::Verbatim& verbatim : latest.verbatims()) {
    still.insert(verbatim.observation());
  }
  KeepIf(*seen.insight.mutable_verbatims(), [&](const v1::Verbatim& v) {
    return still.contains(v.observation());
  });
  seen.insight.set_state(latest.state());
  seen.insight.set_title(latest.title());
  *seen.insight.mutable_answers() = latest.answers();
}

LeaderView::Sight LeaderView::Look(const MirroredInsight& mirrored,
                                   Seen& seen) const {
  const v1::Insight& latest = mirrored.latest();
  if (!TopicInScope(leader_.scope(), latest.topic())) return Sight::kOutside;
  seen.insight = latest;
  if (!Count(seen)) return Sight::kOutside;
  if (slice_ && seen.hidden) {
    const v1::Insight* settled = mirrored.AsOf(last_shift_end_);
    Seen before;
    if (settled != nullptr) before.insight = *settled;
    const bool had = settled != nullptr && Count(before);
    if (seen.open) {
      std::set<std::string> known;
      for (const auto& verbatim : before.insight.verbatims()) {
        known.insert(verbatim.observation());
      }
      KeepIf(*seen.insight.mutable_verbatims(), [&](const v1::Verbatim& v) {
        return v.severity() >= 5 || known.contains(v.observation()) ||
               latest.kind() == v1::OBSERVATION_KIND_RISK;
      });
    } else if (!had) {
      return Sight::kHeld;
    } else {
      before.hidden = true;
      seen = std::move(before);
      Hold(mirrored, seen);
    }
  }
  NamePlaces(seen);
  return Sight::kSeen;
}

// A site is named when k people there said so, or when it is open; a shift
// likewise; a moment only when it is open.
void LeaderView::NamePlaces(Seen& seen) const {
  std::map<std::string, uint64_t> by_site;
  std::map<std::pair<std::string, std::string>, uint64_t> by_shift;
  const std::vector<bool> open = OpenCells(seen.insight);
  std::set<std::string> names;
  for (int i = 0; i < seen.insight.cells_size(); ++i) {
    const v1::Cell& cell = seen.insight.cells(i);
    by_site[cell.site()] += cell.reporters();
    by_shift[{cell.site(), cell.shift()}] += cell.reporters();
    if (open[static_cast<size_t>(i)]) names.insert(cell.site());
  }
  for (const auto& [site, reporters] : by_site) {
    if (reporters >= rules_.numbers) names.insert(site);
  }
  seen.site_names.assign(names.begin(), names.end());
  for (v1::Verbatim& verbatim : *seen.insight.mutable_verbatims()) {
    const bool always =
        seen.open && (verbatim.severity() >= 5 ||
                      seen.insight.kind() == v1::OBSERVATION_KIND_RISK);
    if (always) {
      seen.open_verbatims.insert(verbatim.observation());
      continue;
    }
    verbatim.clear_observed_at();
    if (by_shift[{verbatim.site(), verbatim.shift()}] < rules_.numbers) {
      verbatim.clear_shift();
    }
    if (by_site[verbatim.site()] < rules_.numbers) {
      verbatim.clear_site();
      verbatim.clear_channel();
    }
  }
}

// Whether a filter may choose this insight: that it does tells that somebody
// in it reported, so it needs k people of its own, or to be open.
LeaderView::Sight LeaderView::Narrow(const v1::Scope& narrow,
                                     Seen& seen) const {
  if (!TopicInScope(narrow, seen.insight.topic())) return Sight::kOutside;
  if (!LimitsPlaces(narrow)) return Sight::kSeen;
  const std::vector<bool> open = OpenCells(seen.insight);
  uint64_t observations = 0;
  uint64_t reporters = 0;
  bool any_open = false;
  for (int i = 0; i < seen.insight.cells_size(); ++i) {
    const v1::Cell& cell = seen.insight.cells(i);
    if (!PlaceInScope(model_.organisation, narrow, cell.site(), cell.channel(),
                      cell.shift())) {
      continue;
    }
    observations += cell.observations();
    reporters += cell.reporters();
    any_open = any_open || open[static_cast<size_t>(i)];
  }
  if (observations == 0) return Sight::kOutside;
  if (reporters < rules_.numbers && !any_open) return Sight::kHeld;
  return Sight::kSeen;
}

std::optional<Seen> LeaderView::Find(uint64_t insight) const {
  const auto found = model_.insights.find(insight);
  if (found == model_.insights.end()) return std::nullopt;
  Seen seen;
  if (Look(found->second, seen) != Sight::kSeen) return std::nullopt;
  return seen;
}

LeaderView::Listing LeaderView::List(const v1::Scope* narrow) const {
  Listing listing;
  for (const auto& [id, mirrored] : model_.insights) {
    Seen seen;
    Sight sight = Look(mirrored, seen);
    if (sight == Sight::kSeen && narrow != nullptr) {
      sight = Narrow(*narrow, seen);
    }
    if (sight == Sight::kHeld) ++listing.hidden;
    if (sight == Sight::kSeen) listing.seen.push_back(std::move(seen));
  }
  SortByPriority(listing.seen);
  return listing;
}

}  // namespace earshot::feed
