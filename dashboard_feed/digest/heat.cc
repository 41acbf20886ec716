#include "dashboard_feed/digest/heat.h"

#include <algorithm>
#include <map>
#include <tuple>
#include <utility>

namespace earshot::feed {
namespace {

struct Cell {
  uint32_t site = 0;
  uint32_t shift = 0;
  uint64_t observations = 0;
  uint64_t reporters = 0;  // distinct: each is counted where first heard
  bool open = false;
};

// Those that may show, as heat.h says.
std::vector<Cell> Showing(const std::vector<Cell>& cells, uint32_t below) {
  std::vector<Cell> showing;
  uint64_t hidden_reporters = 0;
  uint64_t hidden = 0;
  for (const Cell& cell : cells) {
    if (cell.open || cell.reporters >= below) {
      showing.push_back(cell);
    } else {
      ++hidden;
      hidden_reporters += cell.reporters;
    }
  }
  std::sort(showing.begin(), showing.end(), [](const Cell& a, const Cell& b) {
    return std::tuple(!a.open, b.reporters, a.site, a.shift) <
           std::tuple(!b.open, a.reporters, b.site, b.shift);
  });
  while (hidden > 0 && hidden_reporters < below && !showing.empty() &&
         !showing.back().open) {
    hidden_reporters += showing.back().reporters;
    showing.pop_back();
  }
  return showing;
}

// One for each site and shift, whatever the channel.
std::vector<Cell> CellsOf(const LeaderView& view, const Glance& glance) {
  const Places& places = view.model().words.places;
  std::map<std::pair<uint32_t, uint32_t>, Cell> by_place;
  view.EachCell(glance, [&](const CellFacts& of) {
    const uint32_t site = places.SiteOf(of.place);
    const uint32_t shift = places.ShiftOf(of.place);
    const bool open = glance.facts->IsOpen(of);
    Cell& cell = by_place[{site, shift}];
    // It is open only if all of it is.
    cell.open = cell.observations == 0 ? open : cell.open && open;
    cell.site = site;
    cell.shift = shift;
    cell.observations += of.observations;
    cell.reporters += of.reporters;
  });
  std::vector<Cell> cells;
  cells.reserve(by_place.size());
  for (const auto& [at, cell] : by_place) cells.push_back(cell);
  return cells;
}

// By shift: its column. Shifts by name.
std::map<uint32_t, size_t> ColumnsOf(const std::vector<Cell>& cells,
                                     const Names& names, Heat& heat) {
  std::map<std::string, uint32_t> shifts;
  for (const Cell& cell : cells) shifts[names[cell.shift]] = cell.shift;
  std::map<uint32_t, size_t> columns;
  for (const auto& [name, shift] : shifts) {
    columns[shift] = heat.shifts.size();
    heat.shifts.push_back(name);
  }
  return columns;
}

uint64_t SumOf(const Heat::Row& row) {
  uint64_t sum = 0;
  for (const auto& cell : row.observations) sum += cell.value_or(0);
  return sum;
}

}  // namespace

Heat HeatOf(const LeaderView& view, const Glance& glance) {
  Heat heat;
  if (view.slice() || (glance.hidden && !glance.open)) return heat;
  const Places& places = view.model().words.places;
  std::vector<Cell> cells =
      Showing(CellsOf(view, glance), view.rules().numbers);
  // Beyond the bound of places nobody knows where it was.
  std::erase_if(cells, [&](const Cell& cell) {
    return places.sites()[cell.site].empty();
  });
  std::map<uint32_t, size_t> columns = ColumnsOf(cells, places.shifts(), heat);
  std::map<std::string, Heat::Row> rows;
  for (const Cell& cell : cells) {
    const std::string& site = places.sites()[cell.site];
    Heat::Row& row = rows[site];
    row.site = site;
    row.observations.resize(heat.shifts.size());
    row.observations[columns[cell.shift]] = cell.observations;
    heat.most = std::max(heat.most, cell.observations);
  }
  for (auto& [site, row] : rows) heat.rows.push_back(std::move(row));
  std::stable_sort(heat.rows.begin(), heat.rows.end(),
                   [](const Heat::Row& a, const Heat::Row& b) {
                     return SumOf(a) > SumOf(b);
                   });
  if (heat.rows.size() > Heat::kMostSites) {
    heat.more_sites =
        static_cast<uint32_t>(heat.rows.size() - Heat::kMostSites);
    heat.rows.resize(Heat::kMostSites);
  }
  return heat;
}

}  // namespace earshot::feed
