#include "proto/contract/redact.h"

#include <algorithm>
#include <random>
#include <string>
#include <tuple>
#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace earshot::contract {
namespace {

using ::testing::HasSubstr;
using ::testing::SizeIs;

std::string Redacted(std::string_view text) {
  static const Redactor* const kRedactor = new Redactor;
  return kRedactor->Redact(text).text;
}

struct Case {
  std::string_view in;
  std::string_view out;
};

void ExpectAll(const std::vector<Case>& cases) {
  for (const Case& entry : cases) {
    EXPECT_EQ(Redacted(entry.in), entry.out) << entry.in;
  }
}

TEST(RedactTest, CardsGoInEveryGrouping) {
  ExpectAll({{"card 4111 1111 1111 1111 exp 09/27", "card [card] exp 09/27"},
             {"4111-1111-1111-1111, cvv 123", "[card], cvv 123"},
             {"amex 3782 822463 10005", "amex [card]"},
             {"4.1.1.1.1.1.1.1.1.1.1.1.1.1.1.1", "[card]"},
             {"visa4111111111111111exp", "visa[card]exp"},
             {"14:30 5555 5555 5555 4444", "14:30 [card]"},
             {"4111 then 1111 then 1111 1111", "[card]"},
             {"4111\n1111\n1111\n1111", "[card]"}});
}

TEST(RedactTest, CardsGoInEveryDisguise) {
  ExpectAll({
      {"４１１１ １１１１ １１１１ １１１１", "[card]"},
      {"٤١١١ ١١١١ ١١١١ ١١١١", "[card]"},
      {"𝟒𝟏𝟏𝟏 𝟏𝟏𝟏𝟏 𝟏𝟏𝟏𝟏 𝟏𝟏𝟏𝟏", "[card]"},
      {"4\u200b111\u00ad1111\u20601111\ufeff1111", "[card]"},
      {"&#52;111&nbsp;1111&#x20;1111&shy;1111", "[card]"},
      {"4O12 8888 8888 1881", "[card]"},
  });
}

TEST(RedactTest, CardsGoInThreeSpokenLanguages) {
  ExpectAll({
      {"forty-one eleven, eleven eleven, eleven eleven, eleven eleven",
       "[card]"},
      {"cuarenta y uno once once once once once once once", "[card]"},
      {"quarante et un onze onze onze onze onze onze onze", "[card]"},
      {"four one one one double one double one one one one one one one one one",
       "[card]"},
  });
}

TEST(RedactTest, AddressesGoInEveryDisguise) {
  ExpectAll({
      {"to rosa.delgado@example.com.", "to [email]."},
      {"<rosa@example.com>", "<[email]>"},
      {"rosa dot delgado at example dot com", "[email]"},
      {"rosa (at) example (dot) com", "[email]"},
      {"rosa arroba ejemplo punto es", "[email]"},
      {"rosa arobase exemple point fr", "[email]"},
      {"rosa＠example．com", "[email]"},
      {"rosa&commat;example&period;com", "[email]"},
  });
}

TEST(RedactTest, TelephoneNumbersGo) {
  ExpectAll({
      {"ring (614) 555-0142, ext. 12", "ring [phone], ext. 12"},
      {"+44 (0)20 7946 0958", "[phone]"},
      {"06 12 34 56 78", "[phone]"},
      {"llame al 612 345 678", "llame al [phone]"},
      {"six one four five five five oh one four two", "[phone]"},
      {"zéro six douze trente-quatre cinquante-six soixante-dix-huit",
       "[phone]"},
  });
}

TEST(RedactTest, SsnShapesGoWhateverTheirDigits) {
  ExpectAll(
      {{"her social 987-65-4320.", "her social [ssn]."},
       {"000-12-3456", "[ssn]"},
       {"666 12 3456", "[ssn]"},
       {"SSN: 987654320", "SSN: [ssn]"},
       {"nine eight seven dash six five dash four three two zero", "[ssn]"}});
}

TEST(RedactTest, IbansGo) {
  ExpectAll({{"to GB82 WEST 1234 5698 7654 32 today", "to [iban] today"},
             {"de89370400440532013000", "[iban]"},
             {"FR14-2004-1010-0505-0001-3M02-606", "[iban]"}});
}

TEST(RedactTest, PolicyAndAccountNumbersGoByTheirName) {
  ExpectAll({
      {"her policy, I think it's HO-4432-88812",
       "her policy, I think it's [policy_number]"},
      {"88123456 is her policy number", "[policy_number] is her policy number"},
      {"póliza número 4471-88291", "póliza número [policy_number]"},
      {"acct #0012345678", "acct #[account_number]"},
      {"numéro de compte 00123 456789", "numéro de compte [account_number]"},
  });
}

TEST(RedactTest, HarmlessNumbersStay) {
  for (const std::string_view text :
       {"Order 1234567890123456 shows as ready", "SKU 614-555 on aisle 7",
        "version 10.4.2.1187 at 09:30-17:45 on 2026-11-22",
        "ext 4417, card ending 1111, last four 4320",
        "$1,250.00 and {$150.00} and 12,50 €", "lanes one two three and four",
        "policy 2024 update, account since 2019", "look at dot com style",
        "node@14.2 and @home, 2 @ 5.99", "sizes 30 32 34 36 38"}) {
    EXPECT_EQ(Redacted(text), text);
  }
}

TEST(RedactTest, PlacesAreInCodePointsAndBytesOfTheInput) {
  const Redactor redactor;
  const Redaction redaction =
      redactor.Redact("é\xff 😀 rosa@example.com y 987-65-4320");
  ASSERT_THAT(redaction.spans, SizeIs(2));
  EXPECT_EQ(redaction.spans[0].start, 5U);
  EXPECT_EQ(redaction.spans[0].end, 21U);
  EXPECT_EQ(redaction.spans[0].byte_start, 9U);
  EXPECT_EQ(redaction.spans[0].byte_end, 25U);
  EXPECT_EQ(redaction.spans[0].kind, PersonalKind::kEmail);
  EXPECT_EQ(redaction.spans[1].start, 24U);
  EXPECT_EQ(redaction.text, "é\xff 😀 [email] y [ssn]");
}

TEST(RedactTest, OwnPatternsSeeTheFoldedText) {
  const auto redactor =
      Redactor::WithPatterns({{PersonalKind::kPolicyNumber, "NW-[0-9]{8}"}});
  ASSERT_TRUE(redactor.ok());
  EXPECT_EQ(redactor->Redact("got nw‑１２３４５６７８ here").text,
            "got [policy_number] here");
}

TEST(RedactTest, APatternThatDoesNotCompileIsNamed) {
  const auto redactor =
      Redactor::WithPatterns({{PersonalKind::kPolicyNumber, "NW-["}});
  ASSERT_FALSE(redactor.ok());
  EXPECT_THAT(std::string(redactor.status().message()), HasSubstr("NW-["));
}

TEST(RedactTest, GreedyPatternsComeToRest) {
  const auto redactor =
      Redactor::WithPatterns({{PersonalKind::kAccountNumber, "a?.b?"},
                              {PersonalKind::kAccountNumber, "x*"}});
  ASSERT_TRUE(redactor.ok());
  const std::string once = redactor->Redact("abc def xx 4111").text;
  EXPECT_EQ(redactor->Redact(once).text, once);
}

// Parts that mean something, to be thrown together.
constexpr std::string_view kParts[] = {"4111",    "1111",     "555",
                                       "0142",    "614",      " ",
                                       "-",       ".",        "\n",
                                       "@",       "example",  ".com",
                                       " at ",    " dot ",    "policy",
                                       "account", " number ", "ssn",
                                       "one ",    "double ",  "triple ",
                                       "&#52;",   "&amp;",    "&nbsp;",
                                       "[card]",  "[phone]",  "[",
                                       "]",       "\u200b",   "٤",
                                       "DE89",    "GB82",     "WEST",
                                       "987",     "65",       "4320",
                                       "call ",   " is her ", "(",
                                       ")",       "+",        "00",
                                       "/",       ",",        ":",
                                       "#",       "oh ",      "then ",
                                       "\\n",     "%40",      "<br>",
                                       "\xff",    "\xe2\x80", "é",
                                       "arroba",  "punto",    "quatre-vingt-",
                                       "dix-",    "mille ",   "cent ",
                                       "order ",  "iban ",    "O",
                                       "l",       "x",        "HO-",
                                       "dni ",    "Z",        "\"",
                                       "$",       "%",        "sort code "};

std::string RandomText(std::mt19937& random) {
  std::uniform_int_distribution<size_t> part(0, std::size(kParts) - 1);
  std::uniform_int_distribution<int> count(1, 40);
  std::uniform_int_distribution<int> percent(0, 99);
  std::uniform_int_distribution<int> byte(0, 255);
  std::string text;
  for (int i = count(random); i > 0; --i) text += kParts[part(random)];
  for (char& c : text) {
    if (percent(random) < 3) c = static_cast<char>(byte(random));
  }
  return text;
}

TEST(RedactTest, RedactingAgainChangesNothing) {
  constexpr unsigned kSeed = 20261122;
  SCOPED_TRACE(testing::Message() << "seed " << kSeed);
  std::mt19937 random(kSeed);
  for (int i = 0; i < 20000; ++i) {
    const std::string text = RandomText(random);
    const std::string once = Redacted(text);
    ASSERT_EQ(Redacted(once), once) << testing::PrintToString(text);
  }
}

TEST(RedactTest, SpansAreOrderedAndRebuildTheText) {
  constexpr unsigned kSeed = 417;
  SCOPED_TRACE(testing::Message() << "seed " << kSeed);
  std::mt19937 random(kSeed);
  const Redactor redactor;
  for (int i = 0; i < 5000; ++i) {
    const std::string text = RandomText(random);
    const Redaction redaction = redactor.Redact(text);
    std::string rebuilt;
    size_t done = 0;
    for (const RedactedSpan& span : redaction.spans) {
      ASSERT_LE(done, span.byte_start);
      ASSERT_LT(span.byte_start, span.byte_end);
      rebuilt += text.substr(done, span.byte_start - done) + "[";
      rebuilt += std::string(PersonalKindName(span.kind)) + "]";
      done = span.byte_end;
    }
    rebuilt += text.substr(done);
    ASSERT_EQ(rebuilt, redaction.text) << testing::PrintToString(text);
  }
}

TEST(RedactTest, LongRepetitionsEndAndComeToRest) {
  for (const std::string_view part : {"a",
                                      "1",
                                      "@",
                                      "&",
                                      "&#52;",
                                      "[card]",
                                      "4111 ",
                                      "one ",
                                      "4 ",
                                      "@a.b",
                                      "policy ",
                                      "policy 1 ",
                                      "account number ",
                                      "de1",
                                      "a@b.com ",
                                      "at ",
                                      " dot ",
                                      "555-0142 ",
                                      "(",
                                      "\u200b",
                                      "double ",
                                      "quatre-vingt-",
                                      "4111 1111 1111 1111 ",
                                      "cent mille "}) {
    std::string text;
    while (text.size() < size_t{64} << 10) text += part;
    const std::string once = Redacted(text);
    EXPECT_EQ(Redacted(once), once) << part;
  }
}

}  // namespace
}  // namespace earshot::contract
