// The same payloads into Redis: a set of ids and a stream, in one script, so
// that what was sent again is stored once. With appendfsync always a reply
// comes after the sync of its turn.
#include <fmt/format.h>
#include <hiredis/hiredis.h>
#include <poll.h>

#include <CLI/CLI.hpp>
#include <chrono>
#include <cstdio>
#include <deque>
#include <string>
#include <vector>

#include "tests/bench/payloads.h"

namespace earshot::bench {
namespace {

constexpr char kScript[] =
    "local n = 0 "
    "for i = 1, #ARGV, 2 do "
    "  if redis.call('SET', 'id:' .. ARGV[i], 1, 'NX', 'EX', 86400) then "
    "    redis.call('XADD', 'log', '*', 'id', ARGV[i], 'body', ARGV[i + 1]) "
    "    n = n + 1 "
    "  end "
    "end "
    "return n";

struct Options {
  int port = 0;
  std::string samples;
  size_t connections = 8;
  size_t batch = 100;
  size_t window = 4;
  double seconds = 3;
  double warmup = 0.5;
  uint64_t seed = 1;
};

double Now() {
  return std::chrono::duration<double>(
             std::chrono::steady_clock::now().time_since_epoch())
      .count();
}

struct Connection {
  redisContext* context = nullptr;
  std::deque<double> sent;
};

class Load {
 public:
  Load(const Options& options, Payloads payloads)
      : options_(options), payloads_(std::move(payloads)) {}
  ~Load() {
    for (Connection& connection : connections_) {
      redisFree(connection.context);
    }
  }

  bool Open() {
    for (size_t i = 0; i < options_.connections; ++i) {
      redisContext* const context = redisConnect("127.0.0.1", options_.port);
      if (context == nullptr || context->err != 0) return false;
      auto* const reply = static_cast<redisReply*>(
          redisCommand(context, "SCRIPT LOAD %s", kScript));
      if (reply == nullptr || reply->type != REDIS_REPLY_STRING) return false;
      sha_.assign(reply->str, reply->len);
      freeReplyObject(reply);
      context->flags &= ~REDIS_BLOCK;
      connections_.push_back({context, {}});
    }
    return true;
  }

  bool RunFor(double seconds) {
    const double end = Now() + seconds;
    std::vector<pollfd> fds;
    while (Now() < end) {
      fds.clear();
      for (Connection& connection : connections_) {
        if (!Fill(connection)) return false;
        fds.push_back({connection.context->fd, POLLIN, 0});
      }
      ::poll(fds.data(), fds.size(), 10);
      for (size_t i = 0; i < fds.size(); ++i) {
        if (fds[i].revents != 0 && !Take(connections_[i])) return false;
      }
    }
    return true;
  }

  // Everything that was sent is answered.
  void Drain() {
    for (Connection& connection : connections_) {
      while (!connection.sent.empty()) {
        pollfd fd{connection.context->fd, POLLIN, 0};
        ::poll(&fd, 1, 1000);
        if (!Take(connection)) return;
      }
    }
  }

  uint64_t acked = 0;
  Latencies latencies;

 private:
  bool Fill(Connection& connection) {
    while (connection.sent.size() < options_.window) {
      words_.assign({"EVALSHA", sha_, "0"});
      for (size_t i = 0; i < options_.batch; ++i) {
        const Payloads::Payload payload = payloads_.Next();
        words_.emplace_back(payload.id);
        words_.emplace_back(payload.body);
      }
      pointers_.clear();
      sizes_.clear();
      for (const std::string& word : words_) {
        pointers_.push_back(word.data());
        sizes_.push_back(word.size());
      }
      redisAppendCommandArgv(connection.context,
                             static_cast<int>(words_.size()), pointers_.data(),
                             sizes_.data());
      connection.sent.push_back(Now());
    }
    int done = 0;
    while (done == 0) {
      if (redisBufferWrite(connection.context, &done) != REDIS_OK) return false;
    }
    return true;
  }

  bool Take(Connection& connection) {
    if (redisBufferRead(connection.context) != REDIS_OK) return false;
    while (true) {
      void* raw = nullptr;
      if (redisGetReplyFromReader(connection.context, &raw) != REDIS_OK) {
        return false;
      }
      if (raw == nullptr) return true;
      auto* const reply = static_cast<redisReply*>(raw);
      const bool stored =
          reply->type == REDIS_REPLY_INTEGER &&
          reply->integer == static_cast<long long>(options_.batch);
      if (!stored) {
        fmt::print(stderr, "redis_load: {}\n",
                   reply->str == nullptr ? "an odd reply" : reply->str);
      }
      freeReplyObject(reply);
      if (!stored) return false;
      acked += options_.batch;
      latencies.Add((Now() - connection.sent.front()) * 1000);
      connection.sent.pop_front();
    }
  }

  const Options& options_;
  Payloads payloads_;
  std::string sha_;
  std::vector<Connection> connections_;
  std::vector<std::string> words_;
  std::vector<const char*> pointers_;
  std::vector<size_t> sizes_;
};

int Main(int argc, char** argv) {
  CLI::App app("The benchmarks' load on Redis.", "redis_load");
  Options options;
  app.add_option("--port", options.port)->required();
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
  load.Drain();
  fmt::print(
      "{{\"acked\": {}, \"acked_per_s\": {:.0f}, \"ack_p50_ms\": {:.3f}, "
      "\"ack_p99_ms\": {:.3f}}}\n",
      acked, static_cast<double>(acked) / seconds,
      load.latencies.Percentile(50), load.latencies.Percentile(99));
  return 0;
}

}  // namespace
}  // namespace earshot::bench

int main(int argc, char** argv) { return earshot::bench::Main(argc, argv); }
