#ifndef EARSHOT_PROTO_CONTRACT_DEPUTIES_H_
#define EARSHOT_PROTO_CONTRACT_DEPUTIES_H_

#include <map>
#include <optional>
#include <string>

#include "absl/time/time.h"
#include "earshot/v1/configuration.pb.h"
#include "earshot/v1/subscription.pb.h"

// Who decides in the place of a leader who is away. Pure.
namespace earshot::contract {

inline constexpr int kMostDeputies = 8;
inline constexpr int kLongestAbsenceDays = 366;

// The first whose days hold today in the leader's zone; null: nobody. What
// cannot be read as a day is as if it were not given.
const v1::Deputy* DeputyOf(const v1::Leader& leader, absl::Time now,
                           absl::TimeZone zone);

// What is wrong with those that a leader names, as far as they say themselves:
// a sentence. Nothing: all is well.
std::optional<std::string> MistakeIn(const std::string& leader,
                                     const v1::Deputies& deputies);
// The same, where the organisation is known and what day it is in `zone`.
std::optional<std::string> MistakeIn(const v1::Organisation& organisation,
                                     const v1::Deputies& deputies,
                                     absl::Time now, absl::TimeZone zone);

using DeputyLists = std::map<std::string, v1::Deputies>;  // by leader

DeputyLists DeputiesIn(const v1::Organisation& organisation);
// Each leader's become their own, but who is no leader any more, and after
// these the file's. Leaders stay where they are in memory.
void UseDeputies(const DeputyLists& own, const DeputyLists& of_file,
                 v1::Organisation& organisation);

}  // namespace earshot::contract

#endif  // EARSHOT_PROTO_CONTRACT_DEPUTIES_H_
