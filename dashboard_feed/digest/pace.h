#ifndef EARSHOT_DASHBOARD_FEED_DIGEST_PACE_H_
#define EARSHOT_DASHBOARD_FEED_DIGEST_PACE_H_

#include <cstdint>
#include <vector>

#include "absl/time/time.h"
#include "dashboard_feed/mirror/model.h"
#include "dashboard_feed/trend/trend.h"

// At which pace a leader's scope reports, and which insights are out of step
// with it. Pure; one thread.
namespace earshot::feed {

// What was heard of an insight in the stretch that its trend is about.
struct Lately {
  Trend trend;
  uint32_t people = 0;   // distinct, as far as places and days tell
  uint32_t sites = 0;
  uint32_t severe = 0;   // of severity 5, in the last 24 hours
};

class ScopePace {
 public:
  enum class Mode {
    kSmall,     // so little comes in that a leader can read all of it
    kLearning,  // too short a time to know what is usual
    kJudged,
  };

  // `model` and `leader` outlive it.
  ScopePace(const Model& model, const v1::Leader& leader, absl::Time now);

  Mode mode() const { return mode_; }
  int learned_days() const;
  // Of an insight in the scope.
  Lately Of(const v1::Insight& insight) const;

 private:
  const Model& model_;
  int64_t now_ = 0;    // the quarter that is not over
  int64_t began_ = 0;  // the first with any data
  Mode mode_ = Mode::kSmall;
  WeekProfile profile_;
  std::vector<char> covered_;  // by place
  TrendRules rules_;
};

}  // namespace earshot::feed

#endif  // EARSHOT_DASHBOARD_FEED_DIGEST_PACE_H_
