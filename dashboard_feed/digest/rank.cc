#include "dashboard_feed/digest/rank.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "proto/contract/score.h"

namespace earshot::feed {
namespace {

std::string Hours(int hours) {
  return hours > 48 ? fmt::format("{} days", (hours + 12) / 24)
                    : fmt::format("{} hours", hours);
}

const char* CourseWord(Trend::Course course) {
  switch (course) {
    case Trend::Course::kNew:
      return "new";
    case Trend::Course::kRising:
      return "rising";
    case Trend::Course::kFalling:
      return "falling";
    default:
      return "";
  }
}

}  // namespace

std::string TrendText(const Seen& seen) {
  const Lately& lately = seen.lately;
  if (lately.trend.course == Trend::Course::kSteady) return "";
  const char* const word = CourseWord(lately.trend.course);
  if (seen.hidden) return word;
  std::string text = fmt::format(
      "{}: {} people at {} {} in {}", word, lately.people, lately.sites,
      lately.sites == 1 ? "site" : "sites", Hours(lately.trend.hours));
  if (!lately.region.empty()) text += " in " + lately.region;
  if (lately.trend.course != Trend::Course::kNew) {
    text += fmt::format(", {:.1f} expected", lately.trend.expected);
  }
  const auto others =
      std::count_if(lately.akin.begin(), lately.akin.end(),
                    [&](uint64_t id) { return id != seen.insight.id(); });
  if (others > 0) {
    text += fmt::format(", with {} {} that may be the same", others,
                        others == 1 ? "other" : "others");
  }
  return text;
}

namespace {

int64_t RatioMilli(const Trend& trend) {
  return std::llround(1000 * trend.people / std::max(trend.expected, 0.5));
}

int64_t SurpriseMilli(const Trend& trend) {
  return std::llround(1000 * trend.surprise);
}

int64_t DaysSince(int64_t due, absl::Time now) {
  return (absl::ToUnixSeconds(now) - due) / 86400;
}

}  // namespace

void RankInScope(Seen& seen, const v1::PriorityWeights& weights,
                 absl::Time now) {
  const Lately& lately = seen.lately;
  const bool trending = lately.trend.course != Trend::Course::kSteady;
  const bool waits =
      seen.insight.has_answer_due() &&
      seen.insight.answer_due().seconds() < absl::ToUnixSeconds(now);
  if (!trending && !waits) return;
  contract::Score score(weights);
  for (const v1::PriorityPart& part : seen.insight.parts()) {
    if (trending && (part.name() == "breadth" || part.name() == "volume")) {
      continue;
    }
    score.Add(part);
  }
  if (trending) {
    score.Breadth(lately.people, lately.sites,
                  "distinct people and sites lately");
    score.Trend(static_cast<uint64_t>(RatioMilli(lately.trend)),
                SurpriseMilli(lately.trend), TrendText(seen));
  }
  if (waits) score.Age(DaysSince(seen.insight.answer_due().seconds(), now));
  score.Fill(seen.insight);
}

void RankInScope(Glance& glance, const v1::PriorityWeights& weights,
                 absl::Time now) {
  const Facts& facts = *glance.facts;
  if (glance.lately != nullptr) {
    const Lately& lately = *glance.lately;
    contract::Score score(weights);
    score.Breadth(lately.people, lately.sites, "");
    score.Trend(static_cast<uint64_t>(RatioMilli(lately.trend)),
                SurpriseMilli(lately.trend), "");
    glance.priority_milli += score.total() - facts.size_milli;
  }
  if (glance.timed && facts.answer_due != kNever &&
      facts.answer_due < absl::ToUnixSeconds(now)) {
    glance.priority_milli +=
        contract::AgeMilli(weights, DaysSince(facts.answer_due, now));
  }
}

}  // namespace earshot::feed
