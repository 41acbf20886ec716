// The same payloads into PostgreSQL: one statement and one commit a message,
// pipelined; the id is the primary key, so that what was sent again is stored
// once.
#include <arpa/inet.h>
#include <fmt/format.h>
#include <libpq-fe.h>
#include <poll.h>

#include <array>
#include <cstdio>
#include <deque>
#include <string>
#include <vector>

#include "tests/bench/payloads.h"
#include "tests/bench/peer_load.h"

namespace earshot::bench {
namespace {

constexpr char kInsert[] =
    "INSERT INTO observations "
    "SELECT * FROM unnest($1::uuid[], $2::bytea[]) ON CONFLICT DO NOTHING";
constexpr Oid kUuid = 2950;
constexpr Oid kBytea = 17;

void Append32(std::string& out, uint32_t value) {
  const uint32_t net = htonl(value);
  out.append(reinterpret_cast<const char*>(&net), sizeof(net));
}

// An array in PostgreSQL's binary form, one dimension, no nulls.
void BeginArray(std::string& out, Oid type, size_t count) {
  out.clear();
  for (const uint32_t value : {uint32_t{1}, uint32_t{0}, uint32_t{type},
                               static_cast<uint32_t>(count), uint32_t{1}}) {
    Append32(out, value);
  }
}

void AppendElement(std::string& out, std::string_view bytes) {
  Append32(out, static_cast<uint32_t>(bytes.size()));
  out.append(bytes);
}

struct Connection {
  PGconn* server = nullptr;
  std::deque<double> sent;
};

class Load {
 public:
  Load(const PeerOptions& options, Payloads payloads)
      : options_(options), payloads_(std::move(payloads)) {}
  ~Load() {
    for (Connection& connection : connections_) PQfinish(connection.server);
  }

  bool Open() {
    for (size_t i = 0; i < options_.connections; ++i) {
      PGconn* const server = PQconnectdb(options_.server.c_str());
      connections_.push_back({server, {}});
      if (PQstatus(server) != CONNECTION_OK) return Fail(server);
      PGresult* const prepared = PQprepare(server, "put", kInsert, 2, nullptr);
      const bool ready = PQresultStatus(prepared) == PGRES_COMMAND_OK;
      PQclear(prepared);
      if (!ready || PQsetnonblocking(server, 1) != 0 ||
          PQenterPipelineMode(server) != 1) {
        return Fail(server);
      }
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
        const short events =
            PQflush(connection.server) == 1 ? POLLIN | POLLOUT : POLLIN;
        fds.push_back({PQsocket(connection.server), events, 0});
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
  static bool Fail(PGconn* server) {
    fmt::print(stderr, "postgres_load: {}", PQerrorMessage(server));
    return false;
  }

  bool Fill(Connection& connection) {
    while (connection.sent.size() < options_.window) {
      BeginArray(ids_, kUuid, options_.batch);
      BeginArray(bodies_, kBytea, options_.batch);
      for (size_t i = 0; i < options_.batch; ++i) {
        const Payloads::Payload payload = payloads_.Next();
        AppendElement(ids_, payload.id);
        AppendElement(bodies_, payload.body);
      }
      const std::array<const char*, 2> values{ids_.data(), bodies_.data()};
      const std::array<int, 2> sizes{static_cast<int>(ids_.size()),
                                     static_cast<int>(bodies_.size())};
      const std::array<int, 2> binary{1, 1};
      if (PQsendQueryPrepared(connection.server, "put", 2, values.data(),
                              sizes.data(), binary.data(), 0) != 1 ||
          PQpipelineSync(connection.server) != 1) {
        return Fail(connection.server);
      }
      connection.sent.push_back(Now());
    }
    return true;
  }

  bool Take(Connection& connection) {
    if (PQconsumeInput(connection.server) != 1) return Fail(connection.server);
    // A statement's result, a null, and the end of its transaction.
    while (PQisBusy(connection.server) == 0) {
      PGresult* const result = PQgetResult(connection.server);
      if (result == nullptr) {
        if (connection.sent.empty()) return true;
        if (PQisBusy(connection.server) != 0) return true;
        PGresult* const next = PQgetResult(connection.server);
        if (next == nullptr) return true;
        if (!See(connection, next)) return false;
        continue;
      }
      if (!See(connection, result)) return false;
    }
    return true;
  }

  bool See(Connection& connection, PGresult* result) {
    const ExecStatusType status = PQresultStatus(result);
    PQclear(result);
    if (status == PGRES_PIPELINE_SYNC) {
      acked += options_.batch;
      latencies.Add((Now() - connection.sent.front()) * 1000);
      connection.sent.pop_front();
      return true;
    }
    return status == PGRES_COMMAND_OK || Fail(connection.server);
  }

  const PeerOptions& options_;
  Payloads payloads_;
  std::vector<Connection> connections_;
  std::string ids_, bodies_;
};

}  // namespace
}  // namespace earshot::bench

int main(int argc, char** argv) {
  return earshot::bench::RunPeerLoad<earshot::bench::Load>(argc, argv,
                                                           "postgres_load");
}
