#include "base/os/sha256.h"

#include <gtest/gtest.h>

#include <string>

#include "base/os/bytes.h"

namespace earshot::os {
namespace {

// FIPS 180-4's example, and the digest of nothing.
TEST(Sha256, AgreesWithThePublishedDigests) {
  EXPECT_EQ(ToHex(Sha256("abc")),
            "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
  EXPECT_EQ(ToHex(Sha256("")),
            "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
}

TEST(Sha256, TwoPartsAreOneText) {
  const std::string text(300, 'x');
  for (const size_t at : {0U, 1U, 63U, 64U, 65U, 300U}) {
    EXPECT_EQ(Sha256(text.substr(0, at), text.substr(at)), Sha256(text)) << at;
  }
}

// RFC 4231, cases 2 and 6 (a key longer than a block).
TEST(HmacKey, AgreesWithThePublishedSignatures) {
  EXPECT_EQ(ToHex(HmacKey("Jefe").Sign("what do ya want ", "for nothing?")),
            "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843");
  EXPECT_EQ(ToHex(HmacSha256(std::string(131, '\xaa'),
                             "Test Using Larger Than Block-Size Key - Hash Key "
                             "First")),
            "60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54");
}

TEST(HmacKey, SignsManyTimes) {
  const HmacKey key("k");
  const std::string first = key.Sign("a");
  EXPECT_NE(key.Sign("b"), first);
  EXPECT_EQ(key.Sign("a"), first);
}

}  // namespace
}  // namespace earshot::os
