#ifndef EARSHOT_TESTS_SIM_RUN_H_
#define EARSHOT_TESTS_SIM_RUN_H_

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "tests/checker/history.h"
#include "tests/sim/plan.h"
#include "tests/sim/world.h"

namespace earshot::sim {

// One seed, run and judged.
struct Verdict {
  uint64_t seed = 0;
  Plan plan;
  std::vector<std::string> findings;  // empty: every promise held
  std::string breach;                 // the first finding's kind
  checker::History history;
  uint64_t events = 0;
  bool clean() const { return findings.empty(); }
};

Verdict RunSeed(const Site& site, uint64_t seed);
Verdict RunPlan(const Site& site, uint64_t seed, const Plan& plan,
                const World::Trace& trace);

// Leaves out steps for as long as the same kind of finding remains; at most
// `most_runs` runs.
Verdict Shorten(const Site& site, Verdict failed, int most_runs);

}  // namespace earshot::sim

#endif  // EARSHOT_TESTS_SIM_RUN_H_
