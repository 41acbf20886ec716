#ifndef EARSHOT_DASHBOARD_FEED_DIGEST_SINCE_ANSWER_H_
#define EARSHOT_DASHBOARD_FEED_DIGEST_SINCE_ANSWER_H_

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "absl/time/time.h"
#include "dashboard_feed/digest/coverage.h"
#include "dashboard_feed/digest/glance.h"
#include "dashboard_feed/mirror/model.h"

// Whether an answer held: what was heard of an insight since, against what was
// to be expected by the four weeks before and by how much the scope reports
// altogether. Pure; one thread.
namespace earshot::feed {

struct Effect {
  enum class Course {
    kUnknown,  // no answer, too short a time, or too few people to tell
    kFalling,  // far fewer than expected
    kHeldNot,  // it was to be over, and is heard as before
    kBetween,
  };
  Course course = Course::kUnknown;
  bool answered = false;  // else: it went quiet by itself
  absl::Time since;
  uint32_t before = 0;  // people, in the time that `expected` is learned from
  uint32_t people = 0;  // since then
  double expected = 0;
};

using Effects = std::map<uint64_t, Effect>;  // by insight

class SinceAnswer {
 public:
  // `model` and `coverage` outlive it. Goes once through the places.
  SinceAnswer(const Model& model, const Coverage& coverage, absl::Time now);

  Effect Of(const Glance& glance) const;
  // In a sentence; empty when unknown. `below`: numbers under it are not told.
  // Nothing can be said of an answer of the last four weeks yet; else empty.
  static std::string TooEarly(const Glance& glance, absl::Time now);
  static std::string Text(const Effect& effect, uint32_t below,
                          absl::TimeZone zone);

 private:
  // All that the scope reports, before and since.
  struct Scope {
    uint64_t before = 0;
    uint64_t since = 0;
  };
  Scope ScopeAround(int64_t since) const;
  double MostOf(const Glance& glance) const;
  int64_t LearnedFrom(int64_t since) const;
  uint64_t AllBetween(int64_t from, int64_t to) const;
  Effect Compare(const Glance& glance, int64_t since, const Scope& scope) const;

  const Coverage& coverage_;
  int64_t now_;  // the quarter that is not over
  int64_t began_ = 0;
  std::vector<uint64_t> all_;  // people of the scope by quarter, from began_
  Scope quiet_;                // around the last week's beginning
};

}  // namespace earshot::feed

#endif  // EARSHOT_DASHBOARD_FEED_DIGEST_SINCE_ANSWER_H_
