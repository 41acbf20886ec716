#include "tests/sim/run.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "tests/checker/check.h"

namespace earshot::sim {

Verdict RunPlan(const Site& site, uint64_t seed, const Plan& plan,
                const World::Trace& trace) {
  Verdict verdict;
  verdict.seed = seed;
  verdict.plan = plan;
  World world(site, seed, trace);
  Outcome outcome = world.Run(plan);
  verdict.events = outcome.events;
  verdict.history = std::move(outcome.history);
  if (!outcome.converged) {
    verdict.breach = "not_converged";
    verdict.findings.push_back("not_converged: " + outcome.stuck);
    return verdict;
  }
  for (const checker::Finding& finding : checker::Check(verdict.history)) {
    const std::string name(checker::BreachName(finding.breach));
    if (verdict.breach.empty()) verdict.breach = name;
    verdict.findings.push_back(fmt::format("{} {} {}: {}", name, finding.who,
                                           finding.id, finding.detail));
  }
  return verdict;
}

Verdict RunSeed(const Site& site, uint64_t seed) {
  return RunPlan(site, seed, MakePlan(seed), {});
}

// Zeller and Hildebrandt, "Simplifying and isolating failure-inducing input"
// (2002): complements of ever smaller pieces.
Verdict Shorten(const Site& site, Verdict failed, int most_runs) {
  size_t pieces = 2;
  int runs = 0;
  while (failed.plan.size() > 1 && runs < most_runs) {
    const size_t size = failed.plan.size();
    const size_t piece = (size + pieces - 1) / pieces;
    bool shorter = false;
    for (size_t from = 0; from < size && runs < most_runs; from += piece) {
      Plan plan;
      for (size_t i = 0; i < size; ++i) {
        if (i < from || i >= from + piece) plan.push_back(failed.plan[i]);
      }
      ++runs;
      Verdict verdict = RunPlan(site, failed.seed, plan, {});
      if (verdict.breach != failed.breach) continue;
      failed = std::move(verdict);
      shorter = true;
      break;
    }
    if (shorter) {
      pieces = std::max<size_t>(2, pieces - 1);
    } else if (piece == 1) {
      break;
    } else {
      pieces = std::min(size, pieces * 2);
    }
  }
  return failed;
}

}  // namespace earshot::sim
