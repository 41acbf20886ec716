#include "router/insight/near/signature.h"

#include <gtest/gtest.h>

#include <string>

#include "tests/router/insight/near/signed_text.h"
#include "tests/testing/seeded_random.h"

namespace earshot::router {
namespace {

TEST(Signature, TheKeyIsOfTheLettersAndDigitsAlone) {
  const Signature plain = SignatureOf("The gate, at dock 4, sticks.");
  EXPECT_EQ(plain.key, SignatureOf("  THE GATE at dock 4 sticks!!").key);
  EXPECT_NE(plain.key, SignatureOf("The gate at dock 5 sticks").key);
  EXPECT_NE(SignatureOf("it took 1.5 hours").key,
            SignatureOf("it took 15 hours").key);
  EXPECT_FALSE(SignatureOf("ok").empty());
  EXPECT_TRUE(SignatureOf("").empty());
  EXPECT_TRUE(SignatureOf("?! --").empty());
}

TEST(Signature, ShortFormsAndNumberWordsReadAlike) {
  EXPECT_EQ(SignatureOf("it isn't right").packed,
            SignatureOf("it is not right").packed);
  EXPECT_EQ(SignatureOf("can u help w/ my acct pls").packed,
            SignatureOf("can you help with my account please").packed);
}

TEST(Signature, ASerialisedOneIsTheSameAgain) {
  for (const char* text :
       {"the till isn't working", "ok", "and", "", "two lanes, 3 tills",
        "\xD0\xBA\xD0\xB0\xD1\x81\xD1\x81\xD0\xB0 5",
        "3\xE5\x8F\xB7\xE5\x9D\x8F\xE4\xBA\x86", "half a dozen"}) {
    const Signature signature = SignatureOf(text);
    const auto parsed = Signer().Parse(Signer::Serialise(signature));
    ASSERT_TRUE(parsed.ok()) << text << ": " << parsed.status();
    EXPECT_EQ(parsed->key, signature.key) << text;
    EXPECT_EQ(parsed->packed, signature.packed) << text;
    EXPECT_EQ(parsed->bands, signature.bands) << text;
  }
}

TEST(Signature, TheSerialisedFormNeverChangesWithinAVersion) {
  const Signature signature = SignatureOf("Lane 3 isn't open");
  EXPECT_EQ(signature.packed.size(), 15U);
  EXPECT_EQ(Signer::Serialise(signature)[0], 1);
  EXPECT_EQ(Signer::Serialise(signature).size(), 32U);
}

TEST(Signature, GarbageIsRefused) {
  Signer signer;
  const std::string good = Signer::Serialise(SignatureOf("lane 3 is closed"));
  EXPECT_FALSE(signer.Parse("").ok());
  EXPECT_FALSE(signer.Parse(good.substr(0, 10)).ok());
  EXPECT_FALSE(signer.Parse('\x02' + good.substr(1)).ok());
  EXPECT_FALSE(signer.Parse(good + std::string(3, '\xFF')).ok());
  EXPECT_FALSE(signer.Parse(good + std::string(3, '\0')).ok());
  EXPECT_FALSE(
      signer
          .Parse(std::string("\x01") + std::string(16, '\0') + good.substr(17))
          .ok());
}

TEST(Signature, AnyBytesAreReadOrRefused) {
  constexpr uint64_t kSeed = 5;
  testing::SeededRandom random(kSeed);
  Signer signer;
  for (int i = 0; i < 5000; ++i) {
    const std::string bytes = random.Bytes(random.Below(120));
    const Signature signature = SignatureOf(bytes);
    const auto parsed = signer.Parse(Signer::Serialise(signature));
    ASSERT_TRUE(parsed.ok()) << "seed " << kSeed << ", run " << i;
    EXPECT_EQ(parsed->packed, signature.packed)
        << "seed " << kSeed << ", run " << i;
    const auto read = signer.Parse('\x01' + bytes);
    if (!read.ok()) continue;
    EXPECT_EQ(Signer::Serialise(*read), '\x01' + bytes)
        << "seed " << kSeed << ", run " << i;
  }
}

TEST(Signature, ALongTextIsReadUpToABound) {
  const Signature letters = SignatureOf(std::string(64 << 10, 'a'));
  EXPECT_LE(letters.packed.size(), kMostLetters);
  std::string words;
  while (words.size() < (64U << 10U)) {
    words += "lane " + std::to_string(words.size()) + " ";
  }
  EXPECT_LE(SignatureOf(words).packed.size(), 2 * kMostLetters);
  EXPECT_TRUE(Signer().Parse(Signer::Serialise(SignatureOf(words))).ok());
}

}  // namespace
}  // namespace earshot::router
