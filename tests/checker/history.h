#ifndef EARSHOT_TESTS_CHECKER_HISTORY_H_
#define EARSHOT_TESTS_CHECKER_HISTORY_H_

#include <cstdint>
#include <iosfwd>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"

// What happened to a system under test, as its users and its stores saw it:
// the input of the checker, whether a simulation or a real run made it.
namespace earshot::checker {

enum class What {
  // By people, as it happened; `outcome` says how it went.
  kReport,   // who: agent; id: the observation; lane
  kAnswer,   // who: leader; id: the decision; insight, as it is at the end; 0:
             // what opened it was lost
  kResolve,  // likewise: an answer that finishes the insight
  kMerge,    // who: leader; id: the decision; at the end insight and count:
             // where the two are that it made one; 0: one was lost; akin:
             // other insights that it was about
  kSplit,    // likewise, of two that it parted
  kVerdict,  // who: agent; id: the observation; answer: the decision; said:
             // yes,
             // no, no_because or cannot_tell
  kErase,    // who: operator; id: the observation whose words go
  // By the system, as it happened.
  kShown,   // who: agent; id: the observation; answer: the decision
  kDigest,  // who: leader; id: subscription; period; `repeat`: marked as one
  kAlarm,   // who: agent; id: what it is about, such as new_epoch
  // Read from the stores at the end, when nothing was on its way any more.
  kStored,   // id; position: in the router's log. One for each row there.
  kCounted,  // id; insight; `repeat`: shown but not counted. One for each row.
  kTotal,    // who: where it was read; insight; count: observations
  kDecided,  // id: an answer; position: in the router's log. One for each row.
  kHeard,    // id, answer, said: a verdict in the router's log. Likewise.
  kState,    // who; insight; said: its state; answer: what it was last resolved
             // with; count: verdicts to that
  kFound,    // who: a file; id: the observation whose words stand there, though
             // somebody asked for them to go
  // What the run did that the system must notice.
  kExpectAlarm,  // who; id
};

// Of what people do: one kInvoked, then at most one of the others. None
// after kInvoked is the same as kUnknown. The same import row given twice is
// one id with two invocations.
enum class Outcome { kNone, kInvoked, kOk, kRefused, kUnknown };

struct Event {
  What what = What::kReport;
  Outcome outcome = Outcome::kNone;
  std::string who;
  std::string id;
  uint32_t lane = 1;
  uint64_t insight = 0;
  uint64_t position = 0;
  uint64_t count = 0;
  std::string answer;
  std::string period;
  std::string said;
  std::vector<uint64_t> akin;
  bool repeat = false;
};

// In the order in which things happened. A file of one is JSON lines, one
// event each, with the names above in lower case: {"what":"report",
// "outcome":"ok","who":"store-1","id":"7","lane":1}. Left-out fields have
// their defaults.
using History = std::vector<Event>;

std::string ToJsonLine(const Event& event);
absl::StatusOr<Event> FromJsonLine(std::string_view line);
// InvalidArgument names the line.
absl::StatusOr<History> ReadHistory(std::istream& in);
void WriteHistory(const History& history, std::ostream& out);

}  // namespace earshot::checker

#endif  // EARSHOT_TESTS_CHECKER_HISTORY_H_
