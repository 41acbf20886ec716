#ifndef EARSHOT_DASHBOARD_FEED_REHEARSE_COMMAND_H_
#define EARSHOT_DASHBOARD_FEED_REHEARSE_COMMAND_H_

#include <string>
#include <vector>

namespace earshot::feed {

// `earshot-feed rehearse` as it was typed.
struct RehearseOptions {
  std::string observations;
  std::string organisation;
  std::string subscriptions;
  std::string from;  // RFC 3339, or a day
  std::string to;
  std::string out;
  std::vector<std::string> also;  // text, html
};

// Prints what came of it; the exit code.
int RunRehearse(const RehearseOptions& options);

}  // namespace earshot::feed

#endif  // EARSHOT_DASHBOARD_FEED_REHEARSE_COMMAND_H_
