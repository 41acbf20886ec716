#include "dashboard_feed/digest/rank.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <utility>

namespace earshot::feed {
namespace {

int64_t Doublings(double value, double milli) {
  return std::llround(milli * std::log2(std::max(value, 1.0)));
}

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

void RankInScope(Seen& seen) {
  const Lately& lately = seen.lately;
  if (lately.trend.course == Trend::Course::kSteady) return;
  google::protobuf::RepeatedPtrField<v1::PriorityPart> parts;
  int64_t total = 0;
  const auto add = [&](const std::string& name, int64_t milli,
                       const std::string& because) {
    v1::PriorityPart& part = *parts.Add();
    part.set_name(name);
    part.set_milli(milli);
    part.set_because(because);
    total += milli;
  };
  for (const v1::PriorityPart& part : seen.insight.parts()) {
    if (part.name() == "breadth" || part.name() == "volume") continue;
    add(part.name(), part.milli(), part.because());
  }
  add("breadth", Doublings(lately.people, 700) + Doublings(lately.sites, 500),
      "distinct people and sites lately");
  const double ratio =
      lately.trend.people / std::max(lately.trend.expected, 0.5);
  add("trend",
      std::clamp<int64_t>(Doublings(ratio, 500), 0, 3000) +
          std::min<int64_t>(std::llround(20 * lately.trend.surprise), 1000),
      TrendText(seen));
  *seen.insight.mutable_parts() = std::move(parts);
  seen.insight.set_priority_milli(total);
}

}  // namespace earshot::feed
