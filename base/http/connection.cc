#include "base/http/connection.h"

#include <algorithm>
#include <array>
#include <boost/asio/write.hpp>
#include <boost/beast/core.hpp>
#include <boost/beast/http.hpp>
#include <boost/beast/ssl.hpp>
#include <optional>
#include <string>
#include <vector>

#include "base/http/coding.h"
#include "base/http/request_head.h"
#include "base/http/stream_queue.h"

namespace earshot::http {
namespace {

namespace asio = boost::asio;
namespace beast = boost::beast;
namespace bhttp = boost::beast::http;
using Tcp = asio::ip::tcp;
using PlainStream = beast::tcp_stream;
using TlsStream = beast::ssl_stream<beast::tcp_stream>;

// After a refusal the rest of what was sent is read and thrown away, so that
// the client gets to read why.
constexpr absl::Duration kLinger = absl::Seconds(1);
constexpr size_t kMostLingered = size_t{1} << 20U;
constexpr size_t kFirstRead = 4096;

std::chrono::milliseconds InMilliseconds(absl::Duration duration) {
  return std::chrono::milliseconds(absl::ToInt64Milliseconds(duration));
}

template <typename Stream>
class ConnectionOver final
    : public Connection,
      public std::enable_shared_from_this<ConnectionOver<Stream>> {
  static constexpr bool kTls = std::is_same_v<Stream, TlsStream>;

 public:
  template <typename... Args>
  ConnectionOver(ConnectionHost& host, uint64_t id, TlsContext tls,
                 Args&&... args)
      : host_(host),
        id_(id),
        tls_(std::move(tls)),
        stream_(std::forward<Args>(args)...),
        queue_(host.options().most_unsent) {
    beast::error_code error;
    const auto peer = tcp().socket().remote_endpoint(error);
    if (!error) peer_ = peer.address().to_string();
  }

  void Begin() override {
    Wait(host_.options().patience);
    if constexpr (kTls) {
      stream_.async_handshake(
          asio::ssl::stream_base::server,
          [self = this->shared_from_this()](beast::error_code error) {
            if (!error) return self->ReadRequest();
            self->host_.Refused();
            self->End();
          });
    } else {
      ReadRequest();
    }
  }

  void Answer(uint64_t request, Response response) override {
    if (!owed_ || request != RequestId()) return;
    if (response.stream) {
      BeginStream(std::move(response));
    } else {
      Write(std::move(response));
    }
  }

  void Push(uint64_t request, Server::Chunk chunk) override {
    if (request != RequestId() || chunk->empty()) return;
    if (streaming_ && !closing_) Queue(std::move(chunk));
  }

  void Close(uint64_t request) override {
    if (request != RequestId() || !streaming_ || closing_) return;
    closing_ = true;
    if (queue_.empty()) Shut();
  }

  void Beat(Moment now, const Server::Chunk& heartbeat) override {
    if (!streaming_) return;
    if (closing_ && queue_.empty()) {
      // A reader that does not say good-bye: its read holds up the library's.
      if (now - began_sending_ > InMilliseconds(kLinger)) End();
    } else if (queue_.sending()) {
      if (now - began_sending_ > InMilliseconds(host_.options().patience)) {
        Cut();
      }
    } else if (now - began_sending_ >=
               InMilliseconds(host_.options().heartbeat)) {
      Push(RequestId(), heartbeat);
    }
  }

  void Leave() override { tcp().close(); }

 private:
  beast::tcp_stream& tcp() { return beast::get_lowest_layer(stream_); }

  uint64_t RequestId() const {
    return id_ << ConnectionHost::kRequestBits | served_;
  }

  // Of the whole of what follows, however it trickles.
  void Wait(absl::Duration limit) {
    tcp().expires_after(InMilliseconds(limit));
  }

  void ReadRequest() {
    parser_.emplace();
    parser_->header_limit(static_cast<uint32_t>(host_.options().most_head));
    parser_->body_limit(host_.options().most_body);
    bhttp::async_read(
        stream_, buffer_, *parser_,
        [self = this->shared_from_this()](beast::error_code error, size_t) {
          self->OnRead(error);
        });
  }

  void OnRead(beast::error_code error) {
    if (error == bhttp::error::body_limit) {
      Refuse(413, "that is too much at once; shorten the text");
    } else if (error == bhttp::error::header_limit) {
      Refuse(431, "the request's head is too long");
    } else if (error == beast::error::timeout) {
      // Who has not begun is a browser that keeps a connection ready.
      if (parser_->got_some() || buffer_.size() > 0) host_.Refused();
      End();
    } else if (error == bhttp::error::end_of_stream ||
               error == asio::error::connection_reset ||
               error == asio::error::operation_aborted ||
               error == asio::ssl::error::stream_truncated) {
      End();
    } else if (error) {
      Refuse(400, "that is no HTTP/1.1 request");
    } else {
      OnRequest();
    }
  }

  void OnRequest() {
    const auto& message = parser_->get();
    head_ = message.method() == bhttp::verb::head;
    const bool known = head_ || message.method() == bhttp::verb::get ||
                       message.method() == bhttp::verb::post;
    if (!known) return Refuse(405, "GET, HEAD and POST are served here");
    ++served_;
    owed_ = true;
    keep_ = message.keep_alive() && served_ < MostRequests();
    Request request = AsRequest(parser_->release(), host_.options());
    parser_.reset();
    request.id = RequestId();
    request.peer = peer_;
    gzip_ = AcceptsGzip(request.accept_encoding);
    tcp().expires_never();  // it is the owner's turn
    host_.Arrived(std::move(request));
  }

  uint64_t MostRequests() const {
    return std::min<uint64_t>(
        host_.options().most_requests,
        (uint64_t{1} << ConnectionHost::kRequestBits) - 1);
  }

  void Refuse(unsigned status, const char* why) {
    host_.Refused();
    keep_ = false;
    linger_ = true;
    Write({.status = status, .body = std::string(why) + "\n", .headers = {}});
  }

  void Write(Response response) {
    owed_ = false;
    answer_.emplace(AsMessage(std::move(response), host_.options()));
    Encode(gzip_, *answer_);
    answer_->keep_alive(keep_);
    answer_->prepare_payload();
    if (head_) answer_->body().clear();
    Wait(host_.options().patience);
    bhttp::async_write(
        stream_, *answer_,
        [self = this->shared_from_this()](beast::error_code error, size_t) {
          self->OnWritten(error);
        });
  }

  void OnWritten(beast::error_code error) {
    answer_.reset();
    if (error) return End();
    if (keep_) return Rest();
    if (!linger_) return Shut();
    beast::error_code ignored;
    tcp().socket().shutdown(Tcp::socket::shutdown_send, ignored);
    Wait(kLinger);
    Linger(0);
  }

  void Rest() {
    head_ = false;
    if (buffer_.size() > 0) {
      Wait(host_.options().patience);
      return ReadRequest();
    }
    Wait(host_.options().idle);
    host_.Rests(id_, true);
    stream_.async_read_some(buffer_.prepare(kFirstRead),
                            [self = this->shared_from_this()](
                                beast::error_code error, size_t size) {
                              self->host_.Rests(self->id_, false);
                              if (error) return self->End();
                              self->buffer_.commit(size);
                              self->Wait(self->host_.options().patience);
                              self->ReadRequest();
                            });
  }

  void Linger(size_t thrown_away) {
    buffer_.clear();
    tcp().async_read_some(buffer_.prepare(kFirstRead),
                          [self = this->shared_from_this(), thrown_away](
                              beast::error_code error, size_t size) {
                            const size_t all = thrown_away + size;
                            if (error || all >= kMostLingered)
                              return self->End();
                            self->Linger(all);
                          });
  }

  void BeginStream(Response response) {
    owed_ = false;
    keep_ = false;
    streaming_ = true;
    began_sending_ = std::chrono::steady_clock::now();
    host_.StreamBegan();
    beast::error_code ignored;
    tcp().socket().set_option(
        asio::socket_base::send_buffer_size(
            static_cast<int>(host_.options().most_unsent)),
        ignored);
    // Beat looks after it; the library's timer is one for both directions.
    tcp().expires_never();
    auto answer = AsMessage(std::move(response), host_.options());
    Queue(std::make_shared<const std::string>(StreamHead(answer) +
                                              answer.body()));
    buffer_ = {};
    stream_.async_read_some(
        asio::buffer(unasked_),
        [self = this->shared_from_this()](beast::error_code, size_t) {
          // It has left, or asks for something else where nothing can be given.
          self->End();
        });
  }

  void Queue(Server::Chunk chunk) {
    if (!queue_.Add(std::move(chunk))) return Cut();
    SendQueued();
  }

  void SendQueued() {
    const auto& chunks = queue_.Begin();
    if (chunks.empty()) return;
    began_sending_ = std::chrono::steady_clock::now();
    std::vector<asio::const_buffer> buffers;
    buffers.reserve(chunks.size());
    for (const Server::Chunk& chunk : chunks) {
      buffers.emplace_back(chunk->data(), chunk->size());
    }
    asio::async_write(
        stream_, buffers,
        [self = this->shared_from_this()](beast::error_code error, size_t) {
          if (error) return self->End();
          self->queue_.Sent();
          self->SendQueued();
          if (self->closing_ && self->queue_.empty()) self->Shut();
        });
  }

  void Cut() {
    cut_ = true;
    End();
  }

  // Everything was sent.
  void Shut() {
    if constexpr (kTls) {
      Wait(kLinger);
      began_sending_ = std::chrono::steady_clock::now();
      stream_.async_shutdown([self = this->shared_from_this()](
                                 beast::error_code) { self->End(); });
    } else {
      beast::error_code ignored;
      tcp().socket().shutdown(Tcp::socket::shutdown_both, ignored);
      End();
    }
  }

  void End() {
    if (std::exchange(streaming_, false)) {
      host_.StreamEnded(RequestId(), cut_);
    }
    tcp().close();
    host_.Left(id_);
  }

  ConnectionHost& host_;
  const uint64_t id_;
  const TlsContext tls_;  // outlives stream_
  Stream stream_;
  std::string peer_;
  uint64_t served_ = 0;  // requests that came whole
  bool owed_ = false;    // an answer, by the owner
  bool head_ = false;
  bool gzip_ = false;
  bool keep_ = false;  // for another request
  bool linger_ = false;
  bool streaming_ = false;
  bool closing_ = false;  // once the queue is empty
  bool cut_ = false;
  beast::flat_buffer buffer_;
  std::optional<bhttp::request_parser<bhttp::string_body>> parser_;
  std::optional<bhttp::response<bhttp::string_body>> answer_;
  StreamQueue queue_;
  Moment began_sending_;
  std::array<char, 16> unasked_{};
};

}  // namespace

std::shared_ptr<Connection> MakeConnection(ConnectionHost& host, uint64_t id,
                                           Tcp::socket socket,
                                           const TlsContext& tls) {
  if (tls == nullptr) {
    return std::make_shared<ConnectionOver<PlainStream>>(host, id, tls,
                                                         std::move(socket));
  }
  return std::make_shared<ConnectionOver<TlsStream>>(
      host, id, tls, beast::tcp_stream(std::move(socket)), *tls);
}

}  // namespace earshot::http
