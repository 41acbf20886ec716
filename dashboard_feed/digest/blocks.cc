#include "dashboard_feed/digest/blocks.h"

#include <algorithm>
#include <cmath>
#include <queue>
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
constexpr size_t kMostInsights = 5;
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
  std::map<uint32_t, std::pair<uint64_t, uint64_t>> sites;  // people, broken
  std::vector<const Glance*> insights;
};

// By topic: pain points and process gaps in it break the promise.
std::vector<bool> BreakingTopics(const v1::Promise& promise,
                                 const Names& topics) {
  std::vector<bool> breaking(topics.size(), false);
  if (promise.topics().empty()) return breaking;
  v1::Scope scope;
  *scope.mutable_topics() = promise.topics();
  for (uint32_t topic = 0; topic < topics.size(); ++topic) {
    breaking[topic] = contract::TopicInScope(scope, topics[topic]);
  }
  return breaking;
}

bool IsBreach(const Glance& glance) {
  return glance.kind == v1::OBSERVATION_KIND_PAIN_POINT ||
         glance.kind == v1::OBSERVATION_KIND_PROCESS_GAP;
}

void TakeTopic(const LeaderView& view, const Glance& glance, Tally& tally) {
  tally.broken += glance.observations;
  tally.people = std::max<uint64_t>(tally.people, glance.reporters);
  tally.insights.push_back(&glance);
  const Places& places = view.model().words.places;
  std::map<uint32_t, std::pair<uint64_t, uint64_t>> sites;
  view.EachCell(glance, [&](const CellFacts& cell) {
    auto& site = sites[places.SiteOf(cell.place)];
    site.first += cell.reporters;
    site.second += cell.observations;
  });
  for (const auto& [site, counts] : sites) {
    auto& sum = tally.sites[site];
    sum.first = std::max(sum.first, counts.first);
    sum.second += counts.second;
  }
}

void TakeTold(const LeaderView& view, uint32_t promise, const Glance& glance,
              Tally& tally) {
  if (glance.facts->promises.empty()) return;
  const Places& places = view.model().words.places;
  std::set<uint32_t> covered;
  view.EachCell(glance, [&](const CellFacts& cell) {
    covered.insert(places.SiteOf(cell.place));
  });
  uint64_t broken = 0;
  uint64_t people = 0;
  for (const PromiseFacts& cell : glance.facts->promises) {
    if (cell.promise != promise || !covered.contains(cell.site)) continue;
    tally.kept += cell.kept;
    if (cell.kept > 0) {
      tally.kept_people =
          std::max<uint64_t>(tally.kept_people, glance.reporters);
    }
    broken += cell.broken;
    people += cell.reporters;
    auto& sum = tally.sites[cell.site];
    sum.first = std::max<uint64_t>(sum.first, cell.reporters);
    sum.second += cell.broken;
  }
  if (broken == 0) return;
  tally.broken += broken;
  tally.people = std::max(tally.people, people);
  tally.insights.push_back(&glance);
}

