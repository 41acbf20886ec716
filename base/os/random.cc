#include "base/os/random.h"

#include <sodium.h>

#include <array>
#include <cstdlib>
#include <cstring>

namespace earshot::os {

uint64_t Random::NonZero() {
  uint64_t value = 0;
  while (value == 0) {
    const std::string bytes = Bytes(sizeof(value));
    std::memcpy(&value, bytes.data(), sizeof(value));
  }
  return value;
}

uint64_t Random::Below(uint64_t bound) {
  // The bias of a remainder over 64 bits is far below anything observable
  // for the small bounds that jitter needs.
  return NonZero() % bound;
}

SystemRandom::SystemRandom() {
  // Fails only where the kernel has no random source at all.
  if (sodium_init() < 0) std::abort();
}

std::string SystemRandom::Bytes(size_t count) {
  // A system call for each salt would cost more than the salt's use. What was
  // given out is wiped.
  constexpr size_t kPool = 2048;
  constexpr size_t kSmall = 64;
  thread_local std::array<char, kPool> pool;
  thread_local size_t left = 0;
  std::string out(count, '\0');
  if (count > kSmall) {
    randombytes_buf(out.data(), count);
    return out;
  }
  if (left < count) {
    randombytes_buf(pool.data(), kPool);
    left = kPool;
  }
  left -= count;
  std::memcpy(out.data(), pool.data() + left, count);
  sodium_memzero(pool.data() + left, count);
  return out;
}

}  // namespace earshot::os
