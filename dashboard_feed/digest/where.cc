#include "dashboard_feed/digest/where.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <map>
#include <set>
#include <string>
#include <utility>

#include "dashboard_feed/digest/issue.h"
#include "dashboard_feed/digest/item.h"
#include "proto/contract/leader_scope.h"
#include "proto/contract/times.h"

namespace earshot::feed {
namespace {

constexpr int kDays = 28;
constexpr size_t kMostCells = 40;
constexpr absl::Duration kSilence = absl::Hours(48);
constexpr double kGap = 2;  // -log10 of such a share by chance

// A site, or a region, and a shift.
using PlaceKey = std::pair<std::string, std::string>;

struct Counted {
  uint64_t observations = 0;
  uint64_t people = 0;  // for sure
};

// What one insight was heard of at each place.
class Grid {
 public:
  Grid(const Model& model, const v1::Leader& leader, absl::Time now)
      : model_(model),
        scope_(model.organisation, leader),
        since_(now - absl::Hours(24 * kDays)) {
    for (const v1::Site& site : model.organisation.sites()) {
      region_of_[site.id()] = site.region();
    }
    for (const Place& place : model.history.places()) {
      scopes_of_place_.push_back(
          place.site.empty()
              ? 0
              : scope_.OfPlace(place.site, place.channel, place.shift));
    }
  }

  void Take(const Seen& seen) {
    std::map<PlaceKey, Counted> sites;
    std::map<PlaceKey, Counted> regions;
    const bool young = seen.insight.has_first_seen() &&
                       contract::ToTime(seen.insight.first_seen()) >= since_;
    CountDays(seen, sites, regions);
    if (young) CountLife(seen, sites, regions);
    Add(sites, sites_);
    Add(regions, regions_);
  }

  void Fill(uint32_t below, v1::WhereAndWhen& where) const {
    std::vector<v1::GridCell> cells;
    std::set<std::string> named;  // regions of which a site shows
    uint32_t hidden = 0;
    for (const auto& [place, counted] : sites_) {
      if (counted.people < below) {
        ++hidden;
        continue;
      }
      named.insert(RegionOf(place.first));
      cells.push_back(Cell(place.first, RegionOf(place.first), place.second,
                           counted.observations));
    }
    for (const auto& [place, counted] : regions_) {
      if (place.first.empty() || named.contains(place.first) ||
          counted.people < below) {
        continue;
      }
      cells.push_back(
          Cell("", place.first, place.second, counted.observations));
    }
    std::stable_sort(cells.begin(), cells.end(),
                     [](const v1::GridCell& a, const v1::GridCell& b) {
                       return a.observations().value() >
                              b.observations().value();
                     });
    where.set_hidden_cells(hidden);
    if (cells.size() > kMostCells) {
      where.set_more_cells(static_cast<uint32_t>(cells.size() - kMostCells));
      cells.resize(kMostCells);
    }
    where.mutable_cells()->Assign(cells.begin(), cells.end());
  }

 private:
  std::string RegionOf(const std::string& site) const {
    const auto found = region_of_.find(site);
    return found == region_of_.end() ? "" : found->second;
  }
  static v1::GridCell Cell(const std::string& site, const std::string& region,
                           const std::string& shift, uint64_t observations) {
    v1::GridCell cell;
    cell.set_site(site);
    cell.set_region(region);
    cell.set_shift(shift);
    *cell.mutable_observations() = CountOf(observations, false, 0);
    return cell;
  }
  void CountDays(const Seen& seen, std::map<PlaceKey, Counted>& sites,
                 std::map<PlaceKey, Counted>& regions) const {
    const auto first =
        static_cast<int32_t>(absl::ToUnixSeconds(since_) / 86400);
    const History::Days& days = model_.history.Of(seen.insight.id());
    const auto scopes = scope_.OfTopic(seen.insight.topic());
    for (auto day = days.lower_bound(first); day != days.end(); ++day) {
      std::map<PlaceKey, uint64_t> site_people;
      std::map<PlaceKey, uint64_t> region_people;
      for (const QuarterCount& count : day->second) {
        if ((scopes_of_place_[count.place] & scopes) == 0) continue;
        const Place& place = model_.history.places()[count.place];
        const PlaceKey site{place.site, place.shift};
        const PlaceKey region{RegionOf(place.site), place.shift};
        sites[site].observations += count.observations;
        regions[region].observations += count.observations;
        site_people[site] += count.reporters;
        region_people[region] += count.reporters;
      }
      for (const auto& [place, people] : site_people) {
        sites[place].people = std::max(sites[place].people, people);
      }
      for (const auto& [place, people] : region_people) {
        regions[place].people = std::max(regions[place].people, people);
      }
    }
  }
  void CountLife(const Seen& seen, std::map<PlaceKey, Counted>& sites,
                 std::map<PlaceKey, Counted>& regions) const {
    std::map<PlaceKey, uint64_t> site_people;
    std::map<PlaceKey, uint64_t> region_people;
    for (const v1::Cell& cell : seen.insight.cells()) {
      site_people[{cell.site(), cell.shift()}] += cell.reporters();
      region_people[{RegionOf(cell.site()), cell.shift()}] += cell.reporters();
    }
    for (const auto& [place, people] : site_people) {
      sites[place].people = std::max(sites[place].people, people);
    }
    for (const auto& [place, people] : region_people) {
      regions[place].people = std::max(regions[place].people, people);
    }
  }
  static void Add(const std::map<PlaceKey, Counted>& from,
                  std::map<PlaceKey, Counted>& to) {
    for (const auto& [place, counted] : from) {
      if (counted.observations == 0) continue;
      Counted& sum = to[place];
      sum.observations += counted.observations;
      sum.people = std::max(sum.people, counted.people);
    }
  }

