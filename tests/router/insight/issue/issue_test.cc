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

  // As whoever reads one text after the other does.
  static void Add(IssueIndex& index, uint64_t id, const IssueText& text) {
    index.Add(id, text, index.Find(text));
  }

  IssueReader reader_{IssueConcepts::Shipped()};
  IssueIndex index_{{.most_issues = 1000}, IssueConcepts::Shipped()};
};

TEST_F(IssueTest, OtherWordsForTheSameAreSuggestedWithTheReason) {
  Add(index_, 1,
      Read("The fridge in aisle 7 is running warm, we binned it all",
           "facilities_safety"));
  const auto matches = index_.Find(
      Read("dairy cooler not cold, threw out the stock", "facilities_safety"));
  ASSERT_EQ(matches.size(), 1U);
  EXPECT_EQ(matches[0].id, 1U);
  EXPECT_NE(matches[0].why.find("both name the fridge"), std::string::npos);
  EXPECT_FALSE(matches[0].joins) << "a person has to say so";
}

TEST_F(IssueTest, NearlyTheSameWordsJoinWhateverTheirNumbers) {
  const auto joins = [&](const char* first, const char* second) {
    IssueIndex index({.most_issues = 1000}, IssueConcepts::Shipped());
    Add(index, 1, Read(first, "facilities_safety"));
    const auto matches =
        index.Find(Read(second, "facilities_safety", "store-002"));
    return !matches.empty() && matches[0].joins;
  };
  EXPECT_TRUE(joins("trolley bay 2 empty since 5pm",
                    "trolley bay 8 empty since 11:30"));
  EXPECT_TRUE(joins("temperature log red for cabinet 3 and door open",
                    "Cabinet 8: door open, temperature log red since 6ish"));
  EXPECT_FALSE(
      joins("the dock gate closes at night and all have to wait",
            "the dock gate does not close at night, all have to wait"));
  EXPECT_FALSE(joins("trolley bay 2 empty since 5pm",
                     "trolley bay 2 full of snow since Monday"));
  EXPECT_FALSE(joins("freezer door iced up in the back room",
                     "freezer alarm went off in the back room"));
}

TEST_F(IssueTest, FamiliarIsWhatWasSaidFiveDaysBeforeOrEarlier) {
  const auto familiar = [&](int64_t seconds_later) {
    IssueIndex index({.most_issues = 1000}, IssueConcepts::Shipped());
    IssueText first = Read("the loyalty app forgets every coupon", "checkout");
    first.at = 1'000'000;
    Add(index, 1, first);
    IssueText second = Read("loyalty app forgets a coupon again", "checkout");
    second.at = first.at + seconds_later;
    double of = -1;
    index.Find(second, &of);
    return of;
  };
  EXPECT_EQ(familiar(60), 0);
  EXPECT_EQ(familiar(IssueIndex::kFamiliarAfter - 1), 0);
  EXPECT_GT(familiar(IssueIndex::kFamiliarAfter), 0.5);
  EXPECT_LE(familiar(IssueIndex::kFamiliarAfter), 1.0);
}

TEST_F(IssueTest, AnotherLanguageIsSuggestedToo) {
  Add(index_, 1,
      Read("The app signs them out when they try to pay a bill",
           "digital_access"));
  EXPECT_FALSE(index_
                   .Find(Read("La aplicación cierra la sesión al pagar la "
                              "factura",
                              "digital_access", "cc-south"))
                   .empty());
}

// "arm" and the concept crm once had one hash.
TEST_F(IssueTest, AWordIsNotTakenForAThingOfAnotherName) {
  const IssueText thing = Read("crm", "tools_systems");
  ASSERT_EQ(thing.marks.size(), 1U);
  for (char first = 'a'; first <= 'z'; ++first) {
    const IssueText word = Read(std::string(1, first) + "rm", "tools_systems");
    if (first == 'c') continue;
    ASSERT_EQ(word.marks.size(), 1U) << first;
    EXPECT_NE(word.marks[0].hash, thing.marks[0].hash) << first;
  }
}

TEST_F(IssueTest, TheTopicAloneSuggestsNothing) {
  Add(index_, 1, Read("The fridge in aisle 7 is warm", "facilities_safety"));
  EXPECT_TRUE(index_
                  .Find(Read("Ceiling tile came down by the bakery",
                             "facilities_safety"))
                  .empty());
}

TEST_F(IssueTest, MoreThanTheWindowIsForgottenOldestFirst) {
  IssueIndex small({.most_issues = 2}, IssueConcepts::Shipped());
  const IssueText one = Read("scanner at till froze", "checkout");
  Add(small, 1, one);
  Add(small, 2, Read("printer jammed at noon", "tools_systems"));
  Add(small, 3, Read("boiler makes noise", "facilities_safety"));
  EXPECT_EQ(small.size(), 2U);
  EXPECT_TRUE(small.Find(one).empty());
}

TEST_F(IssueTest, WhatIsRemovedAgainAndAgainLeavesTheRestFindable) {
  const IssueText kept = Read("scanner at till froze", "checkout");
  Add(index_, 0, kept);
  for (uint64_t id = 1; id < 5000; ++id) {
    Add(index_, id, Read("boiler makes noise", "facilities_safety"));
    EXPECT_TRUE(index_.Remove(id));
  }
  EXPECT_EQ(index_.size(), 1U);
  ASSERT_EQ(index_.Find(kept).size(), 1U);
  EXPECT_EQ(index_.Find(kept)[0].id, 0U);
}

TEST_F(IssueTest, AWindowOfNothingRemembersNothing) {
  IssueIndex none({.most_issues = 0}, IssueConcepts::Shipped());
  const IssueText one = Read("scanner at till froze", "checkout");
  Add(none, 1, one);
  EXPECT_TRUE(none.Find(one).empty());
}

TEST_F(IssueTest, WhatIsRemovedIsSuggestedNoMore) {
  const IssueText one = Read("scanner at till froze", "checkout");
  Add(index_, 1, one);
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
    Add(index_, number, text);
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
    Add(index_, static_cast<uint64_t>(i), text);
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
