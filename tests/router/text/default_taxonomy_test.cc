#include <gtest/gtest.h>

#include <fstream>
#include <map>
#include <nlohmann/json.hpp>
#include <set>

#include "base/config/text_config.h"
#include "router/text/reader.h"
#include "router/text/taxonomy.h"

namespace earshot::router {
namespace {

const Taxonomy& Default() {
  static const std::unique_ptr<Taxonomy> taxonomy = [] {
    v1::Taxonomy parsed;
    EXPECT_TRUE(
        config::ParseText(std::string(DefaultTaxonomyText()), parsed).empty());
    auto compiled = Taxonomy::Compile(parsed);
    EXPECT_TRUE(compiled.ok()) << compiled.status();
    return *std::move(compiled);
  }();
  return *taxonomy;
}

TEST(DefaultTaxonomy, ItsFirstLevelIsTheSixteenTopics) {
  std::set<std::string> roots;
  for (const TopicDetails& topic : Default().topics()) {
    if (topic.parent < 0) roots.insert(topic.path);
  }
  EXPECT_EQ(roots,
            (std::set<std::string>{
                "accessibility_language", "checkout", "claims", "delivery",
                "digital_access", "facilities_safety", "fraud_security",
                "handoffs", "noise", "payments_billing", "policy_knowledge",
                "pricing_promotions", "recognition", "returns_refunds",
                "staffing_scheduling", "tools_systems"}));
}

TEST(DefaultTaxonomy, EveryTopicHasAnOwnerADescriptionAndThreeToSevenBelow) {
  std::map<uint32_t, int> below;
  for (const TopicDetails& topic : Default().topics()) {
    EXPECT_FALSE(topic.owner.empty()) << topic.path;
    EXPECT_FALSE(topic.description.empty()) << topic.path;
    EXPECT_NE(topic.title, topic.path);
    if (topic.parent >= 0) ++below[topic.root];
    if (Default().topics()[topic.root].path == "noise") continue;
    EXPECT_EQ(topic.deadline_hours.size(), 5U) << topic.path;
    if (Default().topics()[topic.root].path == "recognition") continue;
    EXPECT_EQ(topic.cost.currency(), "USD") << topic.path;
  }
  for (const auto& [root, count] : below) {
    EXPECT_GE(count, 3) << Default().topics()[root].path;
    EXPECT_LE(count, 7) << Default().topics()[root].path;
  }
}

struct Share {
  int rows = 0;
  int answered = 0;
  int right = 0;
};

std::map<std::string, Share> Measure(const std::string& file, bool tags) {
  std::ifstream in(std::string(EARSHOT_SOURCE_DIR) + "/tests/data/" + file);
  EXPECT_TRUE(in) << file << " is missing";
  std::map<std::string, Share> out;
  TokenisedText tokens;
  Taxonomy::Match match;
  for (std::string line; std::getline(in, line);) {
    const auto row = nlohmann::json::parse(line);
    const auto given = row["tags"].get<std::vector<std::string>>();
    Tokenise(row["text"].get<std::string>(), tokens);
    std::vector<std::string_view> read;
    if (tags) read.assign(given.begin(), given.end());
    Default().Classify(tokens, read, match);
    const std::string said(match.topic);
    const std::string root = said.substr(0, said.find('/'));
    const std::string expected = row["expected"]["topic"];
    for (Share* share : {&out[expected], &out["all"]}) {
      ++share->rows;
      share->answered += root == kUntriaged ? 0 : 1;
      share->right += root == expected ? 1 : 0;
    }
  }
  return out;
}

// Figures, not claims: what the rules alone make of labelled rows. They keep
// the rules from rotting; rows that nobody wrote rules on tell how good they
// are.
TEST(DefaultTaxonomy, TheRulesReadMostOfTheLabelledRows) {
  for (const char* file :
       {"samples/observations.jsonl", "frontline/dev.jsonl"}) {
    for (const bool tags : {true, false}) {
      const auto shares = Measure(file, tags);
      for (const auto& [topic, share] : shares) {
        std::printf("%s %s tags %-24s %3d rows %3d answered %3d right\n", file,
                    tags ? "with" : "without", topic.c_str(), share.rows,
                    share.answered, share.right);
      }
      const Share& all = shares.at("all");
      EXPECT_GE(all.right * 100, all.rows * (tags ? 75 : 60)) << file;
      EXPECT_GE(all.right * 100, all.answered * 80) << file;
    }
  }
}

TEST(DefaultTaxonomy, ANoiseTextIsNoiseInKindToo) {
  v1::PersonalObservation personal;
  personal.set_text("test test 123");
  TokenisedText tokens;
  Tokenise(personal.text(), tokens);
  const auto reading = TextReader().Read(Default(), {}, personal, tokens);
  ASSERT_TRUE(reading.ok()) << reading.status();
  EXPECT_EQ(reading->topic.substr(0, 5), "noise");
  EXPECT_EQ(reading->kind, v1::OBSERVATION_KIND_NOISE);
  EXPECT_GE(reading->confidence_milli, 900U);
}

}  // namespace
}  // namespace earshot::router
