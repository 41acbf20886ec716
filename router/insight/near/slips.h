#ifndef EARSHOT_ROUTER_INSIGHT_NEAR_SLIPS_H_
#define EARSHOT_ROUTER_INSIGHT_NEAR_SLIPS_H_

#include <string_view>

namespace earshot::router {

// How sure one word is the other one typed badly or cut short: 0 (no), else up
// to 1. A slip is a letter left out, doubled, put in, changed places with its
// neighbour, or hit on the key beside it; two of them in words of eight letters
// and more. Cut short: "acct", "pymt", "bal". Bounded by kLongestSlip.
inline constexpr size_t kLongestSlip = 24;
double SlipLikeness(std::u16string_view left, std::u16string_view right);

}  // namespace earshot::router

#endif  // EARSHOT_ROUTER_INSIGHT_NEAR_SLIPS_H_
