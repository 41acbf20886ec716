#include "base/http/connection.h"

#include <algorithm>
#include <array>
#include <boost/beast/core.hpp>
#include <boost/beast/http.hpp>
#include <chrono>
#include <optional>
#include <string>

#include "base/http/coding.h"

namespace earshot::http {
namespace {

namespace asio = boost::asio;
namespace beast = boost::beast;
namespace bhttp = boost::beast::http;
using Tcp = asio::ip::tcp;

// After a refusal the rest of what was sent is read and thrown away, so that
// the client gets to read why.
constexpr absl::Duration kLinger = absl::Seconds(1);
constexpr size_t kMostLingered = size_t{1} << 20U;

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

class Plain : public Connection, public std::enable_shared_from_this<Plain> {
 public:
  Plain(ConnectionHost& host, uint64_t id, Tcp::socket socket)
      : host_(host), id_(id), stream_(std::move(socket)) {
    beast::error_code error;
    const auto peer = stream_.socket().remote_endpoint(error);
    if (!error) peer_ = peer.address().to_string();
  }

  void Begin() override {
    Wait(host_.options().patience);
    ReadRequest();
  }

  void Answer(uint64_t request, Response response) override {
    if (!owed_ || request != RequestId()) return;
    Write(std::move(response));
  }

  void Leave() override { stream_.close(); }

 private:
  uint64_t RequestId() const {
    return id_ << ConnectionHost::kRequestBits | served_;
  }

  // Of the whole of what follows, however it trickles.
  void Wait(absl::Duration limit) {
    stream_.expires_after(
        std::chrono::milliseconds(absl::ToInt64Milliseconds(limit)));
  }

  void ReadRequest() {
    parser_.emplace();
    parser_->header_limit(static_cast<uint32_t>(host_.options().most_head));
    parser_->body_limit(host_.options().most_body);
    bhttp::async_read(
        stream_, buffer_, *parser_,
        [self = shared_from_this()](beast::error_code error, size_t) {
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
      host_.Left(id_);
    } else if (error == bhttp::error::end_of_stream ||
               error == asio::error::connection_reset ||
               error == asio::error::operation_aborted) {
      host_.Left(id_);
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
    stream_.expires_never();  // it is the owner's turn
    host_.Arrived(TakeRequest());
  }

  uint64_t MostRequests() const {
    return std::min<uint64_t>(
        host_.options().most_requests,
        (uint64_t{1} << ConnectionHost::kRequestBits) - 1);
  }

  Request TakeRequest() {
    auto message = parser_->release();
    Request request;
    request.id = RequestId();
    request.method = ToString(message.method_string());
    const std::string target = ToString(message.target());
    const size_t mark = std::min(target.find('?'), target.size());
    request.path = target.substr(0, mark);
    request.query = target.substr(std::min(target.size(), mark + 1));
    const auto header = [&](const auto& name) {
      return ToString(message[name]);
    };
    request.content_type = header(bhttp::field::content_type);
    request.accept = header(bhttp::field::accept);
    request.accept_encoding = header(bhttp::field::accept_encoding);
    request.accept_language = header(bhttp::field::accept_language);
    request.authorization = header(bhttp::field::authorization);
    request.cookie = header(bhttp::field::cookie);
    request.host = header(bhttp::field::host);
    request.if_none_match = header(bhttp::field::if_none_match);
    request.last_event_id = header("Last-Event-ID");
    request.origin = header(bhttp::field::origin);
    request.body = std::move(message.body());
    request.peer = peer_;
    parser_.reset();
    gzip_ = AcceptsGzip(request.accept_encoding);
    return request;
  }

  void Refuse(unsigned status, const char* why) {
    host_.Refused();
    keep_ = false;
    linger_ = true;
    Write({.status = status, .body = std::string(why) + "\n", .headers = {}});
  }

  void Write(Response response) {
    owed_ = false;
    bhttp::response<bhttp::string_body>& answer = answer_.emplace();
    answer.version(11);
    answer.result(response.status);
    for (const auto& [name, value] : kAlways) answer.set(name, value);
    answer.set(bhttp::field::content_type, response.content_type);
    for (const auto& [name, value] : response.headers) answer.set(name, value);
    answer.body() = std::move(response.body);
    Encode(answer);
    answer.keep_alive(keep_);
    answer.prepare_payload();
    if (head_) answer.body().clear();
    Wait(host_.options().patience);
    bhttp::async_write(
        stream_, answer,
        [self = shared_from_this()](beast::error_code error, size_t) {
          self->OnWritten(error);
        });
  }

  void Encode(bhttp::response<bhttp::string_body>& answer) const {
    const auto type = answer[bhttp::field::content_type];
    if (answer.body().size() < kWorthGzip ||
        !IsText({type.data(), type.size()})) {
      return;
    }
    const std::string varies = ToString(answer[bhttp::field::vary]);
    answer.set(bhttp::field::vary, varies.empty()
                                       ? "Accept-Encoding"
                                       : varies + ", Accept-Encoding");
    if (!gzip_) return;
    std::string shorter = Gzip(answer.body());
    if (shorter.empty()) return;
    answer.set(bhttp::field::content_encoding, "gzip");
    answer.body() = std::move(shorter);
  }

  void OnWritten(beast::error_code error) {
    answer_.reset();
    if (error) return host_.Left(id_);
    if (keep_) return Rest();
    beast::error_code ignored;
    if (linger_) {
      stream_.socket().shutdown(Tcp::socket::shutdown_send, ignored);
      Wait(kLinger);
      return Linger(0);
    }
    stream_.socket().shutdown(Tcp::socket::shutdown_both, ignored);
    host_.Left(id_);
  }

  void Rest() {
    head_ = false;
    if (buffer_.size() > 0) return Begin();
    Wait(host_.options().idle);
    host_.Rests(id_, true);
    stream_.async_read_some(
        buffer_.prepare(kFirstRead),
        [self = shared_from_this()](beast::error_code error, size_t size) {
          self->host_.Rests(self->id_, false);
          if (error) return self->host_.Left(self->id_);
          self->buffer_.commit(size);
          self->Begin();
        });
  }

  void Linger(size_t thrown_away) {
    buffer_.clear();
    stream_.async_read_some(buffer_.prepare(kFirstRead),
                            [self = shared_from_this(), thrown_away](
                                beast::error_code error, size_t size) {
                              const size_t all = thrown_away + size;
                              if (error || all >= kMostLingered) {
                                return self->host_.Left(self->id_);
                              }
                              self->Linger(all);
                            });
  }

  static constexpr size_t kFirstRead = 4096;

  ConnectionHost& host_;
  const uint64_t id_;
  beast::tcp_stream stream_;
  std::string peer_;
  uint64_t served_ = 0;  // requests that came whole
  bool owed_ = false;    // an answer, by the owner
  bool head_ = false;
  bool gzip_ = false;
  bool keep_ = false;  // for another request
  bool linger_ = false;
  beast::flat_buffer buffer_;
  std::optional<bhttp::request_parser<bhttp::string_body>> parser_;
  std::optional<bhttp::response<bhttp::string_body>> answer_;
};

}  // namespace

std::shared_ptr<Connection> MakeConnection(ConnectionHost& host, uint64_t id,
                                           Tcp::socket socket) {
  return std::make_shared<Plain>(host, id, std::move(socket));
}

}  // namespace earshot::http
