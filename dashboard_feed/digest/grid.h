#ifndef EARSHOT_DASHBOARD_FEED_DIGEST_GRID_H_
#define EARSHOT_DASHBOARD_FEED_DIGEST_GRID_H_

#include <algorithm>
#include <cstdint>
#include <string>
#include <vector>

#include "absl/time/time.h"
#include "dashboard_feed/digest/view.h"
#include "earshot/v1/digest.pb.h"

namespace earshot::feed {

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
  // Of one insight, all that there is of it.
  void CountLife(size_t at, const CellFacts& life) {
    Cell& cell = Touch(at);
    cell.of_life += life.reporters;
    cell.observations += life.observations;
  }
  void EndInsight() {
    for (const size_t at : touched_) {
      Cell& cell = cells_[at];
      if (cell.observations > 0) {
        cell.tally.observations += cell.observations;
        cell.tally.people =
            std::max({cell.tally.people, cell.most, cell.of_day, cell.of_life});
      }
      // One by one: a copy of the whole waits for what was just written.
      cell.observations = 0;
      cell.most = 0;
      cell.of_day = 0;
      cell.of_life = 0;
      cell.day = 0;
      cell.touched = false;
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

// What was heard at each site, or region, and shift in the last four weeks.
// One thread.
class Grid {
 public:
  // `view` outlives it.
  Grid(const LeaderView& view, absl::Time now);

  // One insight whose numbers show.
  void Take(const Glance& glance);
  // Cells of fewer than `below` people are only counted.
  void Fill(uint32_t below, v1::WhereAndWhen& where) const;

 private:
  // Of what is wholly young and in the scope its cells say all. False: it is
  // not.
  bool TakeLife(const Glance& glance);
  void TakeDays(const Glance& glance);
  uint32_t SiteAt(uint32_t place) const {
    return places_.SiteOf(place) * places_.shifts().size() +
           places_.ShiftOf(place);
  }
  uint32_t RegionAt(uint32_t place) const {
    return region_of_site_[places_.SiteOf(place)] * places_.shifts().size() +
           places_.ShiftOf(place);
  }
  v1::GridCell Cell(const std::string& site, const std::string& region,
                    size_t shift, uint64_t observations) const;

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

}  // namespace earshot::feed

#endif  // EARSHOT_DASHBOARD_FEED_DIGEST_GRID_H_
