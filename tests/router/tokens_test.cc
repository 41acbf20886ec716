#include "router/text/tokens.h"

#include <gtest/gtest.h>

#include <string>

#include "tests/testing/seeded_random.h"

namespace earshot::router {
namespace {

TokenisedText Read(std::string_view utf8) {
  TokenisedText out;
  Tokenise(utf8, out);
  return out;
}

TEST(Tokens, CaseAccentsSignsAndFormsOfLettersMakeNoDifference) {
  EXPECT_EQ(Read("La  caja,no FUNCIONA").text, "la caja no funciona");
  EXPECT_EQ(Read("Ça a gelé à côté").text, "ca a gele a cote");
  EXPECT_EQ(Read("\xEF\xBC\xB0\xEF\xBC\xAF\xEF\xBC\xB3 \xEF\xAC\x81x").text,
            "pos fix");
  EXPECT_EQ(Read("stra\xC3\x9F"
                 "e \xF0\x9F\x98\x80 \xC3\xB8l")
                .text,
            "strasse ol");
}

TEST(Tokens, AnApostropheStaysInsideItsWord) {
  EXPECT_EQ(Read("it isn't").text, "it isnt");
  EXPECT_EQ(Read("it isn\xE2\x80\x99t").text, "it isnt");
}

TEST(Tokens, NegationsNumbersAndClausesAreMarked) {
  const TokenisedText read = Read("Lane 3 isn't open, two tills froze!");
  ASSERT_EQ(read.tokens.size(), 8U);
  EXPECT_TRUE(read.tokens[1].number);
  EXPECT_TRUE(read.tokens[2].negation);
  EXPECT_TRUE(read.tokens[3].clause_end);
  EXPECT_TRUE(read.tokens[4].number);
  EXPECT_TRUE(read.tokens[7].mark);
  EXPECT_EQ(read.View(read.tokens[7]), "!");
  EXPECT_FALSE(read.tokens[0].negation || read.tokens[0].number);
  EXPECT_TRUE(Read("nunca funciona").tokens[0].negation);
  EXPECT_TRUE(Read("ça ne marche pas").tokens[3].negation);
}

TEST(Tokens, AnyBytesAreReadAndWhatIsReadReadsTheSameAgain) {
  testing::SeededRandom random(11);
  for (int i = 0; i < 2000; ++i) {
    const std::string bytes = random.Bytes(random.Below(80));
    const TokenisedText once = Read(bytes);
    uint32_t end = 0;
    for (const Token& token : once.tokens) {
      EXPECT_GE(token.begin, end);
      EXPECT_GT(token.size, 0U);
      end = token.begin + token.size;
      ASSERT_LE(end, once.text.size());
    }
    EXPECT_EQ(Read(once.text).text, once.text) << "of run " << i;
  }
}

TEST(Tokens, ALongTextEndsAtTheMostTokens) {
  std::string text;
  for (size_t i = 0; i < 2 * kMostTokens; ++i) text += "a ";
  EXPECT_EQ(Read(text).tokens.size(), kMostTokens);
}

}  // namespace
}  // namespace earshot::router
