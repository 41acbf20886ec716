// Many agents in one thread, on real sockets with CURVE: the wire part of an
// agent, without its disk.
#include <fmt/format.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <unistd.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <cstdio>
#include <fstream>
#include <iostream>
#include <memory>
#include <string>
#include <vector>

#include "base/os/clock.h"
#include "base/os/random.h"
#include "base/wire/peer_link.h"
#include "router/access/access.h"
#include "tests/bench/load_agent.h"
#include "tests/bench/payloads.h"

namespace earshot::bench {
namespace {

struct Options {
  std::string access;
  std::string keys;
  std::string endpoint;
  std::string router_key;
  std::string samples;
  size_t agents = 8;
  size_t skip = 0;  // keys that other processes use
  size_t batch = 100;
  size_t window = 4;  // messages in flight for each agent
  double seconds = 3;
  double warmup = 0.5;
  double rate = 0;       // observations a second of all; 0: as many as it takes
  uint64_t records = 0;  // end after so many; 0: by time
  uint64_t seed = 1;
};

class Load {
 public:
  Load(const Options& options, Payloads payloads)
      : options_(options),
        payloads_(std::move(payloads)),
        context_(1),
        epoll_(::epoll_create1(0)) {}
  ~Load() { ::close(epoll_); }

  bool Open() {
    std::ifstream in(options_.keys);
    wire::KeyPair keys;
    for (size_t i = 0; i < options_.skip; ++i) {
      in >> keys.public_key >> keys.secret_key;
    }
    while (agents_.size() < options_.agents &&
           (in >> keys.public_key >> keys.secret_key)) {
      agents_.push_back(std::make_unique<Agent>(
          context_,
          wire::PeerLinkOptions{options_.endpoint, keys, options_.router_key},
          clock_, random_, payloads_));
    }
    return agents_.size() == options_.agents;
  }

  // Until every agent has a session.
  bool Connect() {
    const absl::Duration end = clock_.Monotonic() + absl::Minutes(4);
    size_t open = 0;
    while (open < agents_.size() && clock_.Monotonic() < end) {
      Turn(absl::Milliseconds(20), /*send=*/false);
      open = static_cast<size_t>(std::count_if(
          agents_.begin(), agents_.end(),
          [](const auto& agent) { return agent->link().open(); }));
    }
    return open == agents_.size();
  }

  void Run() {
    due_ = clock_.Monotonic();
    RunFor(options_.warmup, 0);
    latencies_ = Latencies();
    const uint64_t before = acked_;
    const absl::Duration begin = clock_.Monotonic();
    const double cpu = CpuSeconds();
    RunFor(options_.seconds, options_.records);
    const double seconds = absl::ToDoubleSeconds(clock_.Monotonic() - begin);
    const auto acked = static_cast<double>(acked_ - before);
    fmt::print(
        "{{\"acked\": {}, \"seconds\": {:.3f}, \"acked_per_s\": {:.0f}, "
        "\"ack_p50_ms\": {:.3f}, \"ack_p99_ms\": {:.3f}, "
        "\"load_cpu_us\": {:.3f}}}\n",
        acked_ - before, seconds, acked / seconds, latencies_.Percentile(50),
        latencies_.Percentile(99),
        (CpuSeconds() - cpu) * 1e6 / std::max(acked, 1.0));
  }

  // Everyone sends one observation and waits for its acknowledgement; then the
  // router is restarted by whoever runs this, and everyone must again.
  void Storm() {
    ServeAll();
    fmt::print("{{\"ready\": {}}}\n", agents_.size());
    std::fflush(stdout);
    std::string line;
    std::getline(std::cin, line);
    const absl::Duration begin = clock_.Monotonic();
    const auto waits = ServeAll();
    fmt::print(
        "{{\"agents\": {}, \"served\": {}, \"storm_all_s\": {:.2f}, "
        "\"storm_worst_s\": {:.2f}, \"storm_median_s\": {:.2f}}}\n",
        agents_.size(), waits.size(),
        absl::ToDoubleSeconds(clock_.Monotonic() - begin),
        waits.empty() ? 0 : waits.back(),
        waits.empty() ? 0 : waits[waits.size() / 2]);
  }

