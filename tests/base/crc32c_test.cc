#include <gtest/gtest.h>

#include <set>
#include <string>

#include "base/wire/header.h"

namespace earshot::wire {
namespace {

// The instruction reads eight bytes at a time, and then one by one.
TEST(Crc32c, EveryLengthAndEveryByteCounts) {
  std::set<uint32_t> seen;
  std::string text;
  for (int i = 0; i < 40; ++i) {
    EXPECT_TRUE(seen.insert(Crc32c(text)).second) << i;
    text.push_back('a');
  }
  const uint32_t whole = Crc32c(text);
  for (char& letter : text) {
    letter ^= 1;
    EXPECT_NE(Crc32c(text), whole);
    letter ^= 1;
  }
  // RFC 3720, appendix B.4: 32 bytes of zeros, of ones.
  EXPECT_EQ(Crc32c(std::string(32, '\0')), 0x8A9136AAU);
  EXPECT_EQ(Crc32c(std::string(32, '\xff')), 0x62A8AB43U);
}

TEST(Crc32c, AgreesWithThePublishedCheckValue) {
  EXPECT_EQ(Crc32c("123456789"), 0xE3069283U);
  EXPECT_EQ(Crc32c(""), 0U);
}

}  // namespace
}  // namespace earshot::wire
