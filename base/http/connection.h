#ifndef EARSHOT_BASE_HTTP_CONNECTION_H_
#define EARSHOT_BASE_HTTP_CONNECTION_H_

#include <chrono>
#include <cstdint>
#include <memory>
#include <utility>

// Boost 1.74 needs <utility> before it in C++20.
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/ssl/context.hpp>

#include "base/http/http_server.h"

// One connection of a Server. Everything here happens on the server's thread.
namespace earshot::http {

// What a connection needs of its server. Of a request, the high bits of its id
// are those of its connection.
class ConnectionHost {
 public:
  static constexpr unsigned kRequestBits = 16;

  virtual ~ConnectionHost() = default;
  virtual const ServerOptions& options() const = 0;
  virtual void Arrived(Request request) = 0;
  virtual void Refused() = 0;
  // Whether it waits for another request, of which nothing has come yet.
  virtual void Rests(uint64_t connection, bool rests) = 0;
  virtual void StreamBegan() = 0;
  // `cut`: its reader was too slow.
  virtual void StreamEnded(uint64_t request, bool cut) = 0;
  virtual void Left(uint64_t connection) = 0;
};

// The host owns it, and whatever operation is pending.
class Connection {
 public:
  using Moment = std::chrono::steady_clock::time_point;

  virtual ~Connection() = default;
  virtual void Begin() = 0;
  // Once for each request; another answer to it is none.
  virtual void Answer(uint64_t request, Response response) = 0;
  // To the stream that this request began, if it still is one.
  virtual void Push(uint64_t request, Server::Chunk chunk) = 0;
  virtual void Close(uint64_t request) = 0;
  // Cuts a stream whose reader takes nothing, and lets one that has been still
  // for long say that it is there.
  virtual void Beat(Moment now, const Server::Chunk& heartbeat) = 0;
  // At once, whatever is under way.
  virtual void Leave() = 0;
};

using TlsContext = std::shared_ptr<boost::asio::ssl::context>;

// By TLS if `tls` is not null.
std::shared_ptr<Connection> MakeConnection(ConnectionHost& host, uint64_t id,
                                           boost::asio::ip::tcp::socket socket,
                                           const TlsContext& tls);

}  // namespace earshot::http

#endif  // EARSHOT_BASE_HTTP_CONNECTION_H_
