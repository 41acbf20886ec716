#ifndef EARSHOT_DASHBOARD_FEED_SIGN_IN_COOKIES_H_
#define EARSHOT_DASHBOARD_FEED_SIGN_IN_COOKIES_H_

#include <string>
#include <string_view>

// Cookies as headers have them (RFC 6265), and what else says where a request
// comes from. Pure.
namespace earshot::feed {

// The value of one, of several the first; empty: it was not sent.
std::string CookieIn(std::string_view header, std::string_view name);

// For Set-Cookie: to this host alone, no script reads it, no other site sends
// it, and it goes when the browser does. `value` empty: it goes now.
std::string CookieFor(std::string_view name, std::string_view value,
                      bool secure);

// What follows "Bearer "; empty: nothing does.
std::string BearerIn(std::string_view authorization);

// "https://host:port" of a URL as browsers send it: in lower case, and without
// the port that the scheme has anyway.
std::string OriginOf(std::string_view url);
// What follows it, without a slash at the end: empty, or "/earshot".
std::string PathOf(std::string_view url);

}  // namespace earshot::feed

#endif  // EARSHOT_DASHBOARD_FEED_SIGN_IN_COOKIES_H_
