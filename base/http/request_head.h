#ifndef EARSHOT_BASE_HTTP_REQUEST_HEAD_H_
#define EARSHOT_BASE_HTTP_REQUEST_HEAD_H_

#include <string>
#include <utility>

// Boost 1.74 needs <utility> before it in C++20.
#include <boost/beast/http/message.hpp>
#include <boost/beast/http/string_body.hpp>

#include "base/http/http_server.h"

// Between what the library parses and writes, and what owners of a server see.
// Pure.
namespace earshot::http {

// All but `id` and `peer`.
Request AsRequest(
    boost::beast::http::request<boost::beast::http::string_body> message,
    const ServerOptions& options);

// With every header but those that say how it is framed and coded.
boost::beast::http::response<boost::beast::http::string_body> AsMessage(
    Response response, const ServerOptions& options);

// Compresses the body where that is worth it, and says what it depends on.
void Encode(
    bool gzip,
    boost::beast::http::response<boost::beast::http::string_body>& answer);

// What goes before a stream, which ends with its connection.
std::string StreamHead(
    const boost::beast::http::response<boost::beast::http::string_body>&
        answer);

}  // namespace earshot::http

#endif  // EARSHOT_BASE_HTTP_REQUEST_HEAD_H_
