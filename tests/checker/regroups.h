#ifndef EARSHOT_TESTS_CHECKER_REGROUPS_H_
#define EARSHOT_TESTS_CHECKER_REGROUPS_H_

#include <cstddef>
#include <cstdint>
#include <map>
#include <string_view>

#include "tests/checker/fate.h"
#include "tests/checker/findings.h"
#include "tests/checker/history.h"

namespace earshot::checker {

// Merges and splits of a history: which insights may have been one, and what
// must be together or apart at the end.
class Regroups {
 public:
  explicit Regroups(const History& history) : history_(history) {}

  void See(size_t index);
  // All were seen; before any of the following.
  void Close();

  // The same one, or they may have been parts of one.
  bool Akin(uint64_t one, uint64_t other) const {
    return RootOf(one) == RootOf(other);
  }
  // A merge or split of it may have been taken.
  bool Touched(uint64_t insight) const { return parent_.contains(insight); }

  // A split of it, or of what it is akin to, may have been taken.
  bool Parted(uint64_t insight) const;

  void Check(Findings& findings) const;

 private:
  struct Regroup {
    Fate fate;
    size_t last = 0;  // its last event, which says where the two are
    bool splits = false;
  };
  uint64_t RootOf(uint64_t insight) const;
  const Event& EventOf(const Regroup& one) const { return history_[one.last]; }
  // Whether a merge may have come after `one` was asked for.
  bool MergedLater(const Regroup& one) const;
  bool SplitBut(const Regroup* one, uint64_t insight) const;

  const History& history_;
  std::map<std::string_view, Regroup> regroups_;
  std::map<uint64_t, uint64_t> parent_;
};

}  // namespace earshot::checker

#endif  // EARSHOT_TESTS_CHECKER_REGROUPS_H_
