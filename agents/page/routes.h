#ifndef EARSHOT_AGENTS_PAGE_ROUTES_H_
#define EARSHOT_AGENTS_PAGE_ROUTES_H_

#include <string>
#include <string_view>
#include <vector>

// What is served, and where. There are no files behind it: a path is one of
// these or nothing. Pure.
namespace earshot::agents {

enum class Served {
  kNowhere,
  kStyle,
  kScript,
  kReport,  // the page that is opened; and a report
  kMeToo,
  kPreview,   // what of a text would be removed, as JSON
  kStatus,    // whether there is a connection, as JSON
  kDone,      // what was just done, for two minutes
  kForget,    // ... and not even that long
  kRemember,  // its receipt in this browser
  kForgetMine,
  kInbox,
  kOpen,  // a report by its receipt
  kMine,  // one that this browser remembers
  kVerdict,
  kReply,
  kCorrect,
  kWithdraw,
  kLanguage,
  kPhone,      // at the machine: a code for phones; on a phone: that it is one
  kPhoneShow,  // a code
  kPhoneHide,
  kPhoneUnpair,  // at the machine all, on a phone that one
  kPair,         // what a code leads to
};

struct Route {
  Served served = Served::kNowhere;
  std::string path;     // "/mine/" also stands for what follows it
  bool reads = false;   // GET and HEAD
  bool writes = false;  // POST
};

const std::vector<Route>& Routes();

struct Found {
  Route route;
  std::string rest;  // of a path that ends with a slash, what follows
};
// `path` without the query. Percent signs stay as they are: no path that is
// served has any.
Found FindRoute(std::string_view path);

// As of kStyle and kScript; each names what is in it, so it may be kept for
// ever.
const std::string& StylePath();
const std::string& ScriptPath();

// Whether a request is for the page and no name that leads here by a trick:
// `host` as the client wrote it, `port` where it is served.
bool IsOurHost(std::string_view host, int port);
// The same for phones: `origin` is where the page is, https://host[:port]. A
// bare address is no name that leads elsewhere, so each with that port will do.
bool IsPhonesHost(std::string_view host, std::string_view origin, int port);
// `origin` empty: the browser did not say. `scheme` with its slashes.
bool IsOurOrigin(std::string_view origin, std::string_view scheme,
                 std::string_view host);

}  // namespace earshot::agents

#endif  // EARSHOT_AGENTS_PAGE_ROUTES_H_
