#include "base/os/random.h"

#include <pthread.h>
#include <sodium.h>

#include <array>
#include <cstdlib>
#include <cstring>

namespace earshot::os {

void Random::Fill(std::string& out) { out = Bytes(out.size()); }

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

namespace {

// What a thread has drawn from the kernel and not yet given out.
struct Pool {
  std::array<char, 2048> bytes;
  size_t left = 0;
};
thread_local Pool pool;

// Two processes must not give out the same. Runs on the thread that forked, the
// only one that a child has.
void ForgetPool() { pool.left = 0; }

}  // namespace

SystemRandom::SystemRandom() {
  // Fails only where the kernel has no random source at all.
  if (sodium_init() < 0) std::abort();
  static const int registered = ::pthread_atfork(nullptr, nullptr, ForgetPool);
  if (registered != 0) std::abort();
}

std::string SystemRandom::Bytes(size_t count) {
  std::string out(count, '\0');
  Fill(out);
  return out;
}

void SystemRandom::Fill(std::string& out) {
  // A system call for each salt would cost more than the salt's use. What was
  // given out is wiped.
  constexpr size_t kSmall = 64;
  const size_t count = out.size();
  if (count > kSmall) {
    randombytes_buf(out.data(), count);
    return;
  }
  if (pool.left < count) {
    randombytes_buf(pool.bytes.data(), pool.bytes.size());
    pool.left = pool.bytes.size();
  }
  pool.left -= count;
  char* const from = pool.bytes.data() + pool.left;
  std::memcpy(out.data(), from, count);
  sodium_memzero(from, count);
}

}  // namespace earshot::os
