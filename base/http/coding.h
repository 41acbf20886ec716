#ifndef EARSHOT_BASE_HTTP_CODING_H_
#define EARSHOT_BASE_HTTP_CODING_H_

#include <cstddef>
#include <string>
#include <string_view>

// Which answers are compressed, and how. Pure; any thread.
namespace earshot::http {

// Shorter bodies fit into a packet or two as they are.
inline constexpr size_t kWorthGzip = 1024;

// Text, JSON, scripts and SVG: what is not compressed already.
bool IsText(std::string_view content_type);

// What Accept-Encoding says of gzip (RFC 9110, 12.5.3); not sent: no.
bool AcceptsGzip(std::string_view accept_encoding);

// Empty: there is no memory for it.
std::string Gzip(std::string_view body);

}  // namespace earshot::http

#endif  // EARSHOT_BASE_HTTP_CODING_H_