v1::PromiseLine LineOf(const v1::Promise& promise, Tally& tally,
                       const Names& names, uint32_t below) {
  v1::PromiseLine line;
  line.set_promise(promise.id());
  line.set_text(promise.text().empty() ? promise.id() : promise.text());
  *line.mutable_broken() = CountOf(tally.broken, false, 0);
  *line.mutable_kept() = CountOf(tally.kept, tally.kept_people < below, below);
  std::vector<std::pair<uint64_t, std::string>> sites;
  for (const auto& [site, counts] : tally.sites) {
    if (counts.first >= below) sites.emplace_back(counts.second, names[site]);
  }
  std::stable_sort(
      sites.begin(), sites.end(),
      [](const auto& a, const auto& b) { return a.first > b.first; });
  if (sites.size() > kMostSites) sites.resize(kMostSites);
  for (const auto& [broken, site] : sites) line.add_sites(site);
  std::vector<const Glance*>& insights = tally.insights;
  const auto first = std::min<size_t>(insights.size(), kMostInsights);
  std::partial_sort(
      insights.begin(), insights.begin() + static_cast<ptrdiff_t>(first),
      insights.end(),
      [](const Glance* a, const Glance* b) { return a->RanksBefore(*b); });
  for (size_t i = 0; i < first; ++i) line.add_insights(insights[i]->id());
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
    const std::vector<Glance>& all, absl::Time now,
    const std::vector<v1::DigestNumber>& before) {
  int64_t severe = 0;
  int64_t overdue = 0;
  uint64_t reports = 0;
  uint64_t answered = 0;
  for (const Glance& glance : all) {
    if (!IsIssue(glance)) continue;
    if (IsOpenIssue(glance) && glance.severity_max >= 4) ++severe;
    if (IsOverdue(glance, now)) ++overdue;
    if (glance.hidden) continue;
    reports += glance.observations;
    if (glance.answered || Finished(glance.state)) {
      answered += glance.observations;
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

std::vector<v1::PromiseLine> BrokenPromises(const LeaderView& view,
                                            const std::vector<Glance>& all) {
  const Model& model = view.model();
  const uint32_t below = view.rules().numbers;
  std::vector<v1::PromiseLine> lines;
  for (const v1::Promise& promise : model.organisation.promises()) {
    const auto breaking = BreakingTopics(promise, model.words.topics);
    const auto number = model.words.promises.Find(promise.id());
    Tally tally;
    for (const Glance& glance : all) {
      if (glance.hidden || !IsIssue(glance)) continue;
      if (IsBreach(glance) && breaking[glance.topic]) {
        TakeTopic(view, glance, tally);
      } else if (number) {
        TakeTold(view, *number, glance, tally);
      }
    }
    if (tally.broken == 0 || tally.people < below) continue;
    lines.push_back(LineOf(promise, tally, model.words.places.sites(), below));
  }
  std::stable_sort(lines.begin(), lines.end(),
                   [](const v1::PromiseLine& a, const v1::PromiseLine& b) {
                     return a.broken().value() > b.broken().value();
                   });
  if (lines.size() > kMostPromises) lines.resize(kMostPromises);
  return lines;
}

bool EstimateCost(const Names& currencies, const Glance& glance,
                  uint64_t observations, v1::CostEstimate& cost) {
  const CostFacts& one = glance.facts->cost;
  if (glance.hidden || one.typical == 0) return false;
  const uint64_t low = one.high > 0 ? one.low : one.typical;
  const uint64_t high = one.high > 0 ? one.high : one.typical;
  cost.set_currency(currencies[one.currency]);
  cost.set_typical(observations * one.typical);
  cost.set_low(observations * low);
  cost.set_high(observations * high);
  cost.set_observations(observations);
  return true;
}

v1::CostAndReturn CostsOf(const Names& currencies,
                          const std::vector<Glance>& all,
                          const Effects& effects) {
  v1::CostAndReturn out;
  std::map<std::string, v1::CostEstimate> open;
  std::map<std::string, v1::CostEstimate> saved;
  for (const Glance& glance : all) {
    if (glance.hidden || glance.facts->cost.typical == 0) continue;
    v1::CostEstimate cost;
    if (IsOpenIssue(glance) &&
        EstimateCost(currencies, glance, glance.observations, cost)) {
      AddTo(open, cost);
      out.set_insights(out.insights() + 1);
    }
    if (!glance.effect) continue;
    const auto found = effects.find(glance.id());
    if (found == effects.end() || !found->second.answered ||
        found->second.course != Effect::Course::kFalling) {
      continue;
    }
    const auto fewer = static_cast<uint64_t>(
        std::llround(found->second.expected - found->second.people));
    if (!EstimateCost(currencies, glance, fewer, cost)) continue;
    AddTo(saved, cost);
    out.set_fixes(out.fixes() + 1);
  }
  for (auto& [currency, sum] : open) *out.add_open() = std::move(sum);
  for (auto& [currency, sum] : saved) *out.add_saved() = std::move(sum);
  return out;
}

namespace {

constexpr uint16_t kTelling = 400;  // bytes; longer ones are no better

// How telling a verbatim is, in one number.
uint32_t WorthOf(uint16_t severity, uint16_t length) {
  return uint32_t{severity} << 16U | std::min(length, kTelling);
}

// An insight and how telling its most telling verbatim is, or can be.
struct Telling {
  uint32_t worth = 0;
  const Glance* glance = nullptr;
  bool operator<(const Telling& other) const {
    return worth != other.worth ? worth < other.worth
                                : other.glance->RanksBefore(*glance);
  }
};

// Of those in the scope the most telling one that `quoted` does not hold.
bool TakeStory(const LeaderView& view, const Glance& glance,
               const std::vector<std::string>& quoted, v1::Story& story) {
  const auto seen = view.Find(glance.id());
  if (!seen) return false;
  uint32_t best = 0;
  for (const v1::Verbatim& verbatim : seen->insight.verbatims()) {
    const uint32_t worth = WorthOf(static_cast<uint16_t>(verbatim.severity()),
                                   static_cast<uint16_t>(std::min<size_t>(
                                       verbatim.text().size(), kTelling)));
    if (worth <= best || verbatim.text().empty() ||
        std::find(quoted.begin(), quoted.end(), verbatim.text()) !=
            quoted.end()) {
      continue;
    }
    best = worth;
    story.set_insight(glance.id());
    story.set_title(TitleOf(*seen, view.rules().numbers));
    *story.mutable_verbatim() = verbatim;
    story.mutable_verbatim()->clear_observation();
  }
  return best > 0;
}

}  // namespace

// Facts tell how telling an insight can be at most; those that can be more than
// what was found are looked at, and of these only the best are read.
bool PickStory(const LeaderView& view, const std::vector<const Glance*>& fresh,
               const std::vector<std::string>& quoted, v1::Story& story) {
  std::vector<Telling> most;
  for (const Glance* glance : fresh) {
    if (glance->quotable_length == 0) continue;
    most.push_back(
        {WorthOf(glance->quotable_severity, glance->quotable_length), glance});
  }
  std::make_heap(most.begin(), most.end());
  std::priority_queue<Telling> in_scope;
  size_t read = 0;
  while (read < kStoriesRead && (!most.empty() || !in_scope.empty())) {
    if (!in_scope.empty() &&
        (most.empty() || !(in_scope.top() < most.front()))) {
      if (TakeStory(view, *in_scope.top().glance, quoted, story)) {
        return true;
      }
      in_scope.pop();
      ++read;
      continue;
    }
    const Glance& glance = *most.front().glance;
    std::pop_heap(most.begin(), most.end());
    most.pop_back();
    uint32_t worth = 0;
    for (const QuotableFacts& one : glance.facts->quotable) {
      if ((view.coverage().OfPlace(one.place) & glance.scopes) == 0) continue;
      worth = std::max(worth, WorthOf(one.severity, one.length));
    }
    if (worth > 0) in_scope.push({worth, &glance});
  }
  return false;
}

v1::DataQuality QualityOf(const LeaderView& view,
                          const std::vector<Glance>& all, uint32_t muted) {
  const auto untriaged_topic = view.model().words.topics.Find(kUntriaged);
  v1::DataQuality quality;
  uint64_t total = 0;
  uint64_t untriaged = 0;
  uint64_t late = 0;
  for (const Glance& glance : all) {
    if (glance.hidden || glance.partial) continue;
    total += glance.observations;
    late += glance.facts->late;
    if (glance.topic == untriaged_topic) {
      untriaged += glance.observations;
    }
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
