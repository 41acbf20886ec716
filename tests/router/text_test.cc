#include <gtest/gtest.h>

#include <fstream>
#include <nlohmann/json.hpp>

#include "base/config/text_config.h"
#include "router/text/normalise.h"
#include "router/text/reader.h"
#include "router/text/taxonomy.h"

namespace earshot::router {
namespace {

std::unique_ptr<Taxonomy> Default() {
  v1::Taxonomy taxonomy;
  EXPECT_TRUE(
      config::ParseText(std::string(DefaultTaxonomyText()), taxonomy).empty());
  auto compiled = Taxonomy::Compile(taxonomy);
  EXPECT_TRUE(compiled.ok()) << compiled.status();
  return compiled.ok() ? *std::move(compiled) : nullptr;
}

TEST(Normalise, CasePunctuationAndAccentsMakeNoDifference) {
  EXPECT_EQ(Normalise("  ¡La SESIÓN, se cerró!  "), "la sesion se cerro");
  EXPECT_EQ(Normalise("don't"), Normalise("Dont"));
  EXPECT_EQ(Normalise("a — b"), "a b");
  EXPECT_EQ(Normalise(""), "");
}

TEST(Normalise, AnyBytesComeToAnEnd) {
  for (int lead = 0; lead < 256; ++lead) {
    const std::string bytes{static_cast<char>(lead)};
    Normalise(bytes);
    Normalise(bytes + bytes);
  }
}

TEST(Taxonomy, TheDefaultOneHasTheSixteenTopics) {
  EXPECT_EQ(Default()->topic_count(), 16U);
}

TEST(Taxonomy, WithoutARuleThatMatchesItIsUntriagedAndNotGuessed) {
  const auto match = Default()->Classify({"zzz"}, "zzz", {});
  EXPECT_EQ(match.topic, kUntriaged);
  EXPECT_EQ(match.confidence_milli, 0U);
}

TEST(Taxonomy, EveryMistakeIsListed) {
  v1::Taxonomy taxonomy;
  taxonomy.add_topics()->set_path("a");
  v1::Topic& twice = *taxonomy.add_topics();
  twice.set_path("a");
  twice.add_patterns("(");
  const auto compiled = Taxonomy::Compile(taxonomy);
  ASSERT_FALSE(compiled.ok());
  const std::string message(compiled.status().message());
  EXPECT_NE(message.find("'a' has no rule"), std::string::npos);
  EXPECT_NE(message.find("there twice"), std::string::npos);
  EXPECT_NE(message.find("pattern '('"), std::string::npos);
}

// A figure, not a claim: what the rules alone make of the labelled samples,
// tags included. A classifier replaces them; this keeps them from rotting.
TEST(Taxonomy, TheRulesReadMostOfTheSamples) {
  const auto taxonomy = Default();
  std::ifstream in(std::string(EARSHOT_SOURCE_DIR) +
                   "/tests/data/samples/observations.jsonl");
  ASSERT_TRUE(in) << "the samples are missing";
  int rows = 0;
  int right = 0;
  int language_right = 0;
  for (std::string line; std::getline(in, line);) {
    const auto row = nlohmann::json::parse(line);
    v1::PersonalObservation personal;
    personal.set_text(row["text"].get<std::string>());
    for (const auto& tag : row["tags"]) personal.add_tags(tag);
    v1::ObservationRecord record;
    record.set_severity(row["severity"].get<uint32_t>());
    const TextReading reading = ReadText(*taxonomy, record, personal);
    ++rows;
    right += reading.topic == row["expected"]["topic"] ? 1 : 0;
    language_right += reading.language == row["expected"]["language"] ? 1 : 0;
  }
  RecordProperty("topic_right", right);
  std::printf("topics %d of %d, languages %d of %d\n", right, rows,
              language_right, rows);
  EXPECT_GE(right * 100, rows * 75);
}

}  // namespace
}  // namespace earshot::router
