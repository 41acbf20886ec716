#ifndef EARSHOT_ROUTER_TEXT_LATIN1_H_
#define EARSHOT_ROUTER_TEXT_LATIN1_H_

#include <array>
#include <string_view>

namespace earshot::router {

// U+00C0 to U+00FF, the letters that two-byte sequences with the lead 0xC3
// stand for, each folded to its base letter; "" for signs.
inline constexpr std::array<std::string_view, 64> kLatin1{
    "a", "a", "a", "a", "a",  "a",  "ae", "c", "e", "e", "e",  "e", "i",
    "i", "i", "i", "d", "n",  "o",  "o",  "o", "o", "o", "",   "o", "u",
    "u", "u", "u", "y", "th", "ss", "a",  "a", "a", "a", "a",  "a", "ae",
    "c", "e", "e", "e", "e",  "i",  "i",  "i", "i", "d", "n",  "o", "o",
    "o", "o", "o", "",  "o",  "u",  "u",  "u", "u", "y", "th", "y"};

}  // namespace earshot::router

#endif  // EARSHOT_ROUTER_TEXT_LATIN1_H_
