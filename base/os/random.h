#ifndef EARSHOT_BASE_OS_RANDOM_H_
#define EARSHOT_BASE_OS_RANDOM_H_

#include <cstddef>
#include <cstdint>
#include <string>

namespace earshot::os {

// Source of randomness, injected. One thread at a time.
class Random {
 public:
  virtual ~Random() = default;
  virtual std::string Bytes(size_t count) = 0;
  // The same in place.
  virtual void Fill(std::string& out);

  // Uniform over all 64-bit values but 0, which stands for "none".
  uint64_t NonZero();
  // Uniform in [0, bound); bound > 0.
  uint64_t Below(uint64_t bound);
};

// The kernel's generator, by way of libsodium; any thread.
class SystemRandom final : public Random {
 public:
  SystemRandom();
  std::string Bytes(size_t count) override;
  void Fill(std::string& out) override;
};

}  // namespace earshot::os

#endif  // EARSHOT_BASE_OS_RANDOM_H_
