#include "dashboard_feed/digest/blocks.h"

#include <algorithm>
#include <cmath>
#include <set>
#include <string>
#include <tuple>
#include <utility>

#include "dashboard_feed/digest/issue.h"
#include "dashboard_feed/digest/item.h"
#include "proto/contract/leader_scope.h"

namespace earshot::feed {
namespace {

constexpr size_t kMostPromises = 5;
constexpr int kMostInsights = 5;
constexpr size_t kMostSites = 5;
constexpr char kUntriaged[] = "untriaged";

v1::DigestNumber Number(const char* name, const char* title, int64_t value,
                        const std::vector<v1::DigestNumber>& before) {
  v1::DigestNumber number;
  number.set_name(name);
  number.set_title(title);
  number.set_value(value);
  for (const v1::DigestNumber& old : before) {
    if (old.name() != name) continue;
    number.set_compared(true);
    number.set_before(old.value());
  }
  return number;
}

// One promise over all insights; people as far as they are distinct for sure.
struct Tally {
  uint64_t broken = 0;
  uint64_t kept = 0;
  uint64_t people = 0;
  uint64_t kept_people = 0;
  std::map<std::string, std::pair<uint64_t, uint64_t>> sites;  // people, broken
  std::vector<uint64_t> insights;
};

bool Breaks(const v1::Promise& promise, const Seen& seen) {
  if (promise.topics().empty()) return false;
  if (seen.insight.kind() != v1::OBSERVATION_KIND_PAIN_POINT &&
      seen.insight.kind() != v1::OBSERVATION_KIND_PROCESS_GAP) {
    return false;
  }
  v1::Scope topics;
  *topics.mutable_topics() = promise.topics();
  return contract::TopicInScope(topics, seen.insight.topic());
}

void TakeTopic(const Seen& seen, Tally& tally) {
  tally.broken += seen.observations;
  tally.people = std::max<uint64_t>(tally.people, seen.reporters);
  tally.insights.push_back(seen.insight.id());
  std::map<std::string, std::pair<uint64_t, uint64_t>> sites;
  for (const v1::Cell& cell : seen.insight.cells()) {
    sites[cell.site()].first += cell.reporters();
    sites[cell.site()].second += cell.observations();
  }
  for (const auto& [site, counts] : sites) {
    auto& sum = tally.sites[site];
    sum.first = std::max(sum.first, counts.first);
    sum.second += counts.second;
  }
}

// `covered`: sites of the insight that are in the scope.
void TakeTold(const v1::Promise& promise, const Seen& seen, Tally& tally) {
  std::set<std::string> covered;
  for (const v1::Cell& cell : seen.insight.cells()) covered.insert(cell.site());
  uint64_t broken = 0;
  uint64_t people = 0;
  for (const v1::PromiseCell& cell : seen.insight.promises()) {
    if (cell.promise() != promise.id() || !covered.contains(cell.site())) {
      continue;
    }
    tally.kept += cell.kept();
    if (cell.kept() > 0) {
      tally.kept_people = std::max<uint64_t>(tally.kept_people, seen.reporters);
    }
    broken += cell.broken();
    people += cell.reporters();
    auto& sum = tally.sites[cell.site()];
    sum.first = std::max<uint64_t>(sum.first, cell.reporters());
    sum.second += cell.broken();
  }
  if (broken == 0) return;
  tally.broken += broken;
  tally.people = std::max(tally.people, people);
  tally.insights.push_back(seen.insight.id());
}

v1::PromiseLine LineOf(const v1::Promise& promise, const Tally& tally,
                       uint32_t below) {
  v1::PromiseLine line;
  line.set_promise(promise.id());
  line.set_text(promise.text().empty() ? promise.id() : promise.text());
  *line.mutable_broken() = CountOf(tally.broken, false, 0);
  *line.mutable_kept() = CountOf(tally.kept, tally.kept_people < below, below);
  std::vector<std::pair<uint64_t, std::string>> sites;
  for (const auto& [site, counts] : tally.sites) {
    if (counts.first >= below) sites.emplace_back(counts.second, site);
  }
  std::stable_sort(
      sites.begin(), sites.end(),
      [](const auto& a, const auto& b) { return a.first > b.first; });
  if (sites.size() > kMostSites) sites.resize(kMostSites);
  for (const auto& [broken, site] : sites) line.add_sites(site);
  for (const uint64_t id : tally.insights) {
    if (line.insights_size() < kMostInsights) line.add_insights(id);
  }
  return line;
}

void AddTo(std::map<std::string, v1::CostEstimate>& sums,
           const v1::CostEstimate& more) {
  v1::CostEstimate& sum = sums[more.currency()];
  sum.set_currency(more.currency());
  sum.set_typical(sum.typical() + more.typical());
  sum.set_low(sum.low() + more.low());
  sum.set_high(sum.high() + more.high());
  sum.set_observations(sum.observations() + more.observations());
}

}  // namespace

std::vector<v1::DigestNumber> ThreeNumbers(
    const std::vector<Seen>& all, absl::Time now,
    const std::vector<v1::DigestNumber>& before) {
  int64_t severe = 0;
  int64_t overdue = 0;
  uint64_t reports = 0;
  uint64_t answered = 0;
  for (const Seen& seen : all) {
    if (!IsIssue(seen)) continue;
    if (IsOpenIssue(seen) && seen.severity_max >= 4) ++severe;
    if (IsOverdue(seen, now)) ++overdue;
    if (seen.hidden) continue;
    reports += seen.observations;
    if (seen.insight.answers_size() > 0 || Finished(seen.insight.state())) {
      answered += seen.observations;
    }
  }
  std::vector<v1::DigestNumber> numbers{
      Number("open_severe", "open of severity 4 and 5", severe, before),
      Number("overdue", "overdue commitments", overdue, before),
      Number("heard_back", "of reports answered",
             reports == 0 ? 0
                          : static_cast<int64_t>(
                                (answered * 100 + reports / 2) / reports),
             before)};
  numbers.back().set_percent(true);
  return numbers;
}

std::vector<v1::PromiseLine> BrokenPromises(
    const v1::Organisation& organisation, const std::vector<Seen>& all,
    uint32_t below) {
  std::vector<v1::PromiseLine> lines;
  for (const v1::Promise& promise : organisation.promises()) {
    Tally tally;
    for (const Seen& seen : all) {
      if (seen.hidden || !IsIssue(seen)) continue;
      if (Breaks(promise, seen)) {
        TakeTopic(seen, tally);
      } else {
        TakeTold(promise, seen, tally);
      }
    }
    if (tally.broken == 0 || tally.people < below) continue;
    lines.push_back(LineOf(promise, tally, below));
  }
  std::stable_sort(lines.begin(), lines.end(),
                   [](const v1::PromiseLine& a, const v1::PromiseLine& b) {
                     return a.broken().value() > b.broken().value();
                   });
  if (lines.size() > kMostPromises) lines.resize(kMostPromises);
  return lines;
}

bool EstimateCost(const Seen& seen, uint64_t observations,
                  v1::CostEstimate& cost) {
  const v1::OccurrenceCost& one = seen.insight.cost();
  if (seen.hidden || one.currency().empty() || one.typical() == 0) return false;
  const uint64_t low = one.high() > 0 ? one.low() : one.typical();
  const uint64_t high = one.high() > 0 ? one.high() : one.typical();
  cost.set_currency(one.currency());
  cost.set_typical(observations * one.typical());
  cost.set_low(observations * low);
  cost.set_high(observations * high);
  cost.set_observations(observations);
  return true;
}

v1::CostAndReturn CostsOf(const std::vector<Seen>& all,
                          const Effects& effects) {
  v1::CostAndReturn out;
  std::map<std::string, v1::CostEstimate> open;
  std::map<std::string, v1::CostEstimate> saved;
  for (const Seen& seen : all) {
    v1::CostEstimate cost;
    if (IsOpenIssue(seen) && EstimateCost(seen, seen.observations, cost)) {
      AddTo(open, cost);
      out.set_insights(out.insights() + 1);
    }
    const auto found = effects.find(seen.insight.id());
    if (found == effects.end() || !found->second.answered ||
        found->second.course != Effect::Course::kFalling) {
      continue;
    }
    const auto fewer = static_cast<uint64_t>(
        std::llround(found->second.expected - found->second.people));
    if (!EstimateCost(seen, fewer, cost)) continue;
    AddTo(saved, cost);
    out.set_fixes(out.fixes() + 1);
  }
  for (auto& [currency, sum] : open) *out.add_open() = std::move(sum);
  for (auto& [currency, sum] : saved) *out.add_saved() = std::move(sum);
  return out;
}

bool PickStory(const std::vector<Seen>& fresh,
               const std::vector<std::string>& quoted, uint32_t below,
               v1::Story& story) {
  constexpr size_t kTelling = 400;  // bytes; longer ones are no better
  std::tuple<uint32_t, size_t> best{0, 0};
  for (const Seen& seen : fresh) {
    for (const v1::Verbatim& verbatim : seen.insight.verbatims()) {
      if (std::find(quoted.begin(), quoted.end(), verbatim.text()) !=
          quoted.end()) {
        continue;
      }
      const std::tuple<uint32_t, size_t> worth{
          verbatim.severity(), std::min(verbatim.text().size(), kTelling)};
      if (worth <= best) continue;
      best = worth;
      story.set_insight(seen.insight.id());
      story.set_title(TitleOf(seen, below));
      *story.mutable_verbatim() = verbatim;
      story.mutable_verbatim()->clear_observation();
    }
  }
  return std::get<1>(best) > 0;
}

v1::DataQuality QualityOf(const std::vector<Seen>& all, uint32_t muted) {
  v1::DataQuality quality;
  uint64_t total = 0;
  uint64_t untriaged = 0;
  uint64_t late = 0;
  for (const Seen& seen : all) {
    if (seen.hidden || seen.partial) continue;
    total += seen.observations;
    late += seen.insight.late();
    if (seen.insight.topic() == kUntriaged) untriaged += seen.observations;
  }
  if (total > 0) {
    quality.set_untriaged_percent(
        static_cast<uint32_t>((untriaged * 100 + total / 2) / total));
  }
  *quality.mutable_late() = CountOf(late, false, 0);
  quality.set_muted(muted);
  return quality;
}

}  // namespace earshot::feed
