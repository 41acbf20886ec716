#include "dashboard_feed/digest/where.h"

#include <fmt/format.h>

#include <string>

#include "proto/contract/times.h"

namespace earshot::feed {
namespace {

constexpr size_t kFactsAhead = 16;  // facts asked for before they are needed
constexpr absl::Duration kSilence = absl::Hours(48);

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

WhereAndWhen::WhereAndWhen(const LeaderView& view, absl::Time now)
    : view_(view), now_(now) {
  if (view.slice()) return;
  grid_.emplace(view, now);
  gaps_.emplace(view);
}

void WhereAndWhen::Take(const std::vector<Glance>& all) {
  if (!grid_) return;
  for (size_t i = 0; i < all.size(); ++i) {
    if (i + kFactsAhead < all.size())
      Coverage::Prefetch(*all[i + kFactsAhead].facts);
    if (i + kFactsAhead / 2 < all.size()) {
      Coverage::PrefetchLists(*all[i + kFactsAhead / 2].facts);
    }
    if (all[i].hidden) continue;
    grid_->Take(all[i]);
    gaps_->Take(all[i]);
  }
}

v1::WhereAndWhen WhereAndWhen::Build() const {
  v1::WhereAndWhen where;
  if (grid_) {
    grid_->Fill(view_.rules().numbers, where);
    AddGap(where);
  }
  if (where.visit().empty()) where.set_visit(LongestSilent(view_, now_));
  return where;
}

void WhereAndWhen::AddGap(v1::WhereAndWhen& where) const {
  const ShiftGap gap = gaps_->Widest();
  if (gap.glance == nullptr) return;
  where.set_shift_gap(gaps_->TextOf(gap));
  where.set_shift_gap_insight(gap.glance->id());
  const std::string site = gaps_->SiteOf(gap);
  if (site.empty()) return;
  where.set_visit(fmt::format("{}, on the {} shift: #{} is heard there", site,
                              view_.model().words.places.shifts()[gap.shift],
                              gap.glance->id()));
}

}  // namespace earshot::feed
