#ifndef EARSHOT_DASHBOARD_FEED_LIVE_EVENTS_H_
#define EARSHOT_DASHBOARD_FEED_LIVE_EVENTS_H_

#include <cstdint>
#include <string>

#include "absl/time/time.h"
#include "dashboard_feed/digest/view.h"
#include "dashboard_feed/live/position.h"

// The events of docs/reference/api.yaml as a browser reads them. Pure.
namespace earshot::feed {

// Moves on the reader's position, and nothing else.
std::string MarkText(const Position& position);
// Numbers below the small group are hidden, as in a line of the digest.
std::string InsightText(const Position& position, const Seen& seen,
                        const GroupRules& rules, absl::TimeZone zone);
std::string GoneText(const Position& position, uint64_t insight);
std::string ReloadText(const Position& position);

}  // namespace earshot::feed

#endif  // EARSHOT_DASHBOARD_FEED_LIVE_EVENTS_H_