  const Model& model_;
  const contract::LeaderScope scope_;
  const absl::Time since_;
  std::vector<contract::LeaderScope::Scopes> scopes_of_place_;  // by place
  std::map<std::string, std::string> region_of_;
  std::map<PlaceKey, Counted> sites_;
  std::map<PlaceKey, Counted> regions_;
};

// -log10 of P(X >= count), X binomial.
double ShareSurprise(uint64_t count, uint64_t of, double share) {
  if (share <= 0 || share >= 1 || count == 0) return 0;
  const auto n = static_cast<double>(of);
  double sum = 0;
  for (uint64_t i = count; i <= of; ++i) {
    const auto k = static_cast<double>(i);
    sum += std::exp(std::lgamma(n + 1) - std::lgamma(k + 1) -
                    std::lgamma(n - k + 1) + k * std::log(share) +
                    (n - k) * std::log1p(-share));
  }
  return sum <= 0 ? 300 : -std::log10(std::min(sum, 1.0));
}

struct ShiftGap {
  const Seen* seen = nullptr;
  std::string shift;
  uint64_t people = 0;
  uint64_t of = 0;
  double surprise = 0;
};

std::map<std::string, uint64_t> PeopleByShift(const Seen& seen) {
  std::map<std::string, uint64_t> people;
  for (const v1::Cell& cell : seen.insight.cells()) {
    if (!cell.shift().empty()) people[cell.shift()] += cell.reporters();
  }
  return people;
}

ShiftGap WidestGap(const std::vector<Seen>& all, uint32_t below) {
  std::map<std::string, uint64_t> usual;
  uint64_t total = 0;
  for (const Seen& seen : all) {
    if (seen.hidden) continue;
    for (const auto& [shift, people] : PeopleByShift(seen)) {
      usual[shift] += people;
      total += people;
    }
  }
  ShiftGap widest;
  for (const Seen& seen : all) {
    if (seen.hidden || !IsOpenIssue(seen)) continue;
    const auto by_shift = PeopleByShift(seen);
    uint64_t of = 0;
    for (const auto& [shift, people] : by_shift) of += people;
    for (const auto& [shift, people] : by_shift) {
      if (people < below || usual.size() < 2) continue;
      const double share =
          static_cast<double>(usual[shift]) / static_cast<double>(total);
      const double surprise = ShareSurprise(people, of, share);
      if (surprise <= std::max(widest.surprise, kGap)) continue;
      widest = {&seen, shift, people, of, surprise};
    }
  }
  return widest;
}

// How many others said so is told only when it is nobody, or a group.
std::string GapText(const ShiftGap& gap, uint32_t below) {
  const uint64_t others = gap.of - gap.people;
  const std::string who =
      others == 0
          ? fmt::format("all {} people who said so", gap.of)
          : (others >= below ? fmt::format("{} of {} people who said so",
                                           gap.people, gap.of)
                             : std::string("nearly all who said so"));
  return fmt::format("#{} {}: {} are of the {} shift", gap.seen->insight.id(),
                     TitleOf(*gap.seen, below), who, gap.shift);
}

// The site that most of the gap comes from, if it may be named.
std::string SiteOf(const ShiftGap& gap, uint32_t below) {
  std::map<std::string, uint64_t> people;
  for (const v1::Cell& cell : gap.seen->insight.cells()) {
    if (cell.shift() == gap.shift) people[cell.site()] += cell.reporters();
  }
  const auto most = std::max_element(
      people.begin(), people.end(),
      [](const auto& a, const auto& b) { return a.second < b.second; });
  return most == people.end() || most->second < below ? "" : most->first;
}

std::string LongestSilent(const Model& model, const v1::Leader& leader,
                          absl::Time now, absl::TimeZone zone) {
  std::string site;
  absl::Time last = now - kSilence;
  const contract::LeaderScope scope(model.organisation, leader);
  for (const auto& [id, activity] : model.sites) {
    if (!activity.has_last_contact() || scope.OfSite(id) == 0) continue;
    const absl::Time at = contract::ToTime(activity.last_contact());
    if (at >= last) continue;
    last = at;
    site = id;
  }
  if (site.empty()) return "";
  return fmt::format("{}: nothing was heard from it since {}", site,
                     absl::FormatTime("%Y-%m-%d", last, zone));
}

}  // namespace

v1::WhereAndWhen BuildWhere(const Model& model, const v1::Leader& leader,
                            const LeaderView& view,
                            const std::vector<Seen>& all, absl::Time now) {
  v1::WhereAndWhen where;
  const uint32_t below = view.rules().numbers;
  if (!view.slice()) {
    Grid grid(model, leader, now);
    for (const Seen& seen : all) {
      if (!seen.hidden) grid.Take(seen);
    }
    grid.Fill(below, where);
    const ShiftGap gap = WidestGap(all, below);
    if (gap.seen != nullptr) {
      where.set_shift_gap(GapText(gap, below));
      where.set_shift_gap_insight(gap.seen->insight.id());
      const std::string site = SiteOf(gap, below);
      if (!site.empty()) {
        where.set_visit(fmt::format("{}, on the {} shift: #{} is heard there",
                                    site, gap.shift, gap.seen->insight.id()));
      }
    }
  }
  if (where.visit().empty()) {
    where.set_visit(LongestSilent(model, leader, now, view.zone()));
  }
  return where;
}

}  // namespace earshot::feed
