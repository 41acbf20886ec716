#include "tests/bench/month_model.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <map>
#include <random>
#include <string>
#include <string_view>
#include <tuple>
#include <utility>
#include <vector>

#include "proto/contract/times.h"

namespace earshot::bench {
namespace {

constexpr size_t kSites = 300;
constexpr size_t kRegions = 12;
constexpr int kDays = 35;
constexpr size_t kItemsAtOnce = 2000;
constexpr int kMostVerbatims = 8;
constexpr int kMarks = 6;
constexpr double kWordsKnown = 20000;
constexpr uint64_t kOften = 100;  // observations of what is always there
constexpr int kMostCells = 512;

constexpr std::array<std::string_view, 4> kZones{
    "America/New_York", "America/Chicago", "America/Denver",
    "America/Los_Angeles"};
constexpr std::array<std::string_view, 3> kShifts{"morning", "evening",
                                                  "night"};
constexpr std::array<std::string_view, 12> kTopics{"checkout",
                                                   "payments_billing",
                                                   "digital_access",
                                                   "claims",
                                                   "delivery",
                                                   "returns_refunds",
                                                   "facilities_safety",
                                                   "pricing_promotions",
                                                   "staffing_scheduling",
                                                   "tools_systems",
                                                   "policy_knowledge/aid",
                                                   "handoffs"};
constexpr std::array<std::string_view, 16> kWords{
    "till",    "scanner", "queue",  "refund", "customer", "again",
    "waiting", "broken",  "screen", "price",  "delivery", "claim",
    "nobody",  "manager", "system", "slow"};

std::string SiteName(size_t site) { return fmt::format("store-{:03}", site); }
std::string RegionName(size_t region) {
  return fmt::format("region-{:02}", region);
}

v1::Organisation MakeOrganisation(size_t leaders) {
  v1::Organisation organisation;
  organisation.set_name("Bench");
  for (size_t i = 0; i < kSites; ++i) {
    v1::Site& site = *organisation.add_sites();
    site.set_id(SiteName(i));
    site.set_region(RegionName(i % kRegions));
    site.set_channel("store");
    site.set_time_zone(std::string(kZones[i % kZones.size()]));
  }
  for (size_t i = 0; i < leaders; ++i) {
    v1::Leader& leader = *organisation.add_leaders();
    leader.set_id(fmt::format("leader-{:04}", i));
    leader.set_time_zone(std::string(kZones[i % kZones.size()]));
    v1::Scope& scope = *leader.mutable_scope();
    if (i == 0) continue;
    if (i <= kRegions) {
      scope.add_regions(RegionName(i - 1));
    } else if (i <= kRegions + kSites) {
      scope.add_sites(SiteName(i - kRegions - 1));
    } else {
      scope.add_regions(RegionName(i % kRegions));
      scope.add_topics(std::string(kTopics[i / kRegions % kTopics.size()]));
    }
  }
  return organisation;
}

// One insight and its days.
class Writer {
 public:
  explicit Writer(uint64_t seed) : random_(seed) {}

