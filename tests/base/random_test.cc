#include "base/os/random.h"

#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <set>
#include <string>
#include <thread>

namespace earshot::os {
namespace {

TEST(SystemRandom, NeverGivesTheSameTwice) {
  SystemRandom random;
  std::set<std::string> seen;
  for (int i = 0; i < 1000; ++i) {
    EXPECT_TRUE(seen.insert(random.Bytes(16)).second);
  }
  std::set<std::string> elsewhere;
  std::thread([&] {
    for (int i = 0; i < 1000; ++i) elsewhere.insert(random.Bytes(16));
  }).join();
  for (const std::string& bytes : elsewhere) {
    EXPECT_TRUE(seen.insert(bytes).second);
  }
}

TEST(SystemRandom, AChildGetsOthersThanItsParent) {
  SystemRandom random;
  random.Bytes(16);  // so that there is something to inherit
  std::array<int, 2> ends{};
  ASSERT_EQ(::pipe(ends.data()), 0);
  const pid_t child = ::fork();
  if (child == 0) {
    const std::string bytes = random.Bytes(16);
    ::_exit(::write(ends[1], bytes.data(), bytes.size()) == 16 ? 0 : 1);
  }
  const std::string ours = random.Bytes(16);
  std::string theirs(16, '\0');
  EXPECT_EQ(::read(ends[0], theirs.data(), theirs.size()), 16);
  ::waitpid(child, nullptr, 0);
  EXPECT_NE(theirs, ours);
  ::close(ends[0]);
  ::close(ends[1]);
}

}  // namespace
}  // namespace earshot::os
