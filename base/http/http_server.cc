#include "base/http/http_server.h"

#include <fmt/format.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <deque>
#include <mutex>
#include <thread>
#include <utility>

// Boost 1.74 needs <utility> before it in C++20.
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/post.hpp>
#include <boost/beast/core.hpp>
#include <boost/beast/http.hpp>

#include "base/os/poll.h"

namespace earshot::http {
namespace {

namespace asio = boost::asio;
namespace beast = boost::beast;
namespace bhttp = boost::beast::http;
using Tcp = asio::ip::tcp;

std::string ToString(beast::string_view text) {
  return {text.data(), text.size()};
}

// What holds for every answer that does not say otherwise.
constexpr std::pair<const char*, const char*> kAlways[]{
    {"Cache-Control", "no-store"},
    {"Referrer-Policy", "no-referrer"},
    {"X-Content-Type-Options", "nosniff"},
    {"X-Frame-Options", "DENY"},
    {"Content-Security-Policy",
     "default-src 'none'; style-src 'unsafe-inline'; form-action 'self'; "
     "frame-ancestors 'none'; base-uri 'none'"}};

}  // namespace

class Server::Impl {
 public:
  explicit Impl(ServerOptions options)
      : options_(std::move(options)), acceptor_(context_) {}

  ~Impl() {
    context_.stop();
    if (thread_.joinable()) thread_.join();
  }

  absl::Status Listen();

  const ServerOptions& options() const { return options_; }
  uint16_t port() const {
    beast::error_code ignored;
    return acceptor_.local_endpoint(ignored).port();
  }
  int fd() const { return wakeup_.fd(); }

  // On the server's thread.
  void Arrived(Request request);
  void Refused() { ++refused_; }
  void Left(uint64_t id) { exchanges_.erase(id); }

  // On the owner's.
  std::optional<Request> Take();
  void Answer(uint64_t id, Response response);
  Counts counts() const { return {requests_, refused_}; }

 private:
  class Exchange;
  void Accept();

  const ServerOptions options_;
  asio::io_context context_{1};
  Tcp::acceptor acceptor_;
  std::map<uint64_t, std::shared_ptr<Exchange>> exchanges_;
  uint64_t last_id_ = 0;
  std::atomic<uint64_t> requests_ = 0;
  std::atomic<uint64_t> refused_ = 0;

  os::Wakeup wakeup_;
  std::mutex mutex_;
  std::deque<Request> arrived_;  // guarded by mutex_; one a connection
  std::thread thread_;
};

// One request, one answer, then closed. The server owns it, and whatever
// operation is pending.
class Server::Impl::Exchange : public std::enable_shared_from_this<Exchange> {
 public:
  Exchange(Impl& server, uint64_t id, Tcp::socket socket)
      : server_(server), id_(id), stream_(std::move(socket)) {
    parser_.header_limit(static_cast<uint32_t>(server_.options().most_head));
    parser_.body_limit(server_.options().most_body);
    beast::error_code error;
    const auto peer = stream_.socket().remote_endpoint(error);
    if (!error) peer_ = peer.address().to_string();
  }

  void Read() {
    Wait();
    bhttp::async_read(
        stream_, buffer_, parser_,
        [self = shared_from_this()](beast::error_code error, size_t) {
          self->OnRead(error);
        });
  }

  // Once; another answer to it is none.
  void Write(Response response) {
    if (std::exchange(answered_, true)) return;
    answer_.version(11);
    answer_.result(response.status);
    for (const auto& [name, value] : kAlways) answer_.set(name, value);
    answer_.set(bhttp::field::content_type, response.content_type);
    for (const auto& [name, value] : response.headers) answer_.set(name, value);
    answer_.body() = std::move(response.body);
    answer_.keep_alive(false);
    answer_.prepare_payload();
    if (head_) answer_.body().clear();
    Wait();
    bhttp::async_write(stream_, answer_,
                       [self = shared_from_this()](beast::error_code, size_t) {
                         beast::error_code ignored;
                         self->stream_.socket().shutdown(
                             Tcp::socket::shutdown_both, ignored);
                         self->server_.Left(self->id_);
                       });
  }

  void Refuse(unsigned status, const char* why) {
    server_.Refused();
    Write({.status = status, .body = std::string(why) + "\n", .headers = {}});
  }

 private:
  void Wait() {
    stream_.expires_after(std::chrono::milliseconds(
        absl::ToInt64Milliseconds(server_.options().patience)));
  }

  void OnRead(beast::error_code error) {
    if (error == bhttp::error::body_limit) {
      Refuse(413, "that is too much at once; shorten the text");
    } else if (error == bhttp::error::header_limit) {
      Refuse(431, "the request's head is too long");
    } else if (error == bhttp::error::end_of_stream ||
               error == beast::error::timeout ||
               error == asio::error::connection_reset ||
               error == asio::error::operation_aborted) {
      if (error == beast::error::timeout) server_.Refused();
      server_.Left(id_);
    } else if (error) {
      Refuse(400, "that is no HTTP/1.1 request");
    } else {
      OnRequest();
    }
  }