  // Each sends its share of the records; then, told to go on, everyone waits
  // for an answer to all of them.
  void Loop() {
    const auto share = std::max<uint64_t>(1, options_.records / agents_.size());
    bool all = false;
    while (!all) {
      Turn(absl::Milliseconds(5), /*send=*/false);
      all = true;
      for (const auto& agent : agents_) {
        while (agent->sent() < share && agent->CanSend(options_.window, 1)) {
          agent->Send(std::min<uint64_t>(options_.batch, share - agent->sent()),
                      clock_.Monotonic());
          Serve(*agent);
        }
        all = all && agent->durable() >= share;
      }
    }
    fmt::print("{{\"ready\": {}, \"records\": {}}}\n", agents_.size(),
               share * agents_.size());
    std::fflush(stdout);
    std::string line;
    std::getline(std::cin, line);
    const absl::Duration begin = clock_.Monotonic();
    size_t served = 0;
    while (served < agents_.size() &&
           clock_.Monotonic() - begin < absl::Minutes(2)) {
      Turn(absl::Milliseconds(5), /*send=*/false);
      served = static_cast<size_t>(std::count_if(
          agents_.begin(), agents_.end(),
          [&](const auto& agent) { return agent->answered() >= share; }));
    }
    fmt::print("{{\"answered\": {}, \"at\": {:.6f}}}\n", served,
               absl::ToDoubleSeconds(clock_.Wall() - absl::UnixEpoch()));
  }

 private:
  static double CpuSeconds() {
    rusage usage{};
    ::getrusage(RUSAGE_SELF, &usage);
    const auto seconds = [](const timeval& at) {
      return static_cast<double>(at.tv_sec) +
             static_cast<double>(at.tv_usec) / 1e6;
    };
    return seconds(usage.ru_utime) + seconds(usage.ru_stime);
  }

  void RunFor(double seconds, uint64_t records) {
    const absl::Duration end = clock_.Monotonic() + absl::Seconds(seconds);
    const uint64_t last = acked_ + records;
    while (records > 0 ? acked_ < last : clock_.Monotonic() < end) {
      Turn(options_.rate > 0 ? absl::Microseconds(100) : absl::Milliseconds(10),
           /*send=*/true);
    }
  }

  // Seconds until each had its own next observation acknowledged, sorted;
  // gives up after a minute.
  std::vector<double> ServeAll() {
    const absl::Duration begin = clock_.Monotonic();
    std::vector<uint64_t> before;
    for (const auto& agent : agents_) before.push_back(agent->durable());
    std::vector<bool> sent(agents_.size());
    std::vector<bool> served(agents_.size());
    std::vector<double> waits;
    while (waits.size() < agents_.size() &&
           clock_.Monotonic() - begin < absl::Minutes(1)) {
      Turn(absl::Milliseconds(5), /*send=*/false);
      for (size_t i = 0; i < agents_.size(); ++i) {
        Agent& agent = *agents_[i];
        if (served[i]) continue;
        if (agent.durable() > before[i]) {
          served[i] = true;
          waits.push_back(absl::ToDoubleSeconds(clock_.Monotonic() - begin));
        } else if (agent.in_flight() == 0 && agent.CanSend(1, 1)) {
          agent.Send(1, clock_.Monotonic());
          Serve(agent);
        }
      }
    }
    return waits;
  }

  void Watch(Agent& agent) {
    const int fd = agent.link().fd();
    if (fd == agent.watched) return;
    agent.watched = fd;  // an old one left epoll when it was closed
    if (fd < 0) return;
    epoll_event event{};
    event.events = EPOLLIN;
    event.data.ptr = &agent;
    ::epoll_ctl(epoll_, EPOLL_CTL_ADD, fd, &event);
  }

  void Serve(Agent& agent) {
    agent.DialIfDue();
    acked_ += agent.Pump(latencies_);
    if (agent.link().fd() < 0) agent.watched = -1;
    Watch(agent);
  }

  // Some at once: looking for answers after each costs more than sending it.
  void SendWithinWindow(Agent& agent) {
    constexpr int kAtOnce = 16;
    while (agent.CanSend(options_.window, options_.batch)) {
      for (int i = 0; i < kAtOnce; ++i) {
        if (!agent.CanSend(options_.window, options_.batch)) break;
        agent.Send(options_.batch, clock_.Monotonic());
      }
      acked_ += agent.Pump(latencies_);
    }
  }

  // At the rate: one message each time that it is due, agent by agent.
  void SendDue() {
    const absl::Duration now = clock_.Monotonic();
    const absl::Duration each =
        absl::Seconds(static_cast<double>(options_.batch) / options_.rate);
    for (size_t tries = 0; due_ <= now && tries < agents_.size();) {
      Agent& agent = *agents_[next_++ % agents_.size()];
      if (!agent.CanSend(options_.window, options_.batch)) {
        ++tries;
        continue;
      }
      agent.Send(options_.batch, due_);
      acked_ += agent.Pump(latencies_);
      due_ += each;
      tries = 0;
    }
  }

