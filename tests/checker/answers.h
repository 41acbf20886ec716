#ifndef EARSHOT_TESTS_CHECKER_ANSWERS_H_
#define EARSHOT_TESTS_CHECKER_ANSWERS_H_

#include <cstddef>
#include <cstdint>
#include <map>
#include <set>
#include <string_view>
#include <utility>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "tests/checker/fate.h"
#include "tests/checker/history.h"
#include "tests/checker/regroups.h"

namespace earshot::checker {

struct Answer {
  std::string_view id;
  Fate fate;
  uint64_t insight = 0;
  uint64_t position = 0;  // in the router's log, the lowest; 0: not there
  bool finishes = false;  // a resolve
  bool shown = false;     // to anybody
};

// What leaders have answered, and what of it stands at the end.
class Answers {
 public:
  Answers(const History& history, const Regroups& regroups)
      : history_(history), regroups_(regroups) {}

  void SeeGiven(size_t index);    // kAnswer, kResolve
  void SeeDecided(size_t index);  // kDecided
  void SeeState(size_t index);    // kState
  void SeeShown(size_t index);    // kShown
  // All were seen; before any of the following.
  void Close();

  // Null: nobody gave it.
  const Answer* Find(std::string_view id) const;
  // The last one of the insight that was taken for certain; null: none.
  const Answer* Last(uint64_t insight) const;
  // Whether who is in the insight, by the report at `position`, must have got
  // it: whoever was there when it was given, and who came later while it stood.
  bool Owed(const Answer& last, uint64_t position) const;

 private:
  Answer& Of(std::string_view id);
  bool StandsAnywhere(const Answer& answer) const;
  // About one insight; what `one` was about may be lost.
  bool MayBeOfOne(const Answer& one, const Answer& other) const;
  bool MayBeRefused(const Answer& answer) const;
  bool MayBeOver(const Answer& answer) const;

  const History& history_;
  const Regroups& regroups_;
  std::vector<Answer> answers_;
  absl::flat_hash_map<std::string_view, size_t> ids_;
  // By what insights are finished at the end.
  std::set<std::pair<std::string_view, uint64_t>> stands_;
  absl::flat_hash_map<uint64_t, size_t> last_;  // by insight
};

}  // namespace earshot::checker

#endif  // EARSHOT_TESTS_CHECKER_ANSWERS_H_
