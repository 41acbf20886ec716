#include "dashboard_feed/digest/grid.h"

#include <set>
#include <tuple>
#include <utility>

#include "dashboard_feed/digest/item.h"

namespace earshot::feed {
namespace {

constexpr int kDays = 28;
constexpr size_t kMostCells = 40;

// By site; sites that the organisation does not name are in none, "".
std::vector<uint32_t> RegionsOf(const Model& model, Names& regions) {
  const uint32_t none = regions.NumberOf("");
  const Names& sites = model.words.places.sites();
  std::vector<uint32_t> of_site(sites.size(), none);
  for (const v1::Site& site : model.organisation.sites()) {
    const auto number = sites.Find(site.id());
    if (number) of_site[*number] = regions.NumberOf(site.region());
  }
  return of_site;
}

}  // namespace

Grid::Grid(const LeaderView& view, absl::Time now)
    : view_(view),
      places_(view.model().words.places),
      since_(absl::ToUnixSeconds(now - absl::Hours(24 * kDays))),
      region_of_site_(RegionsOf(view.model(), regions_)),
      sites_(size_t{places_.sites().size()} * places_.shifts().size()),
      by_region_(size_t{regions_.size()} * places_.shifts().size()) {
  for (uint32_t place = 0; place < places_.size(); ++place) {
    const bool nowhere = places_.all()[place].site.empty();
    at_.push_back({nowhere ? 0 : view.coverage().OfPlace(place), SiteAt(place),
                   RegionAt(place)});
  }
}

void Grid::Take(const Glance& glance) {
  if (!TakeLife(glance)) TakeDays(glance);
  sites_.EndInsight();
  by_region_.EndInsight();
}

bool Grid::TakeLife(const Glance& glance) {
  const Facts& facts = *glance.facts;
  if (glance.partial || facts.first_seen == kNever ||
      facts.first_seen < since_) {
    return false;
  }
  view_.EachCell(glance, [&](const CellFacts& cell) {
    const At& at = at_[cell.place];
    if (at.scopes == 0) return;
    sites_.CountLife(at.site, cell);
    by_region_.CountLife(at.region, cell);
  });
  return true;
}

void Grid::TakeDays(const Glance& glance) {
  const int64_t first = since_ / 86400 * 4;
  for (const QuarterCount& count : CountsBetween(glance.facts->counts, first)) {
    const At& at = at_[count.place];
    if ((at.scopes & glance.scopes) == 0) continue;
    const int32_t day = count.quarter / 4;
    sites_.CountDay(at.site, day, count);
    by_region_.CountDay(at.region, day, count);
  }
}

v1::GridCell Grid::Cell(const std::string& site, const std::string& region,
                        size_t shift, uint64_t observations) const {
  v1::GridCell cell;
  cell.set_site(site);
  cell.set_region(region);
  cell.set_shift(places_.shifts()[static_cast<uint32_t>(shift)]);
  *cell.mutable_observations() = CountOf(observations, false, 0);
  return cell;
}

void Grid::Fill(uint32_t below, v1::WhereAndWhen& where) const {
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

}  // namespace earshot::feed
