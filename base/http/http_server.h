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
  std::string accept_encoding;
  std::string accept_language;
  std::string authorization;
  std::string cookie;
  std::string host;
  std::string if_none_match;
  std::string last_event_id;
  std::string origin;
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
  absl::Duration patience = absl::Seconds(10);  // for the whole of a request,
                                                // and of an answer
  size_t most_requests = 1000;              // one after another on a connection
  absl::Duration idle = absl::Seconds(60);  // between two of them
};

// HTTP/1.1 on a thread of its own. Requests come to the owner's poll loop,
// which answers each whenever it likes; a client that left in the meantime is
// no mistake. A connection is kept for further requests, one after another;
// where there are too many, those that wait for one give way. What is too
// large, too slow or no HTTP never gets to the owner. Every answer forbids
// caching, sniffing, framing, scripts and anything from elsewhere, unless the
// response's own headers say otherwise.
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