  void Write(uint64_t id, uint64_t observations, v1::Insight& insight,
             std::map<int32_t, v1::DayCounts>& days) {
    const absl::Time end = MonthEnd();
    insight.set_id(id);
    insight.set_topic(std::string(kTopics[random_() % kTopics.size()]));
    insight.set_kind(random_() % 12 == 0 ? v1::OBSERVATION_KIND_PRAISE
                                         : v1::OBSERVATION_KIND_PAIN_POINT);
    insight.set_state(v1::HEARD);
    insight.set_observations(observations);
    insight.set_opened_by(Bytes(16));
    insight.set_join_note("near repeats");
    std::map<std::pair<size_t, size_t>, v1::Cell> cells;
    uint32_t severity = 0;
    absl::Time first = absl::InfiniteFuture();
    absl::Time last = absl::InfinitePast();
    // What few say is said within a week, and begins on any day.
    constexpr uint64_t kWeek = 7 * 86400;
    constexpr uint64_t kAll = uint64_t{kDays} * 86400;
    const uint64_t latest = observations >= kOften ? 0 : random_() % kAll;
    const uint64_t spread = observations >= kOften ? kAll : kWeek;
    for (uint64_t i = 0; i < observations; ++i) {
      const absl::Time at =
          end - absl::Seconds(std::min(latest + random_() % spread, kAll - 1));
      first = std::min(first, at);
      last = std::max(last, at);
      const size_t site = random_() % kSites;
      const size_t shift = random_() % kShifts.size();
      const auto severe = static_cast<uint32_t>(1 + random_() % 4);
      severity = std::max(severity, severe);
      v1::Cell& cell = cells[{site, shift}];
      cell.set_observations(cell.observations() + 1);
      cell.set_reporters(cell.reporters() + 1);
      cell.set_severity_max(std::max(cell.severity_max(), severe));
      *cell.mutable_last_seen() = contract::ToStamp(at);
      CountDay(id, at, site, shift, days);
      if (insight.verbatims_size() < kMostVerbatims) {
        AddVerbatim(at, site, shift, severe, insight);
      }
    }
    for (auto& [place, cell] : cells) {
      if (insight.cells_size() == kMostCells) break;
      cell.set_site(SiteName(place.first));
      cell.set_channel("store");
      cell.set_shift(std::string(kShifts[place.second]));
      *insight.add_cells() = std::move(cell);
    }
    insight.set_reporters(static_cast<uint32_t>(observations));
    insight.set_severity_max(severity);
    *insight.mutable_first_seen() = contract::ToStamp(first);
    *insight.mutable_last_seen() = contract::ToStamp(last);
    AddScore(insight, severity);
    // Most of what is said was said before, more or less.
    insight.set_familiar_milli(
        static_cast<uint32_t>(random_() % 10 == 0 ? random_() % 500 : 600));
    for (int i = 0; i < kMarks; ++i) {
      // Few words come often, most seldom.
      const double share = static_cast<double>(random_() % 1000000) / 1e6;
      insight.add_marks(static_cast<uint32_t>(std::pow(kWordsKnown, share)) +
                        1);
    }
    for (uint64_t i = random_() % 4; i > 0 && id > 100; --i) {
      v1::SuggestedInsight& other = *insight.add_suggested();
      other.set_insight(1 + random_() % (id - 1));
      other.set_score_milli(static_cast<uint32_t>(400 + random_() % 300));
      other.set_why("same topic, both name the scanner");
    }
  }

 private:
  std::string Bytes(size_t count) {
    std::string bytes;
    while (bytes.size() < count) {
      bytes.push_back(static_cast<char>(random_() & 0xFFU));
    }
    return bytes;
  }

  void CountDay(uint64_t id, absl::Time at, size_t site, size_t shift,
                std::map<int32_t, v1::DayCounts>& days) {
    const int64_t second = absl::ToUnixSeconds(at);
    const auto day = static_cast<int32_t>(second / 86400);
    v1::DayCounts& counts = days[day];
    counts.set_insight(id);
    counts.set_day(day);
    v1::DayCell& cell = *counts.add_cells();
    cell.set_site(SiteName(site));
    cell.set_channel("store");
    cell.set_shift(std::string(kShifts[shift]));
    cell.set_quarter(static_cast<uint32_t>(second % 86400 / 21600));
    cell.set_observations(1);
    cell.set_reporters(1);
  }

  void AddVerbatim(absl::Time at, size_t site, size_t shift, uint32_t severity,
                   v1::Insight& insight) {
    v1::Verbatim& verbatim = *insight.add_verbatims();
    verbatim.set_observation(Bytes(16));
    std::string text;
    for (int word = 0; word < 18; ++word) {
      text += kWords[random_() % kWords.size()];
      text += ' ';
    }
    verbatim.set_text(std::move(text));
    verbatim.set_site(SiteName(site));
    verbatim.set_channel("store");
    verbatim.set_shift(std::string(kShifts[shift]));
    verbatim.set_severity(severity);
    *verbatim.mutable_observed_at() = contract::ToStamp(at);
    verbatim.set_quote(random_() % 2 == 0);
  }

