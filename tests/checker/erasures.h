#ifndef EARSHOT_TESTS_CHECKER_ERASURES_H_
#define EARSHOT_TESTS_CHECKER_ERASURES_H_

#include <cstddef>
#include <map>
#include <string_view>
#include <vector>

#include "tests/checker/fate.h"
#include "tests/checker/findings.h"
#include "tests/checker/history.h"

namespace earshot::checker {

// Reports whose words somebody asked to be erased, and where they still are.
class Erasures {
 public:
  explicit Erasures(const History& history) : history_(history) {}

  void See(size_t index) {  // kErase
    fates_[history_[index].id].See(history_[index].outcome, index);
  }
  void SeeFound(size_t index) { found_.push_back(index); }

  bool MayBeErased(std::string_view id) const {
    const auto at = fates_.find(id);
    return at != fates_.end() && at->second.may_be_taken();
  }

  void Check(Findings& findings) const {
    for (const size_t index : found_) {
      const Event& event = history_[index];
      const auto at = fates_.find(event.id);
      if (at == fates_.end() || at->second.first_ok == kNever) continue;
      findings.Add(Breach::kNotErased, index, event.who, event.id,
                   "its words are still there");
    }
  }

 private:
  const History& history_;
  std::map<std::string_view, Fate> fates_;
  std::vector<size_t> found_;
};

}  // namespace earshot::checker

#endif  // EARSHOT_TESTS_CHECKER_ERASURES_H_
