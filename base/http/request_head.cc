#include "base/http/request_head.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/http/coding.h"

namespace earshot::http {
namespace {

namespace beast = boost::beast;
namespace bhttp = boost::beast::http;

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

Request AsRequest(bhttp::request<bhttp::string_body> message,
                  const ServerOptions& options) {
  Request request;
  request.method = ToString(message.method_string());
  const std::string target = ToString(message.target());
  const size_t mark = std::min(target.find('?'), target.size());
  request.path = target.substr(0, mark);
  request.query = target.substr(std::min(target.size(), mark + 1));
  const auto header = [&](const auto& name) { return ToString(message[name]); };
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
  // Each proxy appends to the last one, or adds one of its own.
  const auto forwarded = message.equal_range("X-Forwarded-For");
  for (auto one = forwarded.first; one != forwarded.second; ++one) {
    if (!request.forwarded_for.empty()) request.forwarded_for += ", ";
    request.forwarded_for += ToString(one->value());
  }
  if (!options.sign_on_header.empty()) {
    const auto named = message.equal_range(options.sign_on_header);
    request.signed_on_by =
        static_cast<size_t>(std::distance(named.first, named.second));
    if (request.signed_on_by > 0) {
      request.signed_on = ToString(named.first->value());
    }
  }
  request.body = std::move(message.body());
  return request;
}

bhttp::response<bhttp::string_body> AsMessage(Response response,
                                              const ServerOptions& options) {
  bhttp::response<bhttp::string_body> answer;
  answer.version(11);
  answer.result(response.status);
  for (const auto& [name, value] : kAlways) answer.set(name, value);
  for (const auto& [name, value] : options.headers) answer.set(name, value);
  answer.set(bhttp::field::content_type, response.content_type);
  for (const auto& [name, value] : response.headers) answer.set(name, value);
  answer.body() = std::move(response.body);
  return answer;
}

void Encode(bool gzip, bhttp::response<bhttp::string_body>& answer) {
  const auto type = answer[bhttp::field::content_type];
  if (answer.body().size() < kWorthGzip ||
      !IsText({type.data(), type.size()})) {
    return;
  }
  const std::string varies = ToString(answer[bhttp::field::vary]);
  answer.set(bhttp::field::vary,
             varies.empty() ? "Accept-Encoding" : varies + ", Accept-Encoding");
  if (!gzip) return;
  std::string shorter = Gzip(answer.body());
  if (shorter.empty()) return;
  answer.set(bhttp::field::content_encoding, "gzip");
  answer.body() = std::move(shorter);
}

std::string StreamHead(const bhttp::response<bhttp::string_body>& answer) {
  std::string head =
      fmt::format("HTTP/1.1 {} {}\r\n", answer.result_int(),
                  ToString(bhttp::obsolete_reason(answer.result())));
  for (const auto& field : answer) {
    head +=
        ToString(field.name_string()) + ": " + ToString(field.value()) + "\r\n";
  }
  return head + "Connection: close\r\n\r\n";
}

}  // namespace earshot::http
