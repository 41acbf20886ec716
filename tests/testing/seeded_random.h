#ifndef EARSHOT_TESTS_TESTING_SEEDED_RANDOM_H_
#define EARSHOT_TESTS_TESTING_SEEDED_RANDOM_H_

#include <cstdint>
#include <random>
#include <string>

#include "base/os/random.h"

namespace earshot::testing {

// The same seed gives the same bytes on every machine. One thread.
class SeededRandom final : public os::Random {
 public:
  explicit SeededRandom(uint64_t seed) : engine_(seed) {}
  std::string Bytes(size_t count) override {
    std::string out;
    while (out.size() < count) out.push_back(static_cast<char>(engine_() >> 8));
    return out;
  }

 private:
  std::mt19937_64 engine_;
};

}  // namespace earshot::testing

#endif  // EARSHOT_TESTS_TESTING_SEEDED_RANDOM_H_
