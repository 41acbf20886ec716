#ifndef EARSHOT_DASHBOARD_FEED_DIGEST_SINCE_ANSWER_H_
#define EARSHOT_DASHBOARD_FEED_DIGEST_SINCE_ANSWER_H_

#include <cstdint>
#include <string>
#include <vector>

#include "absl/time/time.h"
#include "dashboard_feed/digest/view.h"
#include "dashboard_feed/mirror/model.h"
#include "proto/contract/leader_scope.h"

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

class SinceAnswer {
 public:
  // `model` and `leader` outlive it. Goes once through the places.
  SinceAnswer(const Model& model, const v1::Leader& leader, absl::Time now);

  Effect Of(const Seen& seen) const;
  // In a sentence; empty when unknown. `below`: numbers under it are not told.
  static std::string Text(const Effect& effect, uint32_t below,
                          absl::TimeZone zone);

 private:
  // People of some days' counts between two quarters.
  using Scopes = contract::LeaderScope::Scopes;
  uint32_t Between(const History::Days& days, Scopes scopes, int64_t from,
                   int64_t to) const;
  uint64_t AllBetween(int64_t from, int64_t to) const;
  Effect Compare(const History::Days& days, Scopes scopes, int64_t since) const;

  const Model& model_;
  const contract::LeaderScope scope_;
  int64_t now_;  // the quarter that is not over
  int64_t began_ = 0;
  std::vector<Scopes> scopes_of_place_;  // by place
  std::vector<uint64_t> all_;  // people of the scope by quarter, from began_
};

}  // namespace earshot::feed

#endif  // EARSHOT_DASHBOARD_FEED_DIGEST_SINCE_ANSWER_H_
