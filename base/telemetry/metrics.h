#ifndef EARSHOT_BASE_TELEMETRY_METRICS_H_
#define EARSHOT_BASE_TELEMETRY_METRICS_H_

#include <atomic>
#include <cstdint>

namespace earshot::telemetry {

// A count that one or more threads raise and any thread reads. Rooms keep
// them in a struct of their own; a program's wiring file names them when it
// is asked for its metrics.
class Counter {
 public:
  void Add(uint64_t count = 1) {
    value_.fetch_add(count, std::memory_order_relaxed);
  }
  void Set(uint64_t value) { value_.store(value, std::memory_order_relaxed); }
  uint64_t value() const { return value_.load(std::memory_order_relaxed); }

 private:
  std::atomic<uint64_t> value_{0};
};

}  // namespace earshot::telemetry

#endif  // EARSHOT_BASE_TELEMETRY_METRICS_H_
