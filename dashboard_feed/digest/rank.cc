#include "dashboard_feed/digest/rank.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "proto/contract/score.h"
#include "proto/contract/times.h"

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

void RankInScope(Seen& seen, const v1::PriorityWeights& weights,
                 absl::Time now) {
  const Lately& lately = seen.lately;
  const bool trending = lately.trend.course != Trend::Course::kSteady;
  const bool waits = seen.insight.has_answer_due() &&
                     contract::ToTime(seen.insight.answer_due()) < now;
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
    const double ratio =
        lately.trend.people / std::max(lately.trend.expected, 0.5);
    score.Trend(static_cast<uint64_t>(std::llround(1000 * ratio)),
                std::llround(1000 * lately.trend.surprise), TrendText(seen));
  }
  if (waits) {
    score.Age((now - contract::ToTime(seen.insight.answer_due())) /
              absl::Hours(24));
  }
  score.Fill(seen.insight);
}

}  // namespace earshot::feed
