#include "router/text/features.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <set>
#include <string>

#include "tests/testing/seeded_random.h"

namespace earshot::router {
namespace {

v1::FeatureSettings AllFeatures() {
  v1::FeatureSettings settings;
  settings.set_widest_pair(3);
  settings.set_shortest_run(2);
  settings.set_longest_run(5);
  settings.set_shortest_phrase(5);
  settings.set_longest_phrase(6);
  settings.set_phrase_weight(1);
  settings.set_marks_negation(true);
  settings.set_lexicon(true);
  return settings;
}

std::vector<Feature> Read(FeatureReader& reader, std::string_view text) {
  TokenisedText read;
  Tokenise(text, read);
  return reader.Read(read);
}

int64_t Amount(const std::vector<Feature>& features, Block block) {
  int64_t amount = 0;
  for (const Feature& feature : features) {
    if (feature.block == block) amount += feature.amount;
  }
  return amount;
}

constexpr uint32_t kTill = 1681899068;
constexpr uint32_t kFroze = 3349363691;
constexpr uint32_t kTillFroze = 1447223223;

TEST(Features, HashesAreTheSameOnEveryMachineAndForEver) {
  v1::FeatureSettings settings;
  settings.set_widest_pair(1);
  settings.set_shortest_run(3);
  settings.set_longest_run(3);
  FeatureReader reader(settings);
  const std::vector<Feature> expected{
      {kTill, 1, Block::kWords},
      {kFroze, 1, Block::kWords},
      {kTillFroze, 1, Block::kWords},
  };
  const auto features = Read(reader, "till froze");
  ASSERT_GE(features.size(), expected.size());
  for (size_t i = 0; i < expected.size(); ++i) {
    EXPECT_EQ(features[i], expected[i]) << features[i].hash;
  }
}

TEST(Features, WhatWasReadBeforeMakesNoDifference) {
  testing::SeededRandom random(5);
  FeatureReader used(AllFeatures());
  for (int i = 0; i < 300; ++i) {
    const std::string text = random.Bytes(random.Below(400));
    FeatureReader fresh(AllFeatures());
    EXPECT_EQ(Read(used, text), Read(fresh, text)) << "of run " << i;
  }
}

TEST(Features, EachFeatureIsThereOnceWithItsCount) {
  FeatureReader reader(AllFeatures());
  const auto features = Read(reader, "no till no till no till");
  std::set<std::pair<Block, uint32_t>> seen;
  for (const Feature& feature : features) {
    EXPECT_TRUE(seen.emplace(feature.block, feature.hash).second);
  }
  // Six words; five, four and three pairs.
  EXPECT_EQ(Amount(features, Block::kWords), 6 + 5 + 4 + 3);
}

TEST(Features, TheirNumberIsLinearInTheLengthOfTheText) {
  FeatureReader reader(AllFeatures());
  for (const size_t length : {1024U, 65536U}) {
    // Counted, not distinct: what reading has to do.
    const auto one_word = Read(reader, std::string(length, 'a'));
    EXPECT_LE(Amount(one_word, Block::kLetters), 4 * (length + 2));
    EXPECT_LE(Amount(one_word, Block::kPhrases), 2 * (length + 2));
    EXPECT_LE(one_word.size(), 40U);
  }
}

TEST(Features, LettersOfSeveralBytesAreNotCutApart) {
  v1::FeatureSettings settings;
  settings.set_shortest_run(1);
  settings.set_longest_run(1);
  FeatureReader reader(settings);
  // Two different letters, and the blank on both sides.
  const auto features = Read(reader, "\xD0\xB6\xD0\xB7");
  EXPECT_EQ(std::count_if(
                features.begin(), features.end(),
                [](const Feature& f) { return f.block == Block::kLetters; }),
            3);
}

TEST(Features, AWordUnderANegationIsAnotherWord) {
  v1::FeatureSettings settings;
  settings.set_marks_negation(true);
  FeatureReader reader(settings);
  const auto hash_of_last = [&](std::string_view text) {
    return Read(reader, text).back().hash;
  };
  EXPECT_NE(hash_of_last("not good"), hash_of_last("good"));
  EXPECT_EQ(hash_of_last("not now, good"), hash_of_last("good"));
  EXPECT_EQ(hash_of_last("not a b c d good"), hash_of_last("good"));
}

int32_t Sign(std::string_view text, LexiconSign sign) {
  v1::FeatureSettings settings;
  settings.set_lexicon(true);
  FeatureReader reader(settings);
  for (const Feature& feature : Read(reader, text)) {
    if (feature.block == Block::kLexicon &&
        feature.hash == static_cast<uint32_t>(sign)) {
      return feature.amount;
    }
  }
  return 0;
}

TEST(Features, TheLexiconKnowsGoodFromBadAndTurnsUnderANegation) {
  EXPECT_GT(Sign("a great day", LexiconSign::kBalance), 0);
  EXPECT_LT(Sign("a terrible day", LexiconSign::kBalance), 0);
  EXPECT_LT(Sign("not great", LexiconSign::kBalance), 0);
  EXPECT_EQ(Sign("the till", LexiconSign::kBalance), 0);
  EXPECT_GT(Sign("what?", LexiconSign::kAsks), 0);
  EXPECT_GT(Sign("good but awful", LexiconSign::kPositive), 0);
  EXPECT_LT(Sign("good but awful", LexiconSign::kNegative), 0);
}

}  // namespace
}  // namespace earshot::router
