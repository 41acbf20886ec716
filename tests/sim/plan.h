#ifndef EARSHOT_TESTS_SIM_PLAN_H_
#define EARSHOT_TESTS_SIM_PLAN_H_

#include <cstdint>
#include <string>
#include <vector>

#include "absl/time/time.h"

// What people and fate do in one run, made from a seed. A run is a function of
// its plan and seed; leaving steps out gives a smaller run.
namespace earshot::sim {

inline constexpr int kAgents = 3;
inline constexpr uint64_t kTexts = 4;  // what people report

// The machines of a run; agents are kFirstAgent and on. Each agent may have a
// clone, kAgents further on.
inline constexpr int kRouter = 0;
inline constexpr int kFeed = 1;
inline constexpr int kFirstAgent = 2;
inline constexpr int kMachines = kFirstAgent + 2 * kAgents;
std::string MachineName(int machine);  // router, feed, store-1, store-1#2

enum class Act {
  kReport,      // machine; a: text, from kTexts on with a word of its own;
                // b: severity
  kImport,      // machine; a: file
  kRead,        // machine: everyone there looks into the inbox
  kAnswer,      // a: which insight
  kResolve,     // a: which insight
  kMerge,       // a: which insight, b: into which
  kSplit,       // a: which insight; b odd: a merge is undone
  kVerdict,     // machine; a: whose report; b: what is said
  kErase,       // a: which report's words
  kKill,        // machine; a: milliseconds until it is back
  kPowerCut,    // machine; a: milliseconds; b: changes on disk until then
  kPart,        // machine from the router, or the feed; a: milliseconds
  kWeather,     // a: milliseconds; b: how bad, 1..3
  kDiskFull,    // machine; a: milliseconds
  kDiskErrors,  // machine; a: milliseconds; b: per mille
  kJump,        // machine's wall clock; a: seconds, as int64_t
  kCopy,        // machine: a copy of its folder is kept
  kRestore,     // machine: back to the copy; nothing without one
  kClone,       // an agent's folder on a second machine
  kReimage,     // an agent's folder is lost, but for its keys
  kRevoke,      // an agent's key; a: milliseconds until it is let in again
};

struct Step {
  absl::Duration at;
  Act act = Act::kReport;
  int machine = kFirstAgent;
  uint64_t a = 0;
  uint64_t b = 0;
};
std::string ToText(const Step& step);

// By time. At most about 100 steps within three minutes.
using Plan = std::vector<Step>;
Plan MakePlan(uint64_t seed);

}  // namespace earshot::sim

#endif  // EARSHOT_TESTS_SIM_PLAN_H_