  void OnRequest() {
    const auto& message = parser_.get();
    head_ = message.method() == bhttp::verb::head;
    const bool known = head_ || message.method() == bhttp::verb::get ||
                       message.method() == bhttp::verb::post;
    if (!known) return Refuse(405, "GET, HEAD and POST are served here");
    Request request;
    request.id = id_;
    request.method = ToString(message.method_string());
    const std::string target = ToString(message.target());
    const size_t mark = std::min(target.find('?'), target.size());
    request.path = target.substr(0, mark);
    request.query = target.substr(std::min(target.size(), mark + 1));
    request.content_type = ToString(message[bhttp::field::content_type]);
    request.accept = ToString(message[bhttp::field::accept]);
    request.authorization = ToString(message[bhttp::field::authorization]);
    request.cookie = ToString(message[bhttp::field::cookie]);
    request.if_none_match = ToString(message[bhttp::field::if_none_match]);
    request.origin = ToString(message[bhttp::field::origin]);
    request.host = ToString(message[bhttp::field::host]);
    request.accept_language = ToString(message[bhttp::field::accept_language]);
    request.body = parser_.release().body();
    request.peer = peer_;
    stream_.expires_never();  // it is the owner's turn
    server_.Arrived(std::move(request));
  }

  Impl& server_;
  const uint64_t id_;
  beast::tcp_stream stream_;
  std::string peer_;
  bool head_ = false;
  bool answered_ = false;
  beast::flat_buffer buffer_;
  bhttp::request_parser<bhttp::string_body> parser_;
  bhttp::response<bhttp::string_body> answer_;
};

absl::Status Server::Impl::Listen() {
  const size_t colon = options_.listen.rfind(':');
  if (colon == std::string::npos) {
    return absl::InvalidArgumentError(fmt::format(
        "'{}' is not host:port, for instance 127.0.0.1:7414", options_.listen));
  }
  beast::error_code error;
  Tcp::resolver resolver(context_);
  const auto found = resolver.resolve(options_.listen.substr(0, colon),
                                      options_.listen.substr(colon + 1),
                                      Tcp::resolver::passive, error);
  if (!error) {
    const Tcp::endpoint endpoint = *found.begin();
    acceptor_.open(endpoint.protocol(), error);
    if (!error) acceptor_.set_option(Tcp::acceptor::reuse_address(true), error);
    if (!error) acceptor_.bind(endpoint, error);
    if (!error) acceptor_.listen(Tcp::acceptor::max_listen_connections, error);
  }
  if (error) {
    return absl::UnavailableError(
        fmt::format("listen on {}: {}; choose another address", options_.listen,
                    error.message()));
  }
  Accept();
  thread_ = std::thread([this] { context_.run(); });
  return absl::OkStatus();
}

void Server::Impl::Accept() {
  acceptor_.async_accept([this](beast::error_code error, Tcp::socket socket) {
    if (error == asio::error::operation_aborted) return;
    if (!error && exchanges_.size() < options_.most_connections) {
      const uint64_t id = ++last_id_;
      const auto exchange =
          std::make_shared<Exchange>(*this, id, std::move(socket));
      exchanges_.emplace(id, exchange);
      exchange->Read();
    } else if (!error) {
      Refused();  // `socket` is closed here
    }
    Accept();
  });
}

void Server::Impl::Arrived(Request request) {
  ++requests_;
  {
    const std::lock_guard lock(mutex_);
    arrived_.push_back(std::move(request));
  }
  wakeup_.Notify();
}

std::optional<Request> Server::Impl::Take() {
  const std::lock_guard lock(mutex_);
  if (arrived_.empty()) {
    wakeup_.Clear();
    return std::nullopt;
  }
  std::optional<Request> first(std::move(arrived_.front()));
  arrived_.pop_front();
  return first;
}

void Server::Impl::Answer(uint64_t id, Response response) {
  asio::post(context_, [this, id, response = std::move(response)]() mutable {
    const auto found = exchanges_.find(id);
    if (found != exchanges_.end()) found->second->Write(std::move(response));
  });
}

Server::Server(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
Server::~Server() = default;

absl::StatusOr<std::unique_ptr<Server>> Server::Start(ServerOptions options) {
  auto impl = std::make_unique<Impl>(std::move(options));
  absl::Status status = impl->Listen();
  if (!status.ok()) return status;
  return std::unique_ptr<Server>(new Server(std::move(impl)));
}

uint16_t Server::port() const { return impl_->port(); }
int Server::fd() const { return impl_->fd(); }
std::optional<Request> Server::Take() { return impl_->Take(); }
void Server::Answer(uint64_t id, Response response) {
  impl_->Answer(id, std::move(response));
}
Server::Counts Server::counts() const { return impl_->counts(); }

}  // namespace earshot::http
