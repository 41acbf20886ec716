#include "dashboard_feed/digest/shift_gap.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <map>
#include <numeric>
#include <span>

#include "dashboard_feed/digest/issue.h"
#include "dashboard_feed/digest/item.h"

namespace earshot::feed {
namespace {

constexpr double kGap = 2;  // -log10 of such a share by chance

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

}  // namespace

ShiftGaps::ShiftGaps(const LeaderView& view)
    : view_(view),
      places_(view.model().words.places),
      none_(places_.shifts().Find("")),
      usual_(places_.shifts().size(), 0),
      people_(usual_.size()) {}

void ShiftGaps::Take(const Glance& glance) {
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

ShiftGap ShiftGaps::Widest() const {
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

void ShiftGaps::Compare(const ShiftGap& gap, ShiftGap& widest) {
  if (gap.surprise <= kGap || gap.surprise < widest.surprise ||
      (gap.surprise == widest.surprise &&
       gap.glance->priority_milli <= widest.glance->priority_milli)) {
    return;
  }
  widest = gap;
}

// How many others said so is told only when it is nobody, or a group.
std::string ShiftGaps::TextOf(const ShiftGap& gap) const {
  const uint32_t below = view_.rules().numbers;
  const uint64_t others = gap.of - gap.people;
  const std::string who =
      others == 0
          ? fmt::format("all {} people who said so", gap.of)
          : (others >= below ? fmt::format("{} of {} people who said so",
                                           gap.people, gap.of)
                             : std::string("nearly all who said so"));
  const auto seen = view_.Find(gap.glance->id());
  return fmt::format("#{} {}: {} are of the {} shift", gap.glance->id(),
                     seen ? TitleOf(*seen, below) : "", who,
                     places_.shifts()[gap.shift]);
}

// The site that most of the gap comes from, if it may be named.
std::string ShiftGaps::SiteOf(const ShiftGap& gap) const {
  std::map<std::string, uint64_t> people;
  view_.EachCell(*gap.glance, [&](const CellFacts& cell) {
    if (places_.ShiftOf(cell.place) != gap.shift) return;
    people[places_.all()[cell.place].site] += cell.reporters;
  });
  const auto most = std::max_element(
      people.begin(), people.end(),
      [](const auto& a, const auto& b) { return a.second < b.second; });
  return most == people.end() || most->second < view_.rules().numbers
             ? ""
             : most->first;
}

}  // namespace earshot::feed
