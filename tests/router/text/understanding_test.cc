#include "router/text/understanding.h"

#include <gtest/gtest.h>

#include <fstream>
#include <nlohmann/json.hpp>

#include "base/config/text_config.h"
#include "router/text/concepts.h"

namespace earshot::router {
namespace {

std::unique_ptr<Taxonomy> Compiled(const std::string& text) {
  v1::Taxonomy taxonomy;
  EXPECT_TRUE(config::ParseText(text, taxonomy).empty());
  auto compiled = Taxonomy::Compile(taxonomy);
  EXPECT_TRUE(compiled.ok()) << compiled.status();
  return compiled.ok() ? *std::move(compiled) : nullptr;
}

const Taxonomy& Default() {
  static const std::unique_ptr<Taxonomy> taxonomy =
      Compiled(std::string(DefaultTaxonomyText()));
  return *taxonomy;
}

Understanding Shipped() {
  auto model = ShippedModel();
  EXPECT_TRUE(model.ok()) << model.status();
  return Understanding(*model);
}

TEST(Understanding, ConfidencesAreProbabilities) {
  Understanding understanding = Shipped();
  for (const std::string_view text :
       {"", "!", "The scanner on lane 3 is dead", "gracias", "\xff\xfe"}) {
    const Understood& said = understanding.Read(Default(), text, {});
    for (const double confidence : said.confidence) {
      EXPECT_GE(confidence, 0);
      EXPECT_LE(confidence, 1);
    }
    EXPECT_GE(said.urgency, 1);
    EXPECT_LE(said.urgency, 5);
  }
}

TEST(Understanding, WithoutLettersThereIsNoLanguage) {
  Understanding understanding = Shipped();
  EXPECT_EQ(understanding.Read(Default(), "12345 ?!", {}).language,
            kNoLanguage);
  EXPECT_EQ(understanding.Read(Default(), "", {}).language, kNoLanguage);
}

TEST(Understanding, ShortTextsHaveTheirLanguage) {
  Understanding understanding = Shipped();
  const std::vector<std::pair<std::string_view, std::string_view>> texts{
      {"the queue is too long", "en"},   {"la cola es demasiado larga", "es"},
      {"la file est trop longue", "fr"}, {"die Schlange ist zu lang", "de"},
      {"la coda è troppo lunga", "it"},  {"a fila está muito comprida", "pt"},
      {"de rij is te lang", "nl"}};
  for (const auto& [text, language] : texts) {
    EXPECT_EQ(understanding.Read(Default(), text, {}).language, language);
  }
}

TEST(Understanding, ACertainRuleDecides) {
  const auto taxonomy = Compiled(
      R"(topics { path: "claims" words: "claim" }
         topics { path: "delivery"
                  rules { certain: true any { words: "zeppelin" } } })");
  Understanding understanding = Shipped();
  EXPECT_EQ(
      understanding.Read(*taxonomy, "claim claim adjuster zeppelin", {}).topic,
      "delivery");
}

TEST(Understanding, ATopicThatTheTaxonomyDoesNotHaveIsNeverGiven) {
  const auto taxonomy = Compiled(
      R"(topics { path: "greenhouse" words: "tomatoes" }
         topics { path: "claims" words: "claim" })");
  Understanding understanding = Shipped();
  EXPECT_EQ(
      understanding.Read(*taxonomy, "self checkout froze again, long queue", {})
          .topic,
      kUntriaged);
  EXPECT_EQ(understanding.Read(*taxonomy, "tomatoes", {"tomatoes"})
                .topic.substr(0, 10),
            "greenhouse");
}

TEST(Understanding, WhatWasReadBeforeChangesNothing) {
  Understanding fresh = Shipped();
  Understanding used = Shipped();
  const std::string text = "La caja 4 se bloquea otra vez, cola hasta el pan";
  used.Read(Default(), std::string(20000, 'x') + " parcel fraud thanks", {});
  const Understood a = fresh.Read(Default(), text, {"caja"});
  const Understood b = used.Read(Default(), text, {"caja"});
  EXPECT_EQ(a.topic, b.topic);
  EXPECT_EQ(a.confidence, b.confidence);
}

TEST(Understanding, ValenceNeverContradictsTheSentiment) {
  Understanding understanding = Shipped();
  std::ifstream in(EARSHOT_SOURCE_DIR "/tests/data/frontline/dev.jsonl");
  for (std::string line; std::getline(in, line);) {
    const auto row = nlohmann::json::parse(line);
    const auto text = row["text"].get<std::string>();
    const Understood& said = understanding.Read(Default(), text, {});
    if (said.sentiment == "negative") {
      EXPECT_LT(said.valence, 0) << text;
    } else if (said.sentiment == "positive") {
      EXPECT_GT(said.valence, 0) << text;
    }
  }
}

// A floor under what docs/reference/classifier.md says of dev.
TEST(Understanding, PraiseIsNeverLessSureThanANegativeSentiment) {
  Understanding understanding = Shipped();
  std::ifstream in(EARSHOT_SOURCE_DIR "/deploy/sample/observations.jsonl");
  std::string line;
  size_t texts = 0;
  while (std::getline(in, line)) {
    const std::string text =
        nlohmann::json::parse(line).at("text").get<std::string>();
    const Understood& said = understanding.Read(Default(), text, {});
    ++texts;
    if (said.kind != "praise" || said.sentiment != "negative") continue;
    EXPECT_GT(said.ConfidenceOf(Head::kKind),
              said.ConfidenceOf(Head::kSentiment))
        << text;
  }
  EXPECT_GT(texts, 300U);
}

TEST(Understanding, MostFrontlineReportsAreUnderstood) {
  Understanding understanding = Shipped();
  std::ifstream in(EARSHOT_SOURCE_DIR "/tests/data/frontline/dev.jsonl");
  int rows = 0;
  int topic = 0;
  int kind = 0;
  int sentiment = 0;
  int language = 0;
  for (std::string line; std::getline(in, line); ++rows) {
    const auto row = nlohmann::json::parse(line);
    const auto text = row["text"].get<std::string>();
    const auto tags = row["tags"].get<std::vector<std::string>>();
    const Understood& said =
        understanding.Read(Default(), text, {tags.begin(), tags.end()});
    const auto& expected = row["expected"];
    topic += said.topic.starts_with(expected["topic"].get<std::string>());
    kind += said.kind == expected["kind"].get<std::string>();
    sentiment += said.sentiment == expected["sentiment"].get<std::string>();
    language += said.language == expected["language"].get<std::string>();
  }
  std::printf("of %d: topic %d, kind %d, sentiment %d, language %d\n", rows,
              topic, kind, sentiment, language);
  EXPECT_GE(topic * 100, rows * 80);
  EXPECT_GE(kind * 100, rows * 68);
  EXPECT_GE(sentiment * 100, rows * 80);
  EXPECT_GE(language * 100, rows * 98);
}

TEST(Concepts, OneMeaningHasOneNameInAllLanguages) {
  const Concepts concepts;
  const auto of = [&](std::string_view word) {
    std::vector<uint32_t> found;
    concepts.Find(word, found);
    return found;
  };
  EXPECT_FALSE(of("queue").empty());
  EXPECT_EQ(of("queue"), of("cola"));
  EXPECT_EQ(of("etiquette"), of("etiqueta"));
  EXPECT_EQ(of("lecran"), of("ecran")) << "the article sticks to the word";
  EXPECT_TRUE(of("zeppelin").empty());
  EXPECT_TRUE(of("").empty());
}

}  // namespace
}  // namespace earshot::router
