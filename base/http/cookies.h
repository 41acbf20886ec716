#ifndef EARSHOT_BASE_HTTP_COOKIES_H_
#define EARSHOT_BASE_HTTP_COOKIES_H_

#include <string>
#include <string_view>

#include "absl/time/time.h"

// Cookies as headers have them (RFC 6265), and what else says where a request
// comes from. Pure.
namespace earshot::http {

// The value of one, of several the first; empty: it was not sent.
std::string CookieIn(std::string_view header, std::string_view name);

// For Set-Cookie: to this host alone, no script reads it, no other page sends
// it. It goes when the browser does, or after `kept`. `value` empty: it goes
// now.
std::string CookieFor(std::string_view name, std::string_view value,
                      bool secure, absl::Duration kept = absl::ZeroDuration());

// What follows "Bearer "; empty: nothing does.
std::string BearerIn(std::string_view authorization);

// "https://host:port" of a URL as browsers send it: in lower case, and without
// the port that the scheme has anyway.
std::string OriginOf(std::string_view url);
// What follows it, without a slash at the end: empty, or "/earshot".
std::string PathOf(std::string_view url);

}  // namespace earshot::http

#endif  // EARSHOT_BASE_HTTP_COOKIES_H_
