#ifndef EARSHOT_TESTS_CHECKER_VERDICTS_H_
#define EARSHOT_TESTS_CHECKER_VERDICTS_H_

#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <set>
#include <string_view>
#include <utility>
#include <vector>

#include "tests/checker/fate.h"
#include "tests/checker/findings.h"
#include "tests/checker/history.h"
#include "tests/checker/regroups.h"

namespace earshot::checker {

inline constexpr std::string_view kNoBecause = "no_because";

// Of a kState: resolved, confirmed or unchallenged.
bool IsFinished(const Event& state);

// What the front line has said to "fixed?".
class Verdicts {
 public:
  explicit Verdicts(const History& history) : history_(history) {}

  void SeeGiven(size_t index);  // kVerdict
  void SeeHeard(size_t index) { heard_.push_back(index); }
  void SeeState(size_t index) { states_.push_back(index); }

  // `insight_of`: where a report is at the end; 0: nowhere.
  using InsightOf = std::function<uint64_t(std::string_view id)>;
  void Check(const Regroups& regroups, const InsightOf& insight_of,
             Findings& findings) const;

 private:
  using Asked = std::pair<std::string_view, std::string_view>;  // id, answer
  struct Given {
    std::map<std::string_view, Fate> said;
    size_t first_ok = kNever;
    std::string_view who;
  };
  void CheckHeard(Findings& findings) const;
  void CheckStates(const Regroups& regroups, const InsightOf& insight_of,
                   Findings& findings) const;

  const History& history_;
  std::map<Asked, Given> given_;
  std::vector<size_t> heard_, states_;
};

}  // namespace earshot::checker

#endif  // EARSHOT_TESTS_CHECKER_VERDICTS_H_
