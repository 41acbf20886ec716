#ifndef EARSHOT_PROTO_CONTRACT_DEPUTIES_H_
#define EARSHOT_PROTO_CONTRACT_DEPUTIES_H_

#include "absl/time/civil_time.h"
#include "absl/time/time.h"
#include "earshot/v1/configuration.pb.h"

// Who decides in the place of a leader who is away. Pure.
namespace earshot::contract {

// The first whose days hold today in the leader's zone; null: nobody. What
// cannot be read as a day is as if it were not given.
inline const v1::Deputy* DeputyOf(const v1::Leader& leader, absl::Time now,
                                  absl::TimeZone zone) {
  const absl::CivilDay today = absl::ToCivilDay(now, zone);
  for (const v1::Deputy& deputy : leader.deputies()) {
    absl::CivilDay day;
    if (absl::ParseCivilTime(deputy.from(), &day) && today < day) continue;
    if (absl::ParseCivilTime(deputy.until(), &day) && today > day) continue;
    return &deputy;
  }
  return nullptr;
}

}  // namespace earshot::contract

#endif  // EARSHOT_PROTO_CONTRACT_DEPUTIES_H_
