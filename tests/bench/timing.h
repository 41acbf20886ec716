#ifndef EARSHOT_TESTS_BENCH_TIMING_H_
#define EARSHOT_TESTS_BENCH_TIMING_H_

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <vector>

namespace earshot::bench {

using Clock = std::chrono::steady_clock;

inline double Microseconds(Clock::duration time) {
  return std::chrono::duration<double, std::micro>(time).count();
}

// How long the work takes, in microseconds.
template <typename Work>
double TimeOf(const Work& work) {
  const auto start = Clock::now();
  work();
  return Microseconds(Clock::now() - start);
}

// Of at least one time; 0.5 is the median.
inline double Quantile(std::vector<double> times, double share) {
  const auto at =
      times.begin() +
      static_cast<ptrdiff_t>(share * static_cast<double>(times.size() - 1));
  std::nth_element(times.begin(), at, times.end());
  return *at;
}

}  // namespace earshot::bench

#endif  // EARSHOT_TESTS_BENCH_TIMING_H_
