#include "dashboard_feed/digest/mute_preview.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstdint>

#include "dashboard_feed/digest/item.h"

namespace earshot::feed {
namespace {

constexpr int32_t kDays = 14;
constexpr size_t kMostSites = 10;

uint64_t HeardLately(const LeaderView& view, const Seen& seen, absl::Time now) {
  const Facts* facts = view.model().insights.Find(seen.insight.id());
  if (facts == nullptr) return 0;
  const auto scopes = view.coverage().OfTopic(facts->topic);
  const int64_t today = absl::ToUnixSeconds(now) / 86400;
  uint64_t observations = 0;
  for (const QuarterCount& count :
       CountsBetween(facts->counts, 4 * (today - kDays + 1), 4 * (today + 1))) {
    if ((view.coverage().OfPlace(count.place) & scopes) != 0) {
      observations += count.observations;
    }
  }
  return observations;
}

std::string SitesText(const Seen& seen) {
  if (seen.site_names.empty()) return fmt::format("at {} sites", seen.sites);
  const size_t named = std::min(seen.site_names.size(), kMostSites);
  const std::string names = fmt::format(
      "{}",
      fmt::join(seen.site_names.begin(),
                seen.site_names.begin() + static_cast<ptrdiff_t>(named), ", "));
  return seen.sites > named
             ? fmt::format("at {} sites, among them {}", seen.sites, names)
             : fmt::format("at {}", names);
}

}  // namespace

std::string MutePreview(const Model& model, const v1::Leader& leader,
                        const Seen& seen, absl::Time until, absl::Time now) {
  const LeaderView view(model, leader, now);
  const uint32_t below = view.rules().numbers;
  std::string text = fmt::format(
      "#{} \"{}\" would be hidden from every digest until {} ({}).\n",
      seen.insight.id(), TitleOf(seen, below),
      absl::FormatTime("%Y-%m-%d %H:%M", until, view.zone()),
      view.zone().name());
  if (seen.hidden) {
    text += fmt::format("Fewer than {} people said so until now.\n", below);
  } else {
    const uint64_t lately = HeardLately(view, seen, now);
    text += fmt::format(
        "Lately {:.1f} observations a day ({} in {} days), {}.\n",
        static_cast<double>(lately) / kDays, lately, kDays, SitesText(seen));
  }
  if (seen.open) {
    text += "It is of severity 5, a risk or about safety.\n";
  }
  return text + "Nothing was sent; without --preview it is done.";
}

}  // namespace earshot::feed
