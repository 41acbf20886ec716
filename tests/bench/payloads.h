#ifndef EARSHOT_TESTS_BENCH_PAYLOADS_H_
#define EARSHOT_TESTS_BENCH_PAYLOADS_H_

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"

// What every load in this folder sends, to Earshot and to its peers alike.
namespace earshot::bench {

inline constexpr size_t kIdBytes = 16;

// Serialised observations made of the sample reports, about 270 bytes each.
// Each taking has an id and a reporter of its own, so that nothing is the
// repeat of another. One thread; the same seed gives the same sequence.
class Payloads {
 public:
  // The sample reports: JSON lines as `earshot-agent import` takes them.
  static absl::StatusOr<Payloads> Read(const std::string& path, uint64_t seed);

  struct Payload {
    std::string_view id;    // 16 bytes
    std::string_view body;  // a v1::Observation; both until the next call
  };
  Payload Next();

 private:
  struct Template {
    std::string body;
    size_t reporter = 0;  // where its 8 letters stand
  };
  explicit Payloads(uint64_t seed) : seed_(seed) {}

  uint64_t seed_;
  uint64_t count_ = 0;
  std::vector<Template> templates_;
  std::string id_;
};

// Milliseconds that were measured, and what share of them was below.
class Latencies {
 public:
  void Add(double ms) { all_.push_back(ms); }
  double Percentile(double percent);  // 0 when nothing was measured

 private:
  std::vector<double> all_;
};

}  // namespace earshot::bench

#endif  // EARSHOT_TESTS_BENCH_PAYLOADS_H_
