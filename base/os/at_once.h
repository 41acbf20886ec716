#ifndef EARSHOT_BASE_OS_AT_ONCE_H_
#define EARSHOT_BASE_OS_AT_ONCE_H_

#include <system_error>
#include <thread>

// Two pieces of work at the same time.
namespace earshot::os {

// Calls both; returns when both have ended. `other` is called on a thread of
// its own, which takes some 50 microseconds, unless it is not worth it; so what
// they share is only read. Neither throws.
template <typename Own, typename Other>
void BothAtOnce(bool worth_it, const Own& own, const Other& other) {
  if (!worth_it) {
    own();
    other();
    return;
  }
  std::thread beside;
  try {
    beside = std::thread([&other] { other(); });
  } catch (const std::system_error&) {  // there are too many already
    own();
    other();
    return;
  }
  own();
  beside.join();
}

}  // namespace earshot::os

#endif  // EARSHOT_BASE_OS_AT_ONCE_H_
