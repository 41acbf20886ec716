// The same payloads into Redis: a set of ids and a stream, in one script, so
// that what was sent again is stored once. With appendfsync always a reply
// comes after the sync of its turn.
#include <fmt/format.h>
#include <hiredis/hiredis.h>
#include <poll.h>

#include <cstdio>
#include <deque>
#include <string>
#include <vector>

#include "tests/bench/payloads.h"
#include "tests/bench/peer_load.h"

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

struct Connection {
  redisContext* context = nullptr;
  std::deque<double> sent;
};

class Load {
 public:
  Load(const PeerOptions& options, Payloads payloads)
      : options_(options), payloads_(std::move(payloads)) {}
  ~Load() {
    for (Connection& connection : connections_) {
      redisFree(connection.context);
    }
  }

  bool Open() {
    for (size_t i = 0; i < options_.connections; ++i) {
      redisContext* const context =
          redisConnect("127.0.0.1", std::stoi(options_.server));
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

  const PeerOptions& options_;
  Payloads payloads_;
  std::string sha_;
  std::vector<Connection> connections_;
  std::vector<std::string> words_;
  std::vector<const char*> pointers_;
  std::vector<size_t> sizes_;
};

}  // namespace
}  // namespace earshot::bench

int main(int argc, char** argv) {
  return earshot::bench::RunPeerLoad<earshot::bench::Load>(argc, argv,
                                                           "redis_load");
}
