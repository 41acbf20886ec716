#include "base/http/http_server.h"

#include <fmt/format.h>

#include <algorithm>
#include <atomic>
#include <deque>
#include <filesystem>
#include <map>
#include <mutex>
#include <thread>
#include <utility>

// Boost 1.74 needs <utility> before it in C++20.
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>

#include "base/http/connection.h"
#include "base/http/tls.h"
#include "base/os/poll.h"

namespace earshot::http {
namespace {

namespace asio = boost::asio;
using Tcp = asio::ip::tcp;

constexpr absl::Duration kBeat = absl::Seconds(1);

// When the files were written last; nothing: one cannot be asked.
using Written = std::optional<std::pair<std::filesystem::file_time_type,
                                        std::filesystem::file_time_type>>;

Written WrittenAt(const ServerOptions& options) {
  std::error_code error;
  const auto certificate =
      std::filesystem::last_write_time(options.certificate_file, error);
  if (error) return std::nullopt;
  const auto key =
      std::filesystem::last_write_time(options.private_key_file, error);
  if (error) return std::nullopt;
  return std::pair(certificate, key);
}

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
  void StreamBegan() override;
  void StreamEnded(uint64_t request, bool cut) override;
  void Left(uint64_t connection) override { connections_.erase(connection); }

  // On the owner's.
  std::optional<Request> Take();
  void Answer(uint64_t id, Response response);
  void Push(std::vector<Part> parts);
  void Close(uint64_t id);
  void SetHeartbeat(std::string chunk);
  std::optional<uint64_t> TakeLeft();
  absl::StatusOr<bool> RenewCertificate();
  Counts counts() const { return {requests_, refused_, cut_}; }

 private:
  void Accept();
  bool MakeRoom();
  void Beat();
  // Null: it has left. Shared, since it may leave while it is told something.
  std::shared_ptr<Connection> Find(uint64_t request) const;
  void NoteLeft(uint64_t request);
  void ClearIfTaken();

  const ServerOptions options_;
  asio::io_context context_{1};
  Tcp::acceptor acceptor_;
  asio::steady_timer beat_{context_};
  TlsContext tls_;   // null: by plain HTTP
  Written written_;  // on the owner's thread
  std::map<uint64_t, std::shared_ptr<Connection>> connections_;
  // Those that rest, by when they began to.
  std::map<uint64_t, uint64_t> resting_;
  std::map<uint64_t, uint64_t> resting_since_;  // by connection
  uint64_t next_rest_ = 0;
  size_t streams_ = 0;
  Chunk heartbeat_ = std::make_shared<const std::string>(":\n\n");
  uint64_t last_id_ = 0;
  std::atomic<uint64_t> requests_ = 0;
  std::atomic<uint64_t> refused_ = 0;
  std::atomic<uint64_t> cut_ = 0;

