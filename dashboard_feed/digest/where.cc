#include "dashboard_feed/digest/where.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <map>
#include <numeric>
#include <optional>
#include <set>
#include <span>
#include <string>
#include <tuple>
#include <utility>

#include "dashboard_feed/digest/issue.h"
#include "dashboard_feed/digest/item.h"
#include "proto/contract/leader_scope.h"
#include "proto/contract/times.h"

namespace earshot::feed {
namespace {

constexpr int kDays = 28;
constexpr size_t kMostCells = 40;
constexpr size_t kAhead = 16;  // facts asked for before they are needed
constexpr absl::Duration kSilence = absl::Hours(48);
constexpr double kGap = 2;  // -log10 of such a share by chance

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

// -log10 of P(X >= count), X binomial; `count` above its mean.
double ShareSurprise(uint64_t count, uint64_t of, double share) {
  if (share <= 0 || share >= 1 || count == 0) return 0;
  const auto n = static_cast<double>(of);
  const auto first = static_cast<double>(count);
  const double log_first =
      std::lgamma(n + 1) - std::lgamma(first + 1) - std::lgamma(n - first + 1) +
      first * std::log(share) + (n - first) * std::log1p(-share);
  // Each term from the one before it.
  const double odds = share / (1 - share);
  double sum = 1;
  double term = 1;
  for (double k = first; k < n && term > 1e-12 * sum; ++k) {
    term *= (n - k) / (k + 1) * odds;
    sum += term;
  }
  return -std::min(0.0, (log_first + std::log(sum)) / std::log(10.0));
}

struct ShiftGap {
  const Glance* glance = nullptr;
  uint32_t shift = 0;
  uint64_t people = 0;
  uint64_t of = 0;
  double surprise = 0;
};

// What stands out of what is usual by shift: told of every insight, then asked.
class ShiftGaps {
 public:
  explicit ShiftGaps(const LeaderView& view)
      : view_(view),
        places_(view.model().words.places),
        none_(places_.shifts().Find("")),
        usual_(places_.shifts().size(), 0),
        people_(usual_.size()) {}

  void Take(const Glance& glance) {
    std::fill(people_.begin(), people_.end(), 0);
    view_.EachCell(glance, [&](const CellFacts& cell) {
      people_[places_.ShiftOf(cell.place)] += cell.reporters;
    });
    if (none_) people_[*none_] = 0;
    bool group = false;
    for (size_t shift = 0; shift < people_.size(); ++shift) {
      usual_[shift] += people_[shift];
      group = group || people_[shift] >= view_.rules().numbers;
    }
    if (!group || !IsOpenIssue(glance)) return;
    glances_.push_back(&glance);
    by_shift_.insert(by_shift_.end(), people_.begin(), people_.end());
  }

  ShiftGap Widest() const {
    ShiftGap widest;
    const auto shifts = std::count_if(usual_.begin(), usual_.end(),
                                      [](uint64_t of) { return of > 0; });
    if (shifts < 2) return widest;
    const auto total = static_cast<double>(
        std::accumulate(usual_.begin(), usual_.end(), uint64_t{0}));
    for (size_t i = 0; i < glances_.size(); ++i) {
      const auto people =
          std::span(by_shift_).subspan(i * usual_.size(), usual_.size());
      const uint64_t of =
          std::accumulate(people.begin(), people.end(), uint64_t{0});
      for (size_t shift = 0; shift < people.size(); ++shift) {
        if (people[shift] < view_.rules().numbers) continue;
        const double share = static_cast<double>(usual_[shift]) / total;
        // Not above its share: no gap, and nothing to reckon.
        if (static_cast<double>(people[shift]) <=
            share * static_cast<double>(of)) {
          continue;
        }
        Compare({glances_[i], static_cast<uint32_t>(shift), people[shift], of,
                 ShareSurprise(people[shift], of, share)},
                widest);
      }
    }
    return widest;
  }

 private:
  static void Compare(const ShiftGap& gap, ShiftGap& widest) {
    if (gap.surprise <= kGap || gap.surprise < widest.surprise ||
        (gap.surprise == widest.surprise &&
         gap.glance->priority_milli <= widest.glance->priority_milli)) {
      return;
    }
    widest = gap;
  }

  const LeaderView& view_;
  const Places& places_;
  const std::optional<uint32_t> none_;
  std::vector<uint64_t> usual_;   // people by shift
  std::vector<uint64_t> people_;  // scratch
  std::vector<const Glance*> glances_;
  std::vector<uint64_t> by_shift_;  // glance after glance
};

// How many others said so is told only when it is nobody, or a group.
std::string GapText(const LeaderView& view, const ShiftGap& gap) {
  const uint32_t below = view.rules().numbers;
  const uint64_t others = gap.of - gap.people;
  const std::string who =
      others == 0
          ? fmt::format("all {} people who said so", gap.of)
          : (others >= below ? fmt::format("{} of {} people who said so",
                                           gap.people, gap.of)
                             : std::string("nearly all who said so"));
  const auto seen = view.Find(gap.glance->id());
  return fmt::format("#{} {}: {} are of the {} shift", gap.glance->id(),
                     seen ? TitleOf(*seen, below) : "", who,
                     view.model().words.places.shifts()[gap.shift]);
}

// The site that most of the gap comes from, if it may be named.
std::string SiteOf(const LeaderView& view, const ShiftGap& gap) {
  const Places& places = view.model().words.places;
  std::map<std::string, uint64_t> people;
  view.EachCell(*gap.glance, [&](const CellFacts& cell) {
    if (places.ShiftOf(cell.place) != gap.shift) return;
    people[places.all()[cell.place].site] += cell.reporters;
  });
  const auto most = std::max_element(
      people.begin(), people.end(),
      [](const auto& a, const auto& b) { return a.second < b.second; });
  return most == people.end() || most->second < view.rules().numbers
             ? ""
             : most->first;
}

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
      where.set_shift_gap(GapText(view, gap));
      where.set_shift_gap_insight(gap.glance->id());
      const std::string site = SiteOf(view, gap);
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
