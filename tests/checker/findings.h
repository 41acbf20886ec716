#ifndef EARSHOT_TESTS_CHECKER_FINDINGS_H_
#define EARSHOT_TESTS_CHECKER_FINDINGS_H_

#include <algorithm>
#include <cstddef>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "tests/checker/check.h"

namespace earshot::checker {

// What the rules have found so far, each where the history shows it.
class Findings {
 public:
  void Add(Breach breach, size_t index, std::string_view who,
           std::string_view id, std::string detail) {
    found_.push_back(
        {index,
         {breach, std::string(who), std::string(id), std::move(detail)}});
  }

  // By breach, and then in the history's order.
  std::vector<Finding> Take() {
    std::stable_sort(found_.begin(), found_.end(),
                     [](const Found& a, const Found& b) {
                       return std::pair(a.finding.breach, a.index) <
                              std::pair(b.finding.breach, b.index);
                     });
    std::vector<Finding> findings;
    findings.reserve(found_.size());
    for (Found& each : found_) findings.push_back(std::move(each.finding));
    found_.clear();
    return findings;
  }

 private:
  struct Found {
    size_t index;
    Finding finding;
  };
  std::vector<Found> found_;
};

}  // namespace earshot::checker

#endif  // EARSHOT_TESTS_CHECKER_FINDINGS_H_
