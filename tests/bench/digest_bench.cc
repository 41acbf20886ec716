#include <fmt/format.h>
#include <unistd.h>

#include <CLI/CLI.hpp>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

#include "base/os/memory.h"
#include "dashboard_feed/digest/digest.h"
#include "dashboard_feed/mirror/mirror.h"
#include "tests/bench/month_model.h"
#include "tests/bench/timing.h"

// As the feed has it.
extern "C" {
const char* malloc_conf =
    "thp:always,narenas:1,oversize_threshold:0,dirty_decay_ms:-1,"
    "muzzy_decay_ms:-1";
}

// Measures digests over a company's month: one for the leader who sees all of
// it, one for each of 1,000 leaders, and what an insight takes in the feed's
// memory. The last line of the output is JSON.
namespace earshot::bench {
namespace {

constexpr int kRounds = 9;  // unless told otherwise

// Bytes of this process that are in memory.
double Resident() {
  std::ifstream in("/proc/self/statm");
  double size = 0;
  double resident = 0;
  in >> size >> resident;
  return resident * static_cast<double>(::sysconf(_SC_PAGESIZE));
}

size_t DigestOf(const feed::Model& model, const v1::Leader& leader) {
  v1::Subscription subscription;
  subscription.set_id(leader.id());
  subscription.set_leader(leader.id());
  feed::DigestRequest request;
  request.subscription = &subscription;
  request.period = "2026-11-01";
  request.from = MonthEnd() - absl::Hours(24);
  request.to = MonthEnd();
  return feed::BuildDigest(model, leader, request).items;
}

int Measure(const MonthSize& size, int rounds, const std::string& folder) {
  auto mirror = feed::Mirror::Open(folder + "/mirror.db");
  if (!mirror.ok()) return 1;
  const double before = Resident();
  const absl::Status filled = FillMonth(size, **mirror);
  if (!filled.ok()) {
    fmt::print(stderr, "{}\n", filled.ToString());
    return 1;
  }
  ::sync();  // writing the month to disk is no part of a digest
  const feed::Model& model = (*mirror)->model();
  const double bytes =
      (Resident() - before) / static_cast<double>(model.insights.known());
  fmt::print(stderr, "{} insights, {:.0f} bytes each\n", model.insights.known(),
             bytes);
  std::vector<double> whole;
  whole.reserve(static_cast<size_t>(rounds));
  size_t items = 0;
  for (int round = 0; round < rounds; ++round) {
    whole.push_back(TimeOf(
        [&] { items = DigestOf(model, model.organisation.leaders(0)); }));
  }
  fmt::print(stderr, "whole scope: {:.1f} ms, {} items\n",
             Quantile(whole, 0.5) / 1e3, items);
  size_t all_items = 0;
  const double all = TimeOf([&] {
    for (const v1::Leader& leader : model.organisation.leaders()) {
      all_items += DigestOf(model, leader);
    }
  });
  fmt::print(stderr, "{} leaders: {:.2f} s, {} items\n",
             model.organisation.leaders_size(), all / 1e6, all_items);
  fmt::print(
      "{{\"digest_ms\": {:.2f}, \"digests_1000_leaders_s\": {:.3f}, "
      "\"bytes_per_insight\": {:.0f}}}\n",
      Quantile(whole, 0.5) / 1e3,
      all / 1e6 * 1000 / std::max(model.organisation.leaders_size(), 1), bytes);
  return 0;
}

int Main(int argc, char** argv) {
  CLI::App app("Digests over a company's month.", "digest_bench");
  MonthSize size;
  app.add_option("--insights", size.insights);
  app.add_option("--observations", size.observations);
  app.add_option("--leaders", size.leaders);
  app.add_option("--seed", size.seed);
  int rounds = kRounds;
  app.add_option("--rounds", rounds)->check(CLI::Range(1, 10000));
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    return app.exit(error) == 0 ? 0 : 2;
  }
  std::string folder =
      (std::filesystem::temp_directory_path() / "earshot-digest-XXXXXX")
          .string();
  if (::mkdtemp(folder.data()) == nullptr) return 1;
  os::KeepFreedMemory(size_t{64} << 20U);  // as the feed does
  const int code = Measure(size, rounds, folder);
  std::error_code ignored;
  std::filesystem::remove_all(folder, ignored);
  return code;
}

}  // namespace
}  // namespace earshot::bench

int main(int argc, char** argv) { return earshot::bench::Main(argc, argv); }
