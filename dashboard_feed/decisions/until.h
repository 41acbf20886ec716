#ifndef EARSHOT_DASHBOARD_FEED_DECISIONS_UNTIL_H_
#define EARSHOT_DASHBOARD_FEED_DECISIONS_UNTIL_H_

#include <string>

#include "absl/status/statusor.h"
#include "absl/time/time.h"

namespace earshot::feed {

// A moment as a leader types it: now; 36h, 14d or 2w from now; 2026-12-01 or
// 2026-12-01T08:00 in `zone`; RFC 3339. InvalidArgument for what is none of
// these, or over. Pure.
absl::StatusOr<absl::Time> ParseUntil(const std::string& text, absl::Time now,
                                      absl::TimeZone zone);

}  // namespace earshot::feed

#endif  // EARSHOT_DASHBOARD_FEED_DECISIONS_UNTIL_H_
