#include "dashboard_feed/render/words.h"

#include <fmt/format.h>

namespace earshot::feed {

std::string CountText(const v1::Count& count) {
  return count.hidden() ? fmt::format("<{}", count.below())
                        : fmt::format("{}", count.value());
}

std::string CountedText(const v1::Count& count, const char* one,
                        const char* many) {
  const bool single = !count.hidden() && count.value() == 1;
  return fmt::format("{} {}", CountText(count), single ? one : many);
}

std::string CostText(const v1::CostEstimate& cost) {
  std::string text = fmt::format("{} {}", cost.typical(), cost.currency());
  if (cost.low() != cost.high()) {
    text += fmt::format(" ({} to {})", cost.low(), cost.high());
  }
  return text;
}

std::string Lasting(int64_t seconds) {
  if (seconds < 90 * 60) return fmt::format("{} min", (seconds + 30) / 60);
  if (seconds < 36 * 3600) return fmt::format("{} h", (seconds + 1800) / 3600);
  return fmt::format("{} days", (seconds + 43200) / 86400);
}

std::string StepText(const v1::LoopHealth& health, const char* name) {
  for (const v1::LoopStep& step : health.steps()) {
    if (step.name() == name && step.insights() > 0) {
      return Lasting(step.median_seconds());
    }
  }
  return "";
}

}  // namespace earshot::feed
