#include "dashboard_feed/page/plot.h"

#include <fmt/format.h>

#include <algorithm>

#include "absl/time/time.h"

namespace earshot::feed {
namespace {

constexpr double kEdge = 1.5;  // half a line's width, so that none is cut off

uint32_t LargestOf(const std::vector<uint32_t>& values) {
  return values.empty() ? 0 : *std::max_element(values.begin(), values.end());
}

}  // namespace

std::string SparkPoints(const std::vector<uint32_t>& values) {
  const uint32_t largest = LargestOf(values);
  if (values.size() < 2 || largest == 0) return "";
  const double step =
      (kSparkWidth - 2 * kEdge) / static_cast<double>(values.size() - 1);
  const double scale = (kSparkHeight - 2 * kEdge) / largest;
  std::string points;
  for (size_t i = 0; i < values.size(); ++i) {
    points += fmt::format("{}{:.1f},{:.1f}", i == 0 ? "" : " ",
                          kEdge + step * static_cast<double>(i),
                          kSparkHeight - kEdge - scale * values[i]);
  }
  return points;
}

std::vector<Bar> DayBars(absl::CivilDay first,
                         const std::vector<uint32_t>& values) {
  std::vector<Bar> bars;
  const uint32_t largest = LargestOf(values);
  if (largest == 0) return bars;
  const double step = double{kPlotWidth} / static_cast<double>(values.size());
  for (size_t i = 0; i < values.size(); ++i) {
    const double height = double{kPlotHeight} * values[i] / largest;
    bars.push_back(
        {fmt::format("{:.1f}", step * static_cast<double>(i)),
         fmt::format("{:.1f}", kPlotHeight - height),
         fmt::format("{:.1f}", step * 0.72), fmt::format("{:.1f}", height),
         fmt::format("{}: {}",
                     absl::FormatCivilTime(first + static_cast<int64_t>(i)),
                     values[i])});
  }
  return bars;
}

int HeatStep(uint64_t value, uint64_t largest) {
  constexpr uint64_t kSteps = 5;
  if (value == 0 || largest == 0) return 0;
  const uint64_t step = (kSteps * value + largest - 1) / largest;
  return static_cast<int>(std::min(step, kSteps));
}

}  // namespace earshot::feed
