#include "proto/contract/redact_quick.h"

#include <gtest/gtest.h>

#include <fstream>
#include <nlohmann/json.hpp>
#include <random>
#include <string>
#include <vector>

#include "proto/contract/redact.h"

namespace earshot::contract {
namespace {

// Goes the long way round for every text: an organisation's own pattern, which
// here matches nothing, must be looked for everywhere.
const Redactor& Thorough() {
  static const Redactor* const redactor = new Redactor(
      *Redactor::WithPatterns({{PersonalKind::kPolicyNumber, "zqzqzqzq"}}));
  return *redactor;
}

void ExpectTheSame(const std::string& text) {
  if (!redact::NothingToFind(text)) return;
  EXPECT_TRUE(Thorough().Redact(text).spans.empty()) << text;
}

std::vector<std::string> LabelledTexts() {
  std::vector<std::string> texts;
  for (const char* name : {"lines.jsonl", "held.jsonl"}) {
    std::ifstream in(std::string(EARSHOT_SOURCE_DIR "/tests/data/redaction/") +
                     name);
    for (std::string line; std::getline(in, line);) {
      texts.push_back(nlohmann::json::parse(line).at("text"));
    }
  }
  return texts;
}

TEST(RedactQuick, PassesNoLabelledTextInWhichThereIsSomething) {
  const std::vector<std::string> texts = LabelledTexts();
  ASSERT_GT(texts.size(), 1000U);
  for (const std::string& text : texts) ExpectTheSame(text);
}

TEST(RedactQuick, PassesNoMixtureInWhichThereIsSomething) {
  constexpr uint32_t kSeed = 20261124;
  const std::vector<std::string> pieces{"4",
                                        "11",
                                        "three",
                                        "double two",
                                        "one",
                                        "oneoneone",
                                        "seven",
                                        "policy",
                                        "a/c",
                                        "sort code",
                                        "12",
                                        "O1l",
                                        "IIII",
                                        "at",
                                        "dot com",
                                        "la police",
                                        "account",
                                        "AB-12",
                                        "member number",
                                        "555",
                                        "seis",
                                        "deux",
                                        "cent",
                                        "mille",
                                        "ninety nine",
                                        "tax no",
                                        "is",
                                        "the",
                                        "card",
                                        "NIE",
                                        "ooo1",
                                        "lil",
                                        "ref",
                                        "fouroneone",
                                        "c",
                                        "mail.com",
                                        "smith",
                                        "point",
                                        "gmail com",
                                        "at sign",
                                        "commercial",
                                        "a",
                                        "(a)",
                                        "phone",
                                        "x",
                                        "[card]",
                                        "[phone]",
                                        "dieciséis",
                                        "número",
                                        "póliza",
                                        "téléphone",
                                        "Óné",
                                        "íí1",
                                        "à",
                                        "(à)",
                                        "exámple dot com",
                                        "exámple.com",
                                        "garçon"};
  std::mt19937 engine(kSeed);
  const auto below = [&](size_t bound) { return engine() % bound; };
  size_t passed = 0;
  for (int i = 0; i < 100000; ++i) {
    std::string text;
    for (size_t words = 1 + below(9); words > 0; --words) {
      text += (text.empty()    ? ""
               : below(8) == 0 ? ", "
                               : " ") +
              pieces[below(pieces.size())];
    }
    passed += redact::NothingToFind(text) ? 1 : 0;
    ExpectTheSame(text);
    if (HasFailure()) FAIL() << "seed " << kSeed;
  }
  EXPECT_GT(passed, 1000U) << "or this test shows little";
}

TEST(RedactQuick, PassesNoAddressWhoseSignIsSeveralWords) {
  for (const char* text :
       {"mail rosa.diaz at(sign)example.com please", "rosa at=sign example.com",
        "rosa at.sign a.com", "rosa at the rate of example.com"}) {
    EXPECT_FALSE(redact::NothingToFind(text)) << text;
  }
}

// What is built in needs six digits; an organisation may need four.
TEST(RedactQuick, AnOrganisationsOwnPatternSeesDisguisedDigits) {
  const auto own =
      Redactor::WithPatterns({{PersonalKind::kPolicyNumber, "emp-[0-9]{4}"}});
  ASSERT_TRUE(own.ok());
  EXPECT_EQ(own->Redact("badge EMP-4O11").text, "badge [policy_number]");
}

TEST(RedactQuick, PassesWhatPeopleMostlyWrite) {
  for (const char* text :
       {"Self-checkout lanes 3 and 4 froze again right after the loyalty scan",
        "Third caller this hour says the app signs them out",
        "Slippery floor at the back door", "The gate opens late",
        "La aplicación cierra la sesión al pagar",
        "Le client attend son colis, livré selon le suivi",
        "Caller read out [card], ring back on [phone]"}) {
    EXPECT_TRUE(redact::NothingToFind(text)) << text;
  }
}

}  // namespace
}  // namespace earshot::contract