  os::Wakeup wakeup_;
  std::mutex mutex_;
  std::deque<Request> arrived_;  // guarded by mutex_; one a connection
  std::deque<uint64_t> left_;    // likewise
  std::thread thread_;
};

absl::Status Server::Impl::Listen() {
  const size_t colon = options_.listen.rfind(':');
  if (colon == std::string::npos) {
    return absl::InvalidArgumentError(fmt::format(
        "'{}' is not host:port, for instance 127.0.0.1:7414", options_.listen));
  }
  if (options_.certificate_file.empty() != options_.private_key_file.empty()) {
    return absl::InvalidArgumentError(
        "a certificate and its private key go together");
  }
  if (!options_.certificate_file.empty()) {
    written_ = WrittenAt(options_);
    auto tls =
        MakeTlsContext(options_.certificate_file, options_.private_key_file);
    if (!tls.ok()) return tls.status();
    tls_ = *std::move(tls);
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
          const auto connection =
              MakeConnection(*this, id, std::move(socket), tls_);
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

void Server::Impl::StreamBegan() {
  if (streams_++ == 0) Beat();
}

void Server::Impl::StreamEnded(uint64_t request, bool cut) {
  --streams_;
  if (cut) ++cut_;
  NoteLeft(request);
}

void Server::Impl::NoteLeft(uint64_t request) {
  {
    const std::lock_guard lock(mutex_);
    left_.push_back(request);
  }
  wakeup_.Notify();
}

void Server::Impl::Beat() {
  if (streams_ == 0) return;
  const auto now = std::chrono::steady_clock::now();
  // One that is cut leaves the map.
  std::vector<std::shared_ptr<Connection>> all;
  all.reserve(connections_.size());
  for (const auto& [id, connection] : connections_) all.push_back(connection);
  for (const auto& connection : all) connection->Beat(now, heartbeat_);
  const absl::Duration until =
      std::min({kBeat, options_.heartbeat, options_.patience});
  beat_.expires_after(
      std::chrono::milliseconds(absl::ToInt64Milliseconds(until)));
  beat_.async_wait([this](boost::system::error_code error) {
    if (!error) Beat();
  });
}

void Server::Impl::ClearIfTaken() {
  if (arrived_.empty() && left_.empty()) wakeup_.Clear();
}

std::optional<Request> Server::Impl::Take() {
  const std::lock_guard lock(mutex_);
  ClearIfTaken();
  if (arrived_.empty()) return std::nullopt;
  std::optional<Request> first(std::move(arrived_.front()));
  arrived_.pop_front();
  return first;
}

std::optional<uint64_t> Server::Impl::TakeLeft() {
  const std::lock_guard lock(mutex_);
  ClearIfTaken();
  if (left_.empty()) return std::nullopt;
  const uint64_t first = left_.front();
  left_.pop_front();
  return first;
}

std::shared_ptr<Connection> Server::Impl::Find(uint64_t request) const {
  const auto found = connections_.find(request >> kRequestBits);
  return found == connections_.end() ? nullptr : found->second;
}

void Server::Impl::Answer(uint64_t id, Response response) {
  asio::post(context_, [this, id, response = std::move(response)]() mutable {
    if (const auto connection = Find(id)) {
      connection->Answer(id, std::move(response));
    } else if (response.stream) {
      NoteLeft(id);
    }
  });
}

void Server::Impl::Push(std::vector<Part> parts) {
  asio::post(context_, [this, parts = std::move(parts)]() {
    for (const Part& part : parts) {
      if (const auto connection = Find(part.stream)) {
        connection->Push(part.stream, part.chunk);
      }
    }
  });
}

void Server::Impl::Close(uint64_t id) {
  asio::post(context_, [this, id]() {
    if (const auto connection = Find(id)) connection->Close(id);
  });
}

void Server::Impl::SetHeartbeat(std::string chunk) {
  asio::post(context_, [this, chunk = std::make_shared<const std::string>(
                                  std::move(chunk))]() { heartbeat_ = chunk; });
}

absl::StatusOr<bool> Server::Impl::RenewCertificate() {
  if (options_.certificate_file.empty()) return false;
  const Written written = WrittenAt(options_);
  if (written && written == written_) return false;
  auto tls =
      MakeTlsContext(options_.certificate_file, options_.private_key_file);
  if (!tls.ok()) return tls.status();
  written_ = written;
  asio::post(context_, [this, tls = *std::move(tls)]() { tls_ = tls; });
  return true;
}

Response KeptForever(const char* content_type, std::string_view body) {
  Response response;
  response.content_type = content_type;
  response.body = std::string(body);
  response.headers.emplace_back("Cache-Control",
                                "public, max-age=31536000, immutable");
  return response;
}

const char* AllowedAt(bool reads, bool writes) {
  if (!reads) return "POST";
  return writes ? "GET, HEAD, POST" : "GET, HEAD";
}

std::optional<std::string> AddressIn(const std::string& text) {
  boost::system::error_code error;
  const asio::ip::address address = asio::ip::make_address(text, error);
  if (error) return std::nullopt;
  return address.to_string();
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
void Server::Push(std::vector<Part> parts) { impl_->Push(std::move(parts)); }
void Server::Push(uint64_t stream, std::string chunk) {
  impl_->Push(
      {{stream, std::make_shared<const std::string>(std::move(chunk))}});
}
void Server::Close(uint64_t stream) { impl_->Close(stream); }
void Server::SetHeartbeat(std::string chunk) {
  impl_->SetHeartbeat(std::move(chunk));
}
std::optional<uint64_t> Server::TakeLeft() { return impl_->TakeLeft(); }
absl::StatusOr<bool> Server::RenewCertificate() {
  return impl_->RenewCertificate();
}
Server::Counts Server::counts() const { return impl_->counts(); }

}  // namespace earshot::http
