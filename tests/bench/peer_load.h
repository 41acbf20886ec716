#ifndef EARSHOT_TESTS_BENCH_PEER_LOAD_H_
#define EARSHOT_TESTS_BENCH_PEER_LOAD_H_

#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <chrono>
#include <cstdint>
#include <string>
#include <utility>

#include "tests/bench/payloads.h"

// What the loads on Redis and on PostgreSQL have in common: options, and how
// they are run and measured.
namespace earshot::bench {

struct PeerOptions {
  std::string server;
  std::string samples;
  size_t connections = 8;
  size_t batch = 100;
  size_t window = 4;  // messages in flight for each connection
  double seconds = 3;
  double warmup = 0.5;
  uint64_t seed = 1;
};

inline double Now() {
  return std::chrono::duration<double>(
             std::chrono::steady_clock::now().time_since_epoch())
      .count();
}

// `Load`: made of options and payloads, with Open, RunFor, acked, latencies.
template <typename Load>
int RunPeerLoad(int argc, char** argv, const std::string& name) {
  CLI::App app("The benchmarks' load on a peer.", name);
  PeerOptions options;
  app.add_option("--server", options.server, "a port, or as libpq takes it")
      ->required();
  app.add_option("--samples", options.samples)->required();
  app.add_option("--connections", options.connections);
  app.add_option("--batch", options.batch);
  app.add_option("--window", options.window);
  app.add_option("--seconds", options.seconds);
  app.add_option("--warmup", options.warmup);
  app.add_option("--seed", options.seed);
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    return app.exit(error) == 0 ? 0 : 2;
  }
  auto payloads = Payloads::Read(options.samples, options.seed);
  if (!payloads.ok()) return 1;
  Load load(options, *std::move(payloads));
  if (!load.Open() || !load.RunFor(options.warmup)) return 1;
  const uint64_t before = load.acked;
  load.latencies = Latencies();
  const double begin = Now();
  if (!load.RunFor(options.seconds)) return 1;
  const double seconds = Now() - begin;
  const uint64_t acked = load.acked - before;
  fmt::print(
      "{{\"acked\": {}, \"acked_per_s\": {:.0f}, \"ack_p50_ms\": {:.3f}, "
      "\"ack_p99_ms\": {:.3f}}}\n",
      acked, static_cast<double>(acked) / seconds,
      load.latencies.Percentile(50), load.latencies.Percentile(99));
  return 0;
}

}  // namespace earshot::bench

#endif  // EARSHOT_TESTS_BENCH_PEER_LOAD_H_
