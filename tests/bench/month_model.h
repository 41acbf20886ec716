#ifndef EARSHOT_TESTS_BENCH_MONTH_MODEL_H_
#define EARSHOT_TESTS_BENCH_MONTH_MODEL_H_

#include <cstddef>
#include <cstdint>

#include "absl/status/status.h"
#include "absl/time/time.h"
#include "dashboard_feed/mirror/mirror.h"

// What a router would have told a feed after 35 days of a company with 300
// sites in 12 regions: insights of very different sizes, most of them small,
// each with its places, days, verbatims and suggestions.
namespace earshot::bench {

struct MonthSize {
  size_t insights = 100000;
  uint64_t observations = 1000000;
  size_t leaders = 1000;  // the first sees everything, then one for each
                          // region, then one for each site, then regions by
                          // topic
  uint64_t seed = 1;
};

// The moment at which the month ends.
absl::Time MonthEnd();

// Through the mirror's own door, as a router's deliveries.
absl::Status FillMonth(const MonthSize& size, feed::Mirror& mirror);

}  // namespace earshot::bench

#endif  // EARSHOT_TESTS_BENCH_MONTH_MODEL_H_
