#ifndef EARSHOT_DASHBOARD_FEED_LIVE_POSITION_H_
#define EARSHOT_DASHBOARD_FEED_LIVE_POSITION_H_

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "absl/time/time.h"

// Up to where the reader of a stream has been told: the id of an event. Pure.
namespace earshot::feed {

struct Position {
  uint64_t generation = 0;  // of the mirror, and how far it was
  uint64_t seq = 0;
  // As of when; not known of what an event of its own says.
  std::optional<absl::Time> at;
};

// "<generation>-<seq>", and ".<seconds since 1970>" where the time is known.
std::string PositionText(const Position& position);
// Nothing: it is none of ours.
std::optional<Position> ParsePosition(std::string_view text);

}  // namespace earshot::feed

#endif  // EARSHOT_DASHBOARD_FEED_LIVE_POSITION_H_
