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
  // Of X-Forwarded-For, all of them in a row. Whoever is no proxy may write
  // there what they like, as in the next two.
  std::string forwarded_for;
  std::string signed_on;    // ServerOptions::sign_on_header
  size_t signed_on_by = 0;  // how often it came
  std::string body;
  std::string peer;  // the address that it comes from
};

struct Response {
  unsigned status = 200;
  std::string content_type = "text/plain; charset=utf-8";
  std::string body;
  std::vector<std::pair<std::string, std::string>> headers = {};
  // It stays open after `body`, for Server::Push, and ends with its connection.
  bool stream = false;
};

struct ServerOptions {
  std::string listen = {};        // host:port; port 0 lets the system choose
  size_t most_connections = 256;  // more are closed at once
  size_t most_body = size_t{64} << 10U;
  size_t most_head = size_t{16} << 10U;
  absl::Duration patience = absl::Seconds(10);  // for the whole of a request,
                                                // and of an answer
  size_t most_requests = 1000;              // one after another on a connection
  absl::Duration idle = absl::Seconds(60);  // between two of them
  size_t most_unsent = size_t{64} << 10U;   // bytes of a stream
  absl::Duration heartbeat = absl::Seconds(15);  // of a stream that is still
  // PEM; with both it is HTTPS, by TLS 1.2 or later.
  std::string certificate_file = {};  // and those that vouch for it
  std::string private_key_file = {};
  // In every answer that does not say otherwise.
  std::vector<std::pair<std::string, std::string>> headers = {};
  std::string sign_on_header = {};  // for Request::signed_on; empty: none
};

// HTTP/1.1 on a thread of its own. Requests come to the owner's poll loop,
// which answers each whenever it likes; a client that left in the meantime is
// no mistake. A connection is kept for further requests, one after another;
// where there are too many, those that wait for one give way. What is too
// large, too slow or no HTTP never gets to the owner. Every answer forbids
// caching, sniffing, framing, scripts and anything from elsewhere, unless the
// response's own headers say otherwise.
//
// A stream is for server-sent events. Whoever reads too slowly for most_unsent,
// or nothing for `patience`, is cut, and may come back with Last-Event-ID; one
// that has been still for `heartbeat` is sent a line that says nothing.
//
// Memory: most_connections times the largest head and body, or most_unsent;
// what several streams are sent is held once.
class Server {
 public:
  using Chunk = std::shared_ptr<const std::string>;
  struct Part {
    uint64_t stream = 0;  // the request that it answers
    Chunk chunk;
  };

  static absl::StatusOr<std::unique_ptr<Server>> Start(ServerOptions options);
  ~Server();
  Server(const Server&) = delete;
  Server& operator=(const Server&) = delete;

  uint16_t port() const;
  // Readable when there is something to take.
  int fd() const;
  std::optional<Request> Take();
  void Answer(uint64_t id, Response response);

  // Each to its stream, in this order; to one that has ended it is none.
  void Push(std::vector<Part> parts);
  void Push(uint64_t stream, std::string chunk);
  // Once what it was sent has gone out.
  void Close(uint64_t stream);
  // What streams are sent that are still; a comment before this is called.
  void SetHeartbeat(std::string chunk);
  // Each stream once, when it has ended, whoever ended it. fd() tells of it
  // too.
  std::optional<uint64_t> TakeLeft();

  // Looks at the files of the certificate; true: they have changed, and who
  // comes from now on gets the new one. On failure all stays as it was.
  absl::StatusOr<bool> RenewCertificate();

  struct Counts {
    uint64_t requests = 0;  // that were taken
    uint64_t refused = 0;   // too many, too large, too slow, no HTTP
    uint64_t cut = 0;       // streams that were read too slowly
  };
  Counts counts() const;

 private:
  class Impl;
  explicit Server(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

// What a browser may keep for ever, since its path names what is in it.
Response KeptForever(const char* content_type, std::string_view body);
// For the header Allow, of a path that is read, written to, or both.
const char* AllowedAt(bool reads, bool writes);

// An address as Request::peer has it, however it was written; nothing: it is
// none.
std::optional<std::string> AddressIn(const std::string& text);

// The fields of a form (application/x-www-form-urlencoded); of a name that
// comes twice the first. Nothing: a percent sign is followed by no number.
std::optional<std::map<std::string, std::string>> ParseForm(
    std::string_view body);

// Empty: it is not there.
std::string FieldOf(const std::map<std::string, std::string>& fields,
                    const std::string& name);

}  // namespace earshot::http

#endif  // EARSHOT_BASE_HTTP_HTTP_SERVER_H_
