#include <gtest/gtest.h>

#include <fstream>
#include <map>
#include <nlohmann/json.hpp>
#include <random>
#include <string>
#include <vector>

#include "router/insight/issue/issue_index.h"
#include "router/insight/issue/topic_shares.h"

namespace earshot::router {
namespace {

class IssueTest : public ::testing::Test {
 protected:
  IssueText Read(const std::string& text, const std::string& topic,
                 const std::string& site = "store-014",
                 const std::vector<std::string>& tags = {}) {
    IssueText out;
    reader_.Read(text, tags, site, out);
    out.topic = topic;
    return out;
  }

  IssueReader reader_{IssueConcepts::Shipped()};
  IssueIndex index_{{.most_issues = 1000}, IssueConcepts::Shipped()};
};

TEST_F(IssueTest, OtherWordsForTheSameAreSuggestedWithTheReason) {
  index_.Add(1, Read("The fridge in aisle 7 is running warm, we binned it all",
                     "facilities_safety"));
  const auto matches = index_.Find(
      Read("dairy cooler not cold, threw out the stock", "facilities_safety"));
  ASSERT_EQ(matches.size(), 1U);
  EXPECT_EQ(matches[0].id, 1U);
  EXPECT_NE(matches[0].why.find("both name the fridge"), std::string::npos);
  EXPECT_FALSE(matches[0].joins) << "a person has to say so";
}

TEST_F(IssueTest, AnotherLanguageIsSuggestedToo) {
  index_.Add(1, Read("The app signs them out when they try to pay a bill",
                     "digital_access"));
  EXPECT_FALSE(index_
                   .Find(Read("La aplicación cierra la sesión al pagar la "
                              "factura",
                              "digital_access", "cc-south"))
                   .empty());
}

TEST_F(IssueTest, TheTopicAloneSuggestsNothing) {
  index_.Add(1, Read("The fridge in aisle 7 is warm", "facilities_safety"));
  EXPECT_TRUE(index_
                  .Find(Read("Ceiling tile came down by the bakery",
                             "facilities_safety"))
                  .empty());
}

TEST_F(IssueTest, MoreThanTheWindowIsForgottenOldestFirst) {
  IssueIndex small({.most_issues = 2}, IssueConcepts::Shipped());
  const IssueText one = Read("scanner at till froze", "checkout");
  small.Add(1, one);
  small.Add(2, Read("printer jammed at noon", "tools_systems"));
  small.Add(3, Read("boiler makes noise", "facilities_safety"));
  EXPECT_EQ(small.size(), 2U);
  EXPECT_TRUE(small.Find(one).empty());
}

TEST_F(IssueTest, AWindowOfNothingRemembersNothing) {
  IssueIndex none({.most_issues = 0}, IssueConcepts::Shipped());
  const IssueText one = Read("scanner at till froze", "checkout");
  none.Add(1, one);
  EXPECT_TRUE(none.Find(one).empty());
}

TEST_F(IssueTest, WhatIsRemovedIsSuggestedNoMore) {
  const IssueText one = Read("scanner at till froze", "checkout");
  index_.Add(1, one);
  EXPECT_TRUE(index_.Remove(1));
  EXPECT_FALSE(index_.Remove(1));
  EXPECT_TRUE(index_.Find(one).empty());
}

// The five pairs of the samples that are in one language, and one that is not.
TEST_F(IssueTest, SamplesFindTheirPairsFirstAndJoinNoStranger) {
  std::ifstream in(std::string(EARSHOT_SOURCE_DIR) +
                   "/tests/data/samples/observations.jsonl");
  std::map<std::string, uint64_t> numbers;
  std::map<uint64_t, std::string> names;
  std::string line;
  size_t pairs = 0;
  while (std::getline(in, line)) {
    const auto row = nlohmann::json::parse(line);
    const uint64_t number = numbers.size();
    numbers[row["id"]] = number;
    names[number] = row["id"];
    const IssueText text =
        Read(row["text"], row["expected"]["topic"], row["site"], row["tags"]);
    const auto matches = index_.Find(text);
    for (const IssueMatch& match : matches) EXPECT_FALSE(match.joins);
    const auto& gold = row["expected"]["duplicate_of"];
    if (!gold.is_null()) {
      ++pairs;
      EXPECT_FALSE(matches.empty()) << row["id"];
      if (!matches.empty()) {
        EXPECT_EQ(names[matches[0].id], gold) << row["id"];
      }
    }
    index_.Add(number, text);
  }
  EXPECT_EQ(pairs, 6U);
}

TEST_F(IssueTest, AnyBytesAreReadAndBounded) {
  const unsigned seed = std::random_device()();
  SCOPED_TRACE(seed);
  std::mt19937 random(seed);
  for (int i = 0; i < 300; ++i) {
    std::string bytes(random() % 6000, '\0');
    for (char& byte : bytes) byte = static_cast<char>(random());
    const IssueText text = Read(bytes, "untriaged");
    EXPECT_LE(text.marks.size(), kMostMarks);
    index_.Find(text);
    index_.Add(static_cast<uint64_t>(i), text);
  }
}

TEST(ConceptsTest, EveryMistakeIsNamedByItsLine) {
  const auto parsed =
      IssueConcepts::Parse("a\tthing\tx y\nb\tnothing\tx\nc\tthing\tab*");
  ASSERT_FALSE(parsed.ok());
  EXPECT_NE(parsed.status().message().find("line 2"), std::string::npos);
  EXPECT_NE(parsed.status().message().find("line 3"), std::string::npos);
}

TEST(TopicSharesTest, TheBestLabelHasTheWholeShare) {
  const auto shares = SharesOf({-1, 2, -1, -1.5, 1.9});
  ASSERT_EQ(shares.size(), 2U);
  EXPECT_EQ(shares[0], LabelShare(1, 255));
  EXPECT_EQ(shares[1].first, 4);
}

}  // namespace
}  // namespace earshot::router
