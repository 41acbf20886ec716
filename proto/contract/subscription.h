#ifndef EARSHOT_PROTO_CONTRACT_SUBSCRIPTION_H_
#define EARSHOT_PROTO_CONTRACT_SUBSCRIPTION_H_

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "earshot/v1/configuration.pb.h"
#include "earshot/v1/subscription.pb.h"
#include "proto/contract/redact.h"
#include "proto/contract/validate.h"

// What a subscription may say, in one place: for the file, and for what a
// leader changes. Pure; any thread.
namespace earshot::contract {

inline constexpr int kMostSubscriptionChannels = 8;
inline constexpr uint32_t kMostTop = 50;
inline constexpr uint32_t kMostMinutesBefore = 1440;
inline constexpr int kMostScopeNames = 100;  // in each list of a scope

// Every mistake in one subscription by itself, each a sentence that names it.
std::vector<std::string> SubscriptionMistakes(
    const v1::Subscription& subscription);

// What waits too long goes over its channels at once.
bool TellsEscalations(const v1::Subscription& subscription);

// What leaders may have of their own: in force at once, and ids ever used.
inline constexpr uint64_t kMostOwnSubscriptions = 16;
inline constexpr uint64_t kMostOwnIds = 256;

// What it takes the place of: subscription/ID, or deputies/LEADER; empty: it is
// of a newer release.
std::string KeyOf(const v1::LeaderChange& change);
// The id of the subscription that it is about; empty: it is about none.
const std::string& SubscriptionOf(const v1::LeaderChange& change);
// By itself, without the organisation.
std::optional<Refusal> Validate(const v1::LeaderChange& change);

// Its id or one of its topics looks like a personal number or address.
bool LooksPersonal(const Redactor& redactor, const v1::LeaderChange& change);

// Where its scope names what the leader's own leaves out, each a sentence. A
// site counts by its region where the leader's scope has no list of sites.
std::vector<std::string> OutsideOf(const v1::Organisation& organisation,
                                   const v1::Leader& leader,
                                   const v1::Subscription& subscription);

// 08:00 and the like as minutes since midnight; nothing: it is no such time.
std::optional<int> MinutesOfDay(const std::string& text);

// As files and commands spell them: hourly, daily, ...; the default is
// "daily". Nothing has another name than its value in lower case.
std::string CadenceName(v1::Subscription::Cadence cadence);
std::string FormatName(v1::Subscription::Format format);
std::optional<v1::Subscription::Cadence> ParseCadence(std::string_view name);

}  // namespace earshot::contract

#endif  // EARSHOT_PROTO_CONTRACT_SUBSCRIPTION_H_
