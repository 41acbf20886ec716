#include "dashboard_feed/digest/alert.h"

#include <fmt/format.h>

#include <algorithm>
#include <optional>

#include "dashboard_feed/digest/frame.h"
#include "dashboard_feed/digest/item.h"
#include "dashboard_feed/digest/view.h"
#include "proto/contract/times.h"

namespace earshot::feed {
namespace {

std::string Moment(const google::protobuf::Timestamp& stamp,
                   absl::TimeZone zone) {
  return absl::FormatTime("%Y-%m-%d %H:%M", contract::ToTime(stamp), zone);
}

// Of an insight that the leader does not see as such, only the observation is
// told.
v1::DigestItem OfAlertAlone(const v1::Alert& alert, uint32_t below) {
  v1::DigestItem item;
  item.set_insight(alert.insight());
  item.set_title(alert.topic());
  item.set_topic(alert.topic());
  item.set_kind(alert.kind());
  item.set_state(v1::HEARD);
  *item.mutable_observations() = CountOf(0, true, below);
  *item.mutable_reporters() = CountOf(0, true, below);
  *item.mutable_sites() = CountOf(0, true, below);
  return item;
}

void Quote(const Seen& seen, const v1::Alert& alert, v1::DigestItem& item) {
  item.clear_verbatims();
  for (const v1::Verbatim& verbatim : seen.insight.verbatims()) {
    if (verbatim.observation() != alert.observation()) continue;
    v1::Verbatim& own = *item.add_verbatims();
    own.set_text(ShortenVerbatim(verbatim.text()));
    own.set_severity(alert.severity());
    own.set_quote(true);
    return;
  }
}

v1::DigestItem ItemOf(const LeaderView& view, const v1::Alert& alert,
                      absl::TimeZone zone, absl::Time now) {
  const std::optional<Seen> seen = view.Find(alert.insight());
  v1::DigestItem item = seen ? MakeItem(*seen, view.rules(), zone, 0)
                             : OfAlertAlone(alert, view.rules().numbers);
  if (seen) {
    Quote(*seen, alert, item);
    if (contract::ToTime(seen->insight.muted().until()) > now) {
      const v1::Muted& muted = seen->insight.muted();
      item.set_muted(fmt::format("hidden from digests by {} until {}: {}",
                                 muted.leader(), Moment(muted.until(), zone),
                                 muted.reason()));
    }
  }
  item.set_severity_max(alert.severity());
  item.clear_site_names();
  if (!alert.site().empty()) item.add_site_names(alert.site());
  const auto& at =
      alert.has_observed_at() ? alert.observed_at() : alert.received_at();
  *item.mutable_last_seen() = at;
  item.clear_first_seen();
  item.set_moment(true);
  item.set_why(fmt::format("{}, severity {}, {}{}{}", alert.topic(),
                           alert.severity(), Moment(at, zone),
                           alert.site().empty() ? "" : " at " + alert.site(),
                           alert.safety() ? ", tagged safety" : ""));
  return item;
}

std::string Headline(const v1::DigestSection& section, size_t count,
                     absl::TimeZone zone) {
  if (count > 1) {
    return fmt::format("{} reports of severity 5 came in quiet hours", count);
  }
  const v1::DigestItem& item = section.items(0);
  return fmt::format(
      "Severity {}{}, {}: {}", item.severity_max(),
      item.site_names_size() > 0 ? " at " + item.site_names(0) : "",
      absl::FormatTime("%H:%M", contract::ToTime(item.last_seen()), zone),
      item.title());
}

}  // namespace

v1::Digest BuildAlert(const Model& model, const v1::Leader& leader,
                      const AlertRequest& request) {
  const LeaderView view(model, leader, request.now, request.time_zone);
  const absl::TimeZone zone = view.zone();
  v1::Digest digest;
  FillFrameAtOnce(model, leader, request.period, request.now, zone, digest);
  digest.set_subscription(request.subscription);
  v1::DigestSection& section = *digest.add_sections();
  section.set_name("alert");
  section.set_title("Told at once");
  const size_t count = request.alerts.size();
  const size_t first = count > kMostTogether ? count - kMostTogether : 0;
  for (size_t i = first; i < count; ++i) {
    v1::DigestItem& item = *section.add_items();
    item = ItemOf(view, request.alerts[i], zone, request.now);
    item.set_rank(static_cast<uint32_t>(section.items_size()));
  }
  section.set_more(static_cast<uint32_t>(first));
  if (count > 0) digest.set_headline(Headline(section, count, zone));
  return digest;
}

}  // namespace earshot::feed
