#include "base/os/random.h"

#include <sodium.h>

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
  std::string out(count, '\0');
  randombytes_buf(out.data(), out.size());
  return out;
}

}  // namespace earshot::os
