#include "dashboard_feed/digest/where.h"

#include <fmt/format.h>

#include <algorithm>
#include <set>
#include <string>
#include <tuple>
#include <utility>

#include "dashboard_feed/digest/item.h"
#include "dashboard_feed/digest/shift_gap.h"
#include "proto/contract/leader_scope.h"
#include "proto/contract/times.h"

namespace earshot::feed {
namespace {

constexpr int kDays = 28;
constexpr size_t kMostCells = 40;
constexpr size_t kAhead = 16;  // facts asked for before they are needed
constexpr absl::Duration kSilence = absl::Hours(48);

// People and observations by number; people as far as they are distinct for
// sure: within one insight, on one day, or in all its life.
class Tallies {
 public:
  struct Tally {
    uint64_t observations = 0;
    uint32_t people = 0;
  };

  explicit Tallies(size_t size) : cells_(size) {}

  // Of one insight, day after day.
  void CountDay(size_t at, int32_t day, const QuarterCount& count) {
    Cell& cell = Touch(at);
    if (cell.day != day) {
      cell.most = std::max(cell.most, cell.of_day);
      cell.day = day;
      cell.of_day = 0;
    }
    cell.of_day += count.reporters;
    cell.observations += count.observations;
  }
  void CountLife(size_t at, uint32_t reporters) {
    Touch(at).of_life += reporters;
  }
  void EndInsight() {
    for (const size_t at : touched_) {
      Cell& cell = cells_[at];
      if (cell.observations > 0) {
        cell.tally.observations += cell.observations;
        cell.tally.people =
            std::max({cell.tally.people, cell.most, cell.of_day, cell.of_life});
      }
      cell = {.tally = cell.tally};
    }
    touched_.clear();
  }

  const Tally& at(size_t number) const { return cells_[number].tally; }
  size_t size() const { return cells_.size(); }

 private:
  struct Cell {
    Tally tally;
    uint32_t observations = 0;  // of the present insight, as what follows
    uint32_t most = 0;
    uint32_t of_day = 0;
    uint32_t of_life = 0;
    int32_t day = 0;
    bool touched = false;
  };
  Cell& Touch(size_t at) {
    Cell& cell = cells_[at];
    if (!cell.touched) touched_.push_back(at);
    cell.touched = true;
    return cell;
  }

  std::vector<Cell> cells_;
  std::vector<size_t> touched_;
};

// What was heard at each site, or region, and shift.
class Grid {
 public:
  Grid(const LeaderView& view, absl::Time now)
      : view_(view),
        places_(view.model().words.places),
        since_(absl::ToUnixSeconds(now - absl::Hours(24 * kDays))),
        region_of_site_(RegionsOf(view.model(), regions_)),
        sites_(size_t{places_.sites().size()} * places_.shifts().size()),
        by_region_(size_t{regions_.size()} * places_.shifts().size()) {
    for (uint32_t place = 0; place < places_.size(); ++place) {
      const bool nowhere = places_.all()[place].site.empty();
      at_.push_back({nowhere ? 0 : view.coverage().OfPlace(place),
                     SiteAt(place), RegionAt(place)});
    }
  }

  void Take(const Glance& glance) {
    const Facts& facts = *glance.facts;
    const int64_t first = since_ / 86400 * 4;
    for (const QuarterCount& count : CountsBetween(facts.counts, first)) {
      const At& at = at_[count.place];
      if ((at.scopes & glance.scopes) == 0) continue;
      const int32_t day = count.quarter / 4;
      sites_.CountDay(at.site, day, count);
      by_region_.CountDay(at.region, day, count);
    }
    const bool young = !glance.partial && facts.first_seen != kNever &&
                       facts.first_seen >= since_;
    if (young) {
      view_.EachCell(glance, [&](const CellFacts& cell) {
        sites_.CountLife(at_[cell.place].site, cell.reporters);
        by_region_.CountLife(at_[cell.place].region, cell.reporters);
      });
    }
    sites_.EndInsight();
    by_region_.EndInsight();
  }

