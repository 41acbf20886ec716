#ifndef EARSHOT_BASE_HTTP_HTTP_SERVER_H_
#define EARSHOT_BASE_HTTP_HTTP_SERVER_H_

#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/time.h"

namespace earshot::http {

struct Request {
  uint64_t id = 0;     // for Answer
  std::string method;  // GET, HEAD or POST; others are refused before
  std::string path;    // without a query; as sent, percent signs and all
  std::string query;   // without the question mark
  std::string content_type;
  // The other headers that come along, and none else; empty: not sent. Of one
  // that comes twice the first. Together below most_head.
  std::string accept;
  std::string authorization;
  std::string cookie;
  std::string if_none_match;
  std::string origin;
  std::string host;  // as the client wrote it: name and perhaps port
  std::string accept_language;
  std::string body;
  std::string peer;  // the address that it comes from
};

struct Response {
  unsigned status = 200;
  std::string content_type = "text/plain; charset=utf-8";
  std::string body;
  std::vector<std::pair<std::string, std::string>> headers;
};

struct ServerOptions {
  std::string listen;             // host:port; port 0 lets the system choose
  size_t most_connections = 256;  // more are closed at once
  size_t most_body = size_t{64} << 10U;
  size_t most_head = size_t{16} << 10U;
  absl::Duration patience = absl::Seconds(10);  // for a request, and an answer
};

// HTTP/1.1, one request a connection, on a thread of its own. Requests come to
// the owner's poll loop, which answers each whenever it likes; a client that
// left in the meantime is no mistake. What is too large, too slow or no HTTP
// never gets there. Every answer forbids caching, sniffing, framing, scripts
// and anything from elsewhere, unless the response's own headers say otherwise.
//
// Memory: most_connections times the largest head and body.
class Server {
 public:
  static absl::StatusOr<std::unique_ptr<Server>> Start(ServerOptions options);
  ~Server();
  Server(const Server&) = delete;
  Server& operator=(const Server&) = delete;

  uint16_t port() const;
  // Readable when there is something to take.
  int fd() const;
  std::optional<Request> Take();
  void Answer(uint64_t id, Response response);

  struct Counts {
    uint64_t requests = 0;  // that were taken
    uint64_t refused = 0;   // too many, too large, too slow, no HTTP
  };
  Counts counts() const;

 private:
  class Impl;
  explicit Server(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

// The fields of a form (application/x-www-form-urlencoded); of a name that
// comes twice the first. Nothing: a percent sign is followed by no number.
std::optional<std::map<std::string, std::string>> ParseForm(
    std::string_view body);

// Empty: it is not there.
std::string FieldOf(const std::map<std::string, std::string>& fields,
                    const std::string& name);

}  // namespace earshot::http

#endif  // EARSHOT_BASE_HTTP_HTTP_SERVER_H_