  void Turn(absl::Duration wait, bool send) {
    std::array<epoll_event, 256> ready{};
    const timespec limit = absl::ToTimespec(wait);
    const int count =
        ::epoll_pwait2(epoll_, ready.data(), ready.size(), &limit, nullptr);
    for (int i = 0; i < count; ++i) {
      Agent& agent =
          *static_cast<Agent*>(ready.at(static_cast<size_t>(i)).data.ptr);
      Serve(agent);
      if (send && options_.rate == 0) SendWithinWindow(agent);
    }
    if (send && options_.rate > 0) SendDue();
    const absl::Duration now = clock_.Monotonic();
    if (now < all_at_) return;
    all_at_ = now + absl::Milliseconds(50);  // timers, and who begins
    for (const auto& agent : agents_) {
      Serve(*agent);
      if (send && options_.rate == 0) SendWithinWindow(*agent);
    }
  }

  const Options& options_;
  Payloads payloads_;
  const os::SystemClock clock_;
  os::SystemRandom random_;
  wire::Context context_;
  const int epoll_;
  std::vector<std::unique_ptr<Agent>> agents_;
  Latencies latencies_;
  uint64_t acked_ = 0;
  size_t next_ = 0;
  absl::Duration due_;
  absl::Duration all_at_;
};

int Enrol(const Options& options) {
  auto access = router::Access::Open(options.access);
  if (!access.ok()) {
    fmt::print(stderr, "agents_load: {}\n", access.status().ToString());
    return 1;
  }
  std::ofstream out(options.keys);
  for (size_t i = 0; i < options.agents; ++i) {
    const wire::KeyPair keys = wire::GenerateKeyPair();
    router::Enrolled peer;
    peer.name = fmt::format("bench-{}", i);
    peer.public_key = keys.public_key;
    peer.enrolled_at = absl::Now();
    const absl::Status status = (*access)->Enrol(peer);
    if (!status.ok()) {
      fmt::print(stderr, "agents_load: {}\n", status.ToString());
      return 1;
    }
    out << keys.public_key << ' ' << keys.secret_key << '\n';
  }
  return 0;
}

enum class Mode { kRun, kStorm, kLoop };

int Serve(const Options& options, Mode mode) {
  auto payloads = Payloads::Read(options.samples, options.seed);
  if (!payloads.ok()) {
    fmt::print(stderr, "agents_load: {}\n", payloads.status().ToString());
    return 1;
  }
  rlimit limit{};
  ::getrlimit(RLIMIT_NOFILE, &limit);
  limit.rlim_cur = limit.rlim_max;
  ::setrlimit(RLIMIT_NOFILE, &limit);
  Load load(options, *std::move(payloads));
  if (!load.Open()) {
    fmt::print(stderr, "agents_load: too few keys in {}\n", options.keys);
    return 1;
  }
  if (!load.Connect()) {
    fmt::print(stderr, "agents_load: not every agent got a session\n");
    return 1;
  }
  switch (mode) {
    case Mode::kRun:
      load.Run();
      break;
    case Mode::kStorm:
      load.Storm();
      break;
    case Mode::kLoop:
      load.Loop();
  }
  return 0;
}

int Main(int argc, char** argv) {
  CLI::App app("Many agents on one thread, for the benchmarks.", "agents_load");
  app.require_subcommand(1);
  Options options;
  CLI::App* enrol = app.add_subcommand("enrol", "Make and enrol their keys.");
  enrol->add_option("--access", options.access)->required();
  CLI::App* run = app.add_subcommand("run", "Send, and count what is acked.");
  CLI::App* storm = app.add_subcommand("storm", "Reconnect all at once.");
  CLI::App* loop = app.add_subcommand("loop", "Send, then wait for answers.");
  for (CLI::App* command : {enrol, run, storm, loop}) {
    command->add_option("--keys", options.keys)->required();
    command->add_option("--agents", options.agents);
    if (command == enrol) continue;
    command->add_option("--endpoint", options.endpoint)->required();
    command->add_option("--router-key", options.router_key)->required();
    command->add_option("--samples", options.samples)->required();
    command->add_option("--seed", options.seed);
  }
  run->add_option("--batch", options.batch);
  run->add_option("--window", options.window);
  run->add_option("--seconds", options.seconds);
  run->add_option("--warmup", options.warmup);
  run->add_option("--rate", options.rate);
  run->add_option("--records", options.records);
  loop->add_option("--records", options.records)->required();
  loop->add_option("--batch", options.batch);
  loop->add_option("--skip", options.skip);
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    return app.exit(error) == 0 ? 0 : 2;
  }
  if (*enrol) return Enrol(options);
  return Serve(options, *storm  ? Mode::kStorm
                        : *loop ? Mode::kLoop
                                : Mode::kRun);
}

}  // namespace
}  // namespace earshot::bench

int main(int argc, char** argv) { return earshot::bench::Main(argc, argv); }
