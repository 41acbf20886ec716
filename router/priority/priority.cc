#include "router/priority/priority.h"

#include <fmt/format.h>

#include <bit>
#include <cstdint>
#include <string>

#include "router/insight/insight.h"

namespace earshot::router {
namespace {

// log2(n) in thousandths, straight between powers of two; 0 for 0 and 1.
int64_t Log2Milli(uint64_t n) {
  if (n < 2) return 0;
  const auto whole = static_cast<int>(std::bit_width(n)) - 1;
  const uint64_t base = uint64_t{1} << whole;
  return 1000 * whole + static_cast<int64_t>((n - base) * 1000 / base);
}

bool Settled(v1::State state) {
  return state == v1::RESOLVED || state == v1::CONFIRMED ||
         state == v1::UNCHALLENGED || state == v1::DECLINED;
}

}  // namespace

void Prioritise(v1::Insight& insight) {
  insight.clear_parts();
  int64_t total = 0;
  const auto part = [&](const char* name, int64_t milli,
                        const std::string& because) {
    if (milli == 0) return;
    v1::PriorityPart& out = *insight.add_parts();
    out.set_name(name);
    out.set_milli(milli);
    out.set_because(because);
    total += milli;
  };
  part("severity", 500 * static_cast<int64_t>(insight.severity_max()),
       fmt::format("highest severity {}", insight.severity_max()));
  const uint32_t sites = SiteCount(insight);
  part("breadth",
       Log2Milli(insight.reporters()) * 7 / 10 + Log2Milli(sites) / 2,
       "distinct people and sites");
  part("volume", Log2Milli(insight.observations()) / 10, "observations");
  if (insight.open_always()) part("safety", 1500, "severity 5, risk or safety");
  if (insight.state() == v1::REOPENED) {
    part("regression", 1000, "came back after it was answered");
  }
  if (Settled(insight.state())) part("state", -2000, "answered for good");
  if (insight.kind() == v1::OBSERVATION_KIND_PRAISE ||
      insight.kind() == v1::OBSERVATION_KIND_NOISE) {
    part("kind", -2000, "praise and noise have places of their own");
  }
  insight.set_priority_milli(total);
}

}  // namespace earshot::router