  void Fill(uint32_t below, v1::WhereAndWhen& where) const {
    std::vector<v1::GridCell> cells;
    std::set<std::string> named;  // regions of which a site shows
    uint32_t hidden = 0;
    const size_t shifts = places_.shifts().size();
    for (size_t i = 0; i < sites_.size(); ++i) {
      const Tallies::Tally& tally = sites_.at(i);
      if (tally.observations == 0) continue;
      if (tally.people < below) {
        ++hidden;
        continue;
      }
      const auto site = static_cast<uint32_t>(i / shifts);
      const std::string& region = regions_[region_of_site_[site]];
      named.insert(region);
      cells.push_back(
          Cell(places_.sites()[site], region, i % shifts, tally.observations));
    }
    for (size_t i = 0; i < by_region_.size(); ++i) {
      const Tallies::Tally& tally = by_region_.at(i);
      const std::string& region = regions_[static_cast<uint32_t>(i / shifts)];
      if (tally.observations == 0 || tally.people < below || region.empty() ||
          named.contains(region)) {
        continue;
      }
      cells.push_back(Cell("", region, i % shifts, tally.observations));
    }
    std::sort(cells.begin(), cells.end(),
              [](const v1::GridCell& a, const v1::GridCell& b) {
                return std::tuple(b.observations().value(), a.site().empty(),
                                  a.site(), a.region(), a.shift()) <
                       std::tuple(a.observations().value(), b.site().empty(),
                                  b.site(), b.region(), b.shift());
              });
    where.set_hidden_cells(hidden);
    if (cells.size() > kMostCells) {
      where.set_more_cells(static_cast<uint32_t>(cells.size() - kMostCells));
      cells.resize(kMostCells);
    }
    where.mutable_cells()->Assign(cells.begin(), cells.end());
  }

 private:
  // By site; sites that the organisation does not name are in none, "".
  static std::vector<uint32_t> RegionsOf(const Model& model, Names& regions) {
    const uint32_t none = regions.NumberOf("");
    const Names& sites = model.words.places.sites();
    std::vector<uint32_t> of_site(sites.size(), none);
    for (const v1::Site& site : model.organisation.sites()) {
      const auto number = sites.Find(site.id());
      if (number) of_site[*number] = regions.NumberOf(site.region());
    }
    return of_site;
  }
  uint32_t SiteAt(uint32_t place) const {
    return places_.SiteOf(place) * places_.shifts().size() +
           places_.ShiftOf(place);
  }
  uint32_t RegionAt(uint32_t place) const {
    return region_of_site_[places_.SiteOf(place)] * places_.shifts().size() +
           places_.ShiftOf(place);
  }
  v1::GridCell Cell(const std::string& site, const std::string& region,
                    size_t shift, uint64_t observations) const {
    v1::GridCell cell;
    cell.set_site(site);
    cell.set_region(region);
    cell.set_shift(places_.shifts()[static_cast<uint32_t>(shift)]);
    *cell.mutable_observations() = CountOf(observations, false, 0);
    return cell;
  }

  const LeaderView& view_;
  const Places& places_;
  const int64_t since_;
  Names regions_;
  const std::vector<uint32_t> region_of_site_;
  Tallies sites_;
  Tallies by_region_;
  // By place: where its tallies are.
  struct At {
    Coverage::Scopes scopes;
    uint32_t site;
    uint32_t region;
  };
  std::vector<At> at_;
};

std::string LongestSilent(const LeaderView& view, absl::Time now) {
  std::string site;
  absl::Time last = now - kSilence;
  for (const auto& [id, activity] : view.model().sites) {
    if (!activity.has_last_contact() ||
        view.coverage().scope().OfSite(id) == 0) {
      continue;
    }
    const absl::Time at = contract::ToTime(activity.last_contact());
    if (at >= last) continue;
    last = at;
    site = id;
  }
  if (site.empty()) return "";
  return fmt::format("{}: nothing was heard from it since {}", site,
                     absl::FormatTime("%Y-%m-%d", last, view.zone()));
}

}  // namespace

v1::WhereAndWhen BuildWhere(const LeaderView& view,
                            const std::vector<Glance>& all, absl::Time now) {
  v1::WhereAndWhen where;
  const uint32_t below = view.rules().numbers;
  if (!view.slice()) {
    Grid grid(view, now);
    ShiftGaps gaps(view);
    for (size_t i = 0; i < all.size(); ++i) {
      if (i + kAhead < all.size()) Coverage::Prefetch(*all[i + kAhead].facts);
      if (i + kAhead / 2 < all.size()) {
        Coverage::PrefetchLists(*all[i + kAhead / 2].facts);
      }
      if (all[i].hidden) continue;
      grid.Take(all[i]);
      gaps.Take(all[i]);
    }
    grid.Fill(below, where);
    const ShiftGap gap = gaps.Widest();
    if (gap.glance != nullptr) {
      where.set_shift_gap(gaps.TextOf(gap));
      where.set_shift_gap_insight(gap.glance->id());
      const std::string site = gaps.SiteOf(gap);
      if (!site.empty()) {
        where.set_visit(fmt::format(
            "{}, on the {} shift: #{} is heard there", site,
            view.model().words.places.shifts()[gap.shift], gap.glance->id()));
      }
    }
  }
  if (where.visit().empty()) {
    where.set_visit(LongestSilent(view, now));
  }
  return where;
}

}  // namespace earshot::feed
