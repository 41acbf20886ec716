#ifndef EARSHOT_TESTS_CHECKER_CHECK_H_
#define EARSHOT_TESTS_CHECKER_CHECK_H_

#include <string>
#include <string_view>
#include <vector>

#include "tests/checker/history.h"

namespace earshot::checker {

// A promise that a history breaks.
enum class Breach {
  kLost,           // ok, and not stored
  kInvented,       // stored, and never invoked, or only ever refused
  kNotCounted,     // stored, and in no insight
  kCountedTwice,   // in more than one insight, or counted more than once
  kWrongTotal,     // a total is not the number of what is counted
  kOutOfOrder,     // two of one agent and lane, stored the other way round
  kUnanswered,     // in an insight with an ok answer, and it was never shown
  kAnsweredTwice,  // the same answer shown twice for one observation
  kAnsweredWrong,  // shown to an agent that did not report it, or the answer
                   // of an insight that the observation is not in
  kDigestTwice,    // one subscription and period twice, not marked as a repeat
  kNoAlarm,        // expected, and not raised
  kNotMerged,      // an ok merge, and the two are apart
  kNotSplit,       // an ok split, and the two are together
  kVerdictLost,    // ok, and not in the log
  kVerdictInvented,  // in the log, and nobody said so
  kVerdictTwice,     // more are counted than were given
  kOverruled,  // a "no" with a reason, and what it was said to still stands
  kNotErased,  // ok, and the words are still somewhere
};
std::string_view BreachName(Breach breach);  // "counted_twice" and so on

struct Finding {
  Breach breach;
  std::string who;     // the agent, leader or place; empty: none
  std::string id;      // observation, decision, subscription or alarm
  std::string detail;  // for people: what was seen
};

// Everything that is wrong with a finished history, by breach and then in the
// history's order. Pure; linear in the history's length.
std::vector<Finding> Check(const History& history);

}  // namespace earshot::checker

#endif  // EARSHOT_TESTS_CHECKER_CHECK_H_
