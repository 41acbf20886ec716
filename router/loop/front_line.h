#ifndef EARSHOT_ROUTER_LOOP_FRONT_LINE_H_
#define EARSHOT_ROUTER_LOOP_FRONT_LINE_H_

#include <cstdint>
#include <optional>
#include <string>

#include "absl/time/time.h"
#include "earshot/v1/configuration.pb.h"
#include "earshot/v1/insight.pb.h"
#include "earshot/v1/log.pb.h"
#include "earshot/v1/verdict.pb.h"

// What moves an insight besides leaders: what the front line says of a fix, new
// evidence, and time. Pure. docs/reference/loop.md has the whole table.
namespace earshot::router {

// With the defaults in place of what is not given.
v1::LoopRules RulesOf(const v1::LoopRules& given);

// A leader has resolved or declined it: from now on it is watched. `answer`:
// whose "fixed?" it is; empty for a decline.
void BeginWatch(v1::Insight& insight, absl::Time at, const std::string& answer);

// It is reopened, by a leader or the front line: nobody has it in hand.
void NoteReopened(v1::Insight& insight, absl::Time at, uint64_t number);

// Once the evidence of a watched one was counted anew: what was usual before.
void CountUsual(v1::Insight& insight);

// One reporter's word on the last "resolved"; the last word of each counts.
struct ReportersVerdict {
  std::string answer;
  v1::Verdict::Fixed before = v1::Verdict::FIXED_UNSPECIFIED;
  v1::Verdict::Fixed fixed = v1::Verdict::FIXED_UNSPECIFIED;
  bool with_reason = false;
  std::string quote;    // the reason, if leaders may read it
  uint32_t sites = 0;   // at which somebody says yes now
  uint64_t number = 0;  // position in the log
  absl::Time at;
};
// False: it is about an answer that is no longer the last one, or nothing waits
// for a verdict. A "no" with a reason reopens; enough that say "yes" confirm.
bool ApplyVerdict(v1::Insight& insight, const ReportersVerdict& verdict,
                  const v1::LoopRules& rules);

// Counts an observation, or takes it back out, if it was observed after the
// insight was settled.
void WatchEvidence(v1::Insight& insight, absl::Time observed_at, bool more);

// Settled, and yet observed more often than is to be expected: of what was
// resolved a quarter of what was usual, of what was declined all of it. At
// least three, and so many by chance (Poisson) less than once in a thousand.
bool IsBack(const v1::Insight& insight);

struct DueTick {
  v1::TickRecord::What what = v1::TickRecord::WHAT_UNSPECIFIED;
  absl::Time at;
  // Of an escalation: whom it concerns, and what is due.
  std::string leader;
  absl::Time due;
};
// What time will do with it, if nobody does anything before.
std::optional<DueTick> NextTick(const v1::Insight& insight,
                                const v1::LoopRules& rules);
// False: somebody did something since, and it says nothing any more.
bool ApplyTick(v1::Insight& insight, const v1::TickRecord& tick,
               uint64_t number);

}  // namespace earshot::router

#endif  // EARSHOT_ROUTER_LOOP_FRONT_LINE_H_
