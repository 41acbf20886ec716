#ifndef EARSHOT_DASHBOARD_FEED_DIGEST_HEALTH_SUM_H_
#define EARSHOT_DASHBOARD_FEED_DIGEST_HEALTH_SUM_H_

#include <cstdint>
#include <vector>

#include "absl/time/time.h"
#include "dashboard_feed/digest/glance.h"
#include "earshot/v1/digest.pb.h"

namespace earshot::feed {

// How well the loop closes over some insights, summed up one by one. Memory: 32
// bytes an insight. One thread.
class HealthSum {
 public:
  static constexpr absl::Duration kStretch = absl::Hours(24 * 90);

  explicit HealthSum(absl::Time now);

  // An issue whose numbers show, with so many of its reporters.
  void Take(const Glance& glance, uint64_t reporters);
  // A leader has decided about one of the last 90 days.
  bool any() const { return any_; }
  uint32_t opened() const { return opened_; }
  // Everything but sites and slices.
  v1::LoopHealth Put();

 private:
  // From one time to another, where both are known.
  class Step {
   public:
    void Add(int64_t from, int64_t to) {
      if (from == kNever || to == kNever || to < from) return;
      seconds_.push_back(to - from);
    }
    void Put(const char* name, const char* title, v1::LoopHealth& health);

   private:
    std::vector<int64_t> seconds_;
  };

  const absl::Time now_;
  const int64_t from_;
  v1::LoopHealth counts_;
  Step visible_;
  Step acknowledged_;
  Step answered_;
  Step confirmed_;
  uint64_t reporters_ = 0;
  uint64_t heard_back_ = 0;
  uint32_t opened_ = 0;
  uint32_t overdue_ = 0;
  bool any_ = false;
};

}  // namespace earshot::feed

#endif  // EARSHOT_DASHBOARD_FEED_DIGEST_HEALTH_SUM_H_
