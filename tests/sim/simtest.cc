#include <fmt/format.h>
#include <sys/wait.h>
#include <unistd.h>

#include <CLI/CLI.hpp>
#include <chrono>
#include <cstdio>
#include <fstream>
#include <memory>
#include <string>
#include <vector>

#include "tests/checker/history.h"
#include "tests/sim/run.h"

namespace earshot::sim {
namespace {

constexpr char kAbout[] =
    "Runs agents, router, feed and a leader on simulated clocks, links and "
    "disks, one run a seed, and checks every promise.";
constexpr char kMore[] =
    "Examples:\n"
    "  simtest --seeds 1..1000 -j 2     a thousand runs on two processes\n"
    "  simtest --seeds 4711 --trace     one run, line by line\n"
    "  simtest --seeds 4711 --history f.jsonl   and then: check-history "
    "f.jsonl\n\n"
    "Exit code: 0 every promise held, 1 one did not, 2 wrong usage.";
constexpr uint64_t kReportEvery = 1000;

struct Options {
  std::string seeds = "1..200";
  unsigned jobs = 1;
  bool trace = false;
  bool keep_going = false;
  int shorten = 400;
  std::string history;
  uint64_t first = 0;
  uint64_t last = 0;
};

bool ParseSeeds(Options& options) {
  const size_t dots = options.seeds.find("..");
  try {
    options.first = std::stoull(options.seeds.substr(0, dots));
    options.last = dots == std::string::npos
                       ? options.first
                       : std::stoull(options.seeds.substr(dots + 2));
  } catch (const std::exception&) {
    return false;
  }
  return options.first <= options.last;
}

double Seconds() {
  return std::chrono::duration<double>(
             std::chrono::steady_clock::now().time_since_epoch())
      .count();
}

void Report(const Site& site, const Options& options, Verdict verdict) {
  fmt::print("seed {} fails\n", verdict.seed);
  for (const std::string& finding : verdict.findings) {
    fmt::print("  {}\n", finding);
  }
  if (!options.history.empty()) {
    std::ofstream out(options.history);
    checker::WriteHistory(verdict.history, out);
  }
  const Verdict shortest = Shorten(site, std::move(verdict), options.shorten);
  fmt::print("the shortest trace found:\n");
  for (const Step& step : shortest.plan) {
    fmt::print("  {}\n", ToText(step));
  }
  for (const std::string& finding : shortest.findings) {
    fmt::print("  -> {}\n", finding);
  }
  if (options.trace) {
    RunPlan(site, shortest.seed, shortest.plan,
            [](const std::string& line) { fmt::print("{}\n", line); });
  }
  fmt::print("again: simtest --seeds {} --trace\n", shortest.seed);
  std::fflush(stdout);
}

// Every `jobs`-th seed. The number that failed, at most 100.
int RunShare(const Options& options, unsigned share) {
  Site site;
  World::MakeFresh(site);
  int failed = 0;
  uint64_t done = 0;
  for (uint64_t seed = options.first + share; seed <= options.last;
       seed += options.jobs) {
    Verdict verdict = RunSeed(site, seed);
    if (!verdict.clean()) {
      ++failed;
      Report(site, options, std::move(verdict));
      if (!options.keep_going || failed >= 100) break;
    } else if (options.trace && options.first == options.last) {
      RunPlan(site, seed, verdict.plan,
              [](const std::string& line) { fmt::print("{}\n", line); });
    } else if (!options.history.empty() && options.first == options.last) {
      std::ofstream out(options.history);
      checker::WriteHistory(verdict.history, out);
    }
    if (++done % kReportEvery == 0 && share == 0) {
      fmt::print(stderr, "simtest: {} of {} seeds\n", done * options.jobs,
                 options.last - options.first + 1);
    }
  }
  return failed;
}

int RunAll(const Options& options) {
  const double begin = Seconds();
  std::vector<pid_t> workers;
  for (unsigned share = 0; share < options.jobs; ++share) {
    const pid_t worker = ::fork();
    if (worker == 0) {
      const int failed = RunShare(options, share);
      std::fflush(nullptr);
      ::_exit(failed);
    }
    workers.push_back(worker);
  }
  int failed = 0;
  for (const pid_t worker : workers) {
    int status = 0;
    ::waitpid(worker, &status, 0);
    if (!WIFEXITED(status)) {
      fmt::print("a worker ended by signal {}\n", WTERMSIG(status));
      ++failed;
    } else {
      failed += WEXITSTATUS(status);
    }
  }
  const double seconds = Seconds() - begin;
  const uint64_t count = options.last - options.first + 1;
  fmt::print("{} seeds, {} failed, {:.1f} s, {:.1f} seeds/s\n", count, failed,
             seconds, static_cast<double>(count) / seconds);
  return failed == 0 ? 0 : 1;
}

int Main(int argc, char** argv) {
  CLI::App app(kAbout, "simtest");
  app.footer(kMore);
  Options options;
  app.add_option("--seeds", options.seeds, "A..B, or one seed")
      ->capture_default_str();
  app.add_option("-j,--jobs", options.jobs, "processes")
      ->check(CLI::Range(1, 64))
      ->capture_default_str();
  app.add_flag("--trace", options.trace, "print what happens, line by line");
  app.add_flag("--keep-going", options.keep_going,
               "go on after a seed that fails");
  app.add_option("--shorten", options.shorten,
                 "runs spent on a shorter trace of a failure")
      ->capture_default_str();
  app.add_option("--history", options.history,
                 "write the history of a failing or single run there");
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    return app.exit(error) == 0 ? 0 : 2;
  }
  if (!ParseSeeds(options)) {
    fmt::print(stderr, "simtest: --seeds is like 1..1000 or 4711\n");
    return 2;
  }
  return RunAll(options);
}

}  // namespace
}  // namespace earshot::sim

int main(int argc, char** argv) { return earshot::sim::Main(argc, argv); }
