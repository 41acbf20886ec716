#ifndef EARSHOT_DASHBOARD_FEED_PAGE_ROUTES_H_
#define EARSHOT_DASHBOARD_FEED_PAGE_ROUTES_H_

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

// What is served, and where. There are no files behind it: a path is one of
// these or nothing. Pure.
namespace earshot::feed {

enum class Served {
  kNowhere,
  kLink,  // of a mail; the token follows /act/
  kStyle,
  kScript,
  kSignIn,
  kSignOut,
  kDigest,
  kMorning,
  kInsights,
  kInsight,
  kLoop,
  kSubscriptions,
  kDeliveries,
  kRetry,
  kApi,
  kApiMe,
  kApiDigest,
  kApiInsights,
  kApiInsight,
  kApiDecisions,
  kApiQuestions,
  kApiResults,
  kApiSubscriptions,
  kApiDeputies,
  kApiDeliveries,
  kApiRetry,
  kApiEvents,
};

struct Route {
  Served served = Served::kNowhere;
  std::string path;     // "/insights/{number}"
  bool reads = false;   // GET and HEAD
  bool writes = false;  // POST
};

// But for links of mails.
const std::vector<Route>& Routes();

struct Found {
  Route route;
  uint64_t number = 0;  // of a path that names an insight, or a delivery
};
// `path` without the query. Percent signs stay as they are: no path that is
// served has any.
Found FindRoute(std::string_view path);

inline constexpr std::string_view kLinkPath = "/act/";
inline constexpr std::string_view kApiPath = "/api/v1";

// As of kStyle and kScript; they name what is in them, so it may be kept for
// ever. There may be no script: then its path is empty.
const std::string& StylePath();
const std::string& ScriptPath();

}  // namespace earshot::feed

#endif  // EARSHOT_DASHBOARD_FEED_PAGE_ROUTES_H_
