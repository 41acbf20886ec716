#include "dashboard_feed/digest/view.h"

#include <algorithm>
#include <map>
#include <string_view>
#include <utility>

#include "dashboard_feed/shifts/shift_ends.h"
#include "proto/contract/times.h"

namespace earshot::feed {
namespace {

constexpr uint32_t kLeast = 3;
constexpr uint32_t kNumbers = 5;
constexpr uint32_t kMostVerbatims = 10;

// Which cells hold what is always open.
std::vector<bool> OpenCellsIn(const v1::Insight& insight) {
  const OpenCells open = OpenCellsOf(insight);
  std::vector<bool> cells;
  for (const v1::Cell& cell : insight.cells()) {
    cells.push_back(open == OpenCells::kAll ||
                    (open == OpenCells::kSevere && cell.severity_max() >= 5));
  }
  return cells;
}

// What stands in a line about it, beside what is counted.
void CopyLine(const v1::Insight& from, v1::Insight& to) {
  to.set_id(from.id());
  to.set_topic(from.topic());
  to.set_kind(from.kind());
  to.set_state(from.state());
  to.set_priority_milli(from.priority_milli());
  *to.mutable_first_seen() = from.first_seen();
  *to.mutable_last_seen() = from.last_seen();
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
          least(given.verbatims(), kMostVerbatims)};
}

LeaderView::LeaderView(const Model& model, const v1::Leader& leader,
                       absl::Time now, const std::string& shown_in)
    : LeaderView(model, leader, now, shown_in, Of::kAll) {}

LeaderView::LeaderView(const Model& model, const v1::Leader& leader,
                       absl::Time now, Of of)
    : LeaderView(model, leader, now, "", of) {}

LeaderView::LeaderView(const Model& model, const v1::Leader& leader,
                       absl::Time now, const std::string& shown_in, Of of)
    : model_(model),
      leader_(leader.id()),
      coverage_(model, leader, of == Of::kOneByOne),
      rules_(RulesOf(model.organisation)) {
  zone_ = absl::UTCTimeZone();
  if (!leader.time_zone().empty()) {
    absl::LoadTimeZone(leader.time_zone(), &zone_);
  }
  const ShiftEnds ends = ShiftEndsAround(now, zone_);
  last_shift_end_ = ends.last;
  next_shift_end_ = ends.next;
  if (!shown_in.empty()) absl::LoadTimeZone(shown_in, &zone_);
  const auto activity = model.scopes.find(leader.id());
  slice_ = coverage_.scope().ByShift() || activity == model.scopes.end() ||
           activity->second.reporters_90d() < rules_.numbers;
}

// Counts what is in scope and drops the rest; `scopes` are those that cover the
// topic. False: nothing is.
bool LeaderView::Count(Scopes scopes, Seen& seen) const {
  v1::Insight& insight = seen.insight;
  Cells cells;
  const bool any = CountCells(scopes, insight, seen, &cells);
  *insight.mutable_cells() = std::move(cells);
  const bool everywhere = coverage_.scope().HasEveryPlace(scopes);
  KeepIf(*insight.mutable_verbatims(), [&](const v1::Verbatim& v) {
    return v.quote() && (everywhere || (coverage_.scope().OfPlace(
                                            v.site(), v.channel(), v.shift()) &
                                        scopes) != 0);
  });
  return any;
}

// What of it is in scope goes to `kept`, if that is not null.
bool LeaderView::CountCells(Scopes scopes, const v1::Insight& insight,
                            Seen& seen, Cells* kept) const {
  const bool everywhere = coverage_.scope().HasEveryPlace(scopes);
  const std::vector<bool> open = OpenCellsIn(insight);
  uint64_t observations = 0;
  uint64_t reporters = 0;
  absl::Time open_from = absl::InfinitePast();
  std::set<std::string_view> sites;
  seen.open = false;
  seen.severity_max = 0;
  bool all_open = true;
  for (int i = 0; i < insight.cells_size(); ++i) {
    const v1::Cell& cell = insight.cells(i);
    if (cell.observations() == 0) continue;
    if (!everywhere &&
        (coverage_.scope().OfPlace(cell.site(), cell.channel(), cell.shift()) &
         scopes) == 0) {
      continue;
    }
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
    if (kept != nullptr) *kept->Add() = cell;
  }
  seen.partial = observations < insight.observations();
  if (everywhere) {
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
    *seen.insight.mutable_last_seen() = contract::ToStamp(open_from);
  }
  seen.first_exact = seen.open && all_open && !seen.partial;
  if (seen.partial) seen.insight.clear_first_seen();
  return observations > 0;
}

// Below k in a slice: the evidence is that of the last shift end, the state
// and what leaders said about it are those of now.
void LeaderView::Hold(const v1::Insight& latest, Seen& seen) const {
  std::set<std::string> still;
  for (const v1::Verbatim& verbatim : latest.verbatims()) {
    still.insert(verbatim.observation());
  }
  KeepIf(*seen.insight.mutable_verbatims(), [&](const v1::Verbatim& v) {
    return still.contains(v.observation());
  });
  seen.insight.set_state(latest.state());
  seen.insight.set_title(latest.title());
  seen.insight.set_owner(latest.owner());
  seen.insight.clear_due();
  if (latest.has_due()) *seen.insight.mutable_due() = latest.due();
  seen.insight.clear_muted();
  if (latest.has_muted()) *seen.insight.mutable_muted() = latest.muted();
  *seen.insight.mutable_answers() = latest.answers();
  *seen.insight.mutable_history() = latest.history();
  *seen.insight.mutable_verdicts() = latest.verdicts();
}

LeaderView::Sight LeaderView::Look(const v1::Insight& latest, bool words,
                                   Seen& seen) const {
  const Scopes scopes = coverage_.scope().OfTopic(latest.topic());
  if (scopes == 0) return Sight::kOutside;
  if (words) {
    seen.insight = latest;
    if (!Count(scopes, seen)) return Sight::kOutside;
  } else {
    CopyLine(latest, seen.insight);
    if (!CountCells(scopes, latest, seen, nullptr)) return Sight::kOutside;
  }
  // Without words, what is open shows as it is.
  if (slice_ && seen.hidden && (words || !seen.open)) {
    auto settled = model_.whole->AsOf(latest.id(), last_shift_end_);
    Seen before;
    const bool had = settled.has_value();
    if (had) before.insight = *std::move(settled);
    const bool counts = had && Count(scopes, before);
    if (seen.open) {
      std::set<std::string> known;
      for (const auto& verbatim : before.insight.verbatims()) {
        known.insert(verbatim.observation());
      }
      KeepIf(*seen.insight.mutable_verbatims(), [&](const v1::Verbatim& v) {
        return v.severity() >= 5 || known.contains(v.observation()) ||
               latest.kind() == v1::OBSERVATION_KIND_RISK;
      });
    } else if (!counts) {
      return Sight::kHeld;
    } else {
      before.hidden = true;
      seen = std::move(before);
      Hold(latest, seen);
    }
  }
  if (words) NamePlaces(seen);
  return Sight::kSeen;
}

// A site is named when k people there said so, or when it is open; a shift
// likewise; a moment only when it is open.
void LeaderView::NamePlaces(Seen& seen) const {
  std::map<std::string, uint64_t> by_site;
  std::map<std::pair<std::string, std::string>, uint64_t> by_shift;
  const std::vector<bool> open = OpenCellsIn(seen.insight);
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

std::optional<Seen> LeaderView::Find(uint64_t insight) const {
  insight = model_.Holder(insight);
  if (model_.insights.Find(insight) == nullptr) return std::nullopt;
  const auto latest = model_.whole->Latest(insight);
  Seen seen;
  if (!latest || Look(*latest, /*words=*/true, seen) != Sight::kSeen) {
    return std::nullopt;
  }
  return seen;
}

std::optional<Seen> LeaderView::NumbersOf(const v1::Insight& latest) const {
  Seen seen;
  if (Look(latest, /*words=*/false, seen) != Sight::kSeen) return std::nullopt;
  return seen;
}

}  // namespace earshot::feed
