#include "base/http/http_server.h"

#include <fmt/format.h>

#include <algorithm>
#include <atomic>
#include <deque>
#include <mutex>
#include <thread>
#include <utility>

// Boost 1.74 needs <utility> before it in C++20.
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/post.hpp>

#include "base/http/connection.h"
#include "base/os/poll.h"

namespace earshot::http {
namespace {

namespace asio = boost::asio;
using Tcp = asio::ip::tcp;

}  // namespace

class Server::Impl : public ConnectionHost {
 public:
  explicit Impl(ServerOptions options)
      : options_(std::move(options)), acceptor_(context_) {}

  ~Impl() override {
    context_.stop();
    if (thread_.joinable()) thread_.join();
  }

  absl::Status Listen();

  uint16_t port() const {
    boost::system::error_code ignored;
    return acceptor_.local_endpoint(ignored).port();
  }
  int fd() const { return wakeup_.fd(); }

  // On the server's thread.
  const ServerOptions& options() const override { return options_; }
  void Arrived(Request request) override;
  void Refused() override { ++refused_; }
  void Rests(uint64_t connection, bool rests) override;
  void Left(uint64_t connection) override { connections_.erase(connection); }

  // On the owner's.
  std::optional<Request> Take();
  void Answer(uint64_t id, Response response);
  Counts counts() const { return {requests_, refused_}; }

 private:
  void Accept();
  bool MakeRoom();

  const ServerOptions options_;
  asio::io_context context_{1};
  Tcp::acceptor acceptor_;
  std::map<uint64_t, std::shared_ptr<Connection>> connections_;
  // Those that rest, by when they began to.
  std::map<uint64_t, uint64_t> resting_;
  std::map<uint64_t, uint64_t> resting_since_;  // by connection
  uint64_t next_rest_ = 0;
  uint64_t last_id_ = 0;
  std::atomic<uint64_t> requests_ = 0;
  std::atomic<uint64_t> refused_ = 0;

  os::Wakeup wakeup_;
  std::mutex mutex_;
  std::deque<Request> arrived_;  // guarded by mutex_; one a connection
  std::thread thread_;
};

absl::Status Server::Impl::Listen() {
  const size_t colon = options_.listen.rfind(':');
  if (colon == std::string::npos) {
    return absl::InvalidArgumentError(fmt::format(
        "'{}' is not host:port, for instance 127.0.0.1:7414", options_.listen));
  }
  boost::system::error_code error;
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

// Whoever only waits for a next request gives way, the longest first.
bool Server::Impl::MakeRoom() {
  if (connections_.size() < options_.most_connections) return true;
  if (resting_.empty()) return false;
  const uint64_t longest = resting_.begin()->second;
  Rests(longest, false);
  const auto found = connections_.extract(longest);
  if (!found.empty()) found.mapped()->Leave();
  return true;
}

void Server::Impl::Rests(uint64_t connection, bool rests) {
  if (rests) {
    resting_[next_rest_] = connection;
    resting_since_[connection] = next_rest_++;
    return;
  }
  const auto since = resting_since_.extract(connection);
  if (!since.empty()) resting_.erase(since.mapped());
}

void Server::Impl::Accept() {
  acceptor_.async_accept(
      [this](boost::system::error_code error, Tcp::socket socket) {
        if (error == asio::error::operation_aborted) return;
        if (!error && MakeRoom()) {
          const uint64_t id = ++last_id_;
          const auto connection = MakeConnection(*this, id, std::move(socket));
          connections_.emplace(id, connection);
          connection->Begin();
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
    const auto found = connections_.find(id >> kRequestBits);
    if (found == connections_.end()) return;
    found->second->Answer(id, std::move(response));
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
