#ifndef EARSHOT_DASHBOARD_FEED_PAGE_PLOT_H_
#define EARSHOT_DASHBOARD_FEED_PAGE_PLOT_H_

#include <cstdint>
#include <string>
#include <vector>

#include "absl/time/civil_time.h"

// Small pictures of numbers, as coordinates of inline SVG. Pure.
namespace earshot::feed {

// The points of a line through one value a step: "0,18 2,16 ...", in a box
// kSparkWidth by kSparkHeight whose lower edge is 0. Fewer than two values, or
// nothing but zeros: empty.
inline constexpr int kSparkWidth = 96;
inline constexpr int kSparkHeight = 24;
std::string SparkPoints(const std::vector<uint32_t>& values);

// Bars of one day each in a box kPlotWidth by kPlotHeight.
inline constexpr int kPlotWidth = 630;
inline constexpr int kPlotHeight = 150;
struct Bar {
  std::string x, y, width, height;
  std::string label;  // 2026-11-02: 17
};
std::vector<Bar> DayBars(absl::CivilDay first,
                         const std::vector<uint32_t>& values);

// From 0 to 5: where a value stands between nothing and the largest.
int HeatStep(uint64_t value, uint64_t largest);

}  // namespace earshot::feed

#endif  // EARSHOT_DASHBOARD_FEED_PAGE_PLOT_H_