  void AddScore(v1::Insight& insight, uint32_t severity) {
    const auto people = static_cast<double>(insight.reporters());
    const std::array<std::tuple<const char*, int64_t, std::string>, 3> parts{
        {{"severity", int64_t{500} * severity,
          fmt::format("severity {}", severity)},
         {"breadth", std::llround(1000 * std::log2(1 + people)),
          "distinct people and sites"},
         {"volume", std::llround(100 * std::log2(1 + people)),
          fmt::format("{} observations", insight.observations())}}};
    int64_t sum = 0;
    for (const auto& [name, milli, because] : parts) {
      v1::PriorityPart& part = *insight.add_parts();
      part.set_name(name);
      part.set_milli(milli);
      part.set_because(because);
      sum += milli;
    }
    insight.set_priority_milli(sum);
  }

  std::mt19937_64 random_;
};

// Numbers the items and hands them over in deliveries.
class Sender {
 public:
  explicit Sender(feed::Mirror& mirror) : mirror_(mirror) {
    delivery_.set_generation(1);
    delivery_.set_reset(true);
  }

  absl::Status Send(v1::UpdateKind kind, std::string body) {
    v1::Item& item = *delivery_.add_items();
    item.set_seq(++seq_);
    item.set_kind(static_cast<uint32_t>(kind));
    item.set_body(std::move(body));
    return static_cast<size_t>(delivery_.items_size()) < kItemsAtOnce
               ? absl::OkStatus()
               : Flush();
  }

  absl::Status Flush() {
    const auto taken = mirror_.Take(delivery_, MonthEnd());
    if (!taken.ok()) return taken.status();
    if (taken->check != wire::DeliveryCheck::kTake) {
      return absl::InternalError("the mirror did not take a delivery");
    }
    delivery_.Clear();
    delivery_.set_generation(1);
    delivery_.set_prev_seq(seq_);
    return absl::OkStatus();
  }

 private:
  feed::Mirror& mirror_;
  v1::Delivery delivery_;
  uint64_t seq_ = 0;
};

// Sizes fall with the rank: a few are large, most have a handful.
std::vector<uint64_t> SizesOf(const MonthSize& size) {
  double sum = 0;
  for (size_t i = 0; i < size.insights; ++i) {
    sum += 1 / static_cast<double>(i + 20);
  }
  std::vector<uint64_t> sizes;
  for (size_t i = 0; i < size.insights; ++i) {
    const double share = 1 / static_cast<double>(i + 20) / sum;
    sizes.push_back(std::max<uint64_t>(
        1, static_cast<uint64_t>(
               std::llround(share * static_cast<double>(size.observations)))));
  }
  return sizes;
}

}  // namespace

absl::Time MonthEnd() { return absl::FromUnixSeconds(1793520000); }

absl::Status FillMonth(const MonthSize& size, feed::Mirror& mirror) {
  const v1::Organisation organisation = MakeOrganisation(size.leaders);
  Sender sender(mirror);
  v1::Configured file;
  file.set_sha256("1");
  organisation.SerializeToString(file.mutable_body());
  absl::Status status =
      sender.Send(v1::UPDATE_ORGANISATION, file.SerializeAsString());
  for (const v1::Leader& leader : organisation.leaders()) {
    v1::ScopeActivity activity;
    activity.set_leader(leader.id());
    activity.set_reporters_90d(500);
    if (status.ok()) {
      status = sender.Send(v1::UPDATE_SCOPE, activity.SerializeAsString());
    }
  }
  Writer writer(size.seed);
  uint64_t id = 0;
  for (const uint64_t observations : SizesOf(size)) {
    v1::Insight insight;
    std::map<int32_t, v1::DayCounts> days;
    writer.Write(++id, observations, insight, days);
    for (const auto& [day, counts] : days) {
      if (!status.ok()) return status;
      status = sender.Send(v1::UPDATE_DAY, counts.SerializeAsString());
    }
    if (status.ok()) {
      status = sender.Send(v1::UPDATE_INSIGHT, insight.SerializeAsString());
    }
  }
  return status.ok() ? sender.Flush() : status;
}

}  // namespace earshot::bench
