#ifndef EARSHOT_TESTS_CHECKER_FATE_H_
#define EARSHOT_TESTS_CHECKER_FATE_H_

#include <cstddef>
#include <cstdint>
#include <limits>

#include "tests/checker/history.h"

namespace earshot::checker {

// No event of a history, where an index of one stands otherwise.
inline constexpr size_t kNever = std::numeric_limits<size_t>::max();

// What became of all invocations of one id.
struct Fate {
  uint32_t invoked = 0;
  uint32_t refused = 0;
  uint32_t taken = 0;  // ok or unknown
  size_t first_ok = kNever;
  // The invocation that first came to an ok, and the first that was not
  // refused, from which on it may have been taken.
  size_t ok_invocation = kNever;
  size_t first_open = kNever;
  size_t last_invocation = kNever;

  bool known() const { return invoked + refused + taken > 0; }
  bool may_be_taken() const { return taken > 0 || invoked > refused; }

  void See(Outcome outcome, size_t index) {
    if (last_invocation == kNever) last_invocation = index;
    switch (outcome) {
      case Outcome::kNone:
      case Outcome::kInvoked:
        ++invoked;
        last_invocation = index;
        if (first_open == kNever) first_open = index;
        return;
      case Outcome::kOk:
        ++taken;
        if (first_ok != kNever) return;
        first_ok = index;
        ok_invocation = last_invocation;
        if (first_open == kNever) first_open = index;
        return;
      case Outcome::kRefused:
        ++refused;
        if (first_open == last_invocation) first_open = kNever;
        return;
      case Outcome::kUnknown:
        ++taken;
        if (first_open == kNever) first_open = index;
        return;
    }
  }
};

}  // namespace earshot::checker

#endif  // EARSHOT_TESTS_CHECKER_FATE_H_
