#include "router/text/taxonomy.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cstdlib>
#include <new>
#include <random>

#include "base/config/text_config.h"

namespace {
size_t allocations = 0;
}  // namespace

// Where g++ sees through one of the two it takes the pair for a mismatch.
#if defined(__GNUC__) && !defined(__clang__)
#pragma GCC diagnostic ignored "-Wmismatched-new-delete"
#endif

// Counts what the program allocates: classifying is to allocate nothing.
void* operator new(size_t size) {
  ++allocations;
  if (void* memory = std::malloc(size == 0 ? 1 : size)) return memory;
  throw std::bad_alloc();
}
void operator delete(void* memory) noexcept { std::free(memory); }
void operator delete(void* memory, size_t) noexcept { std::free(memory); }

namespace earshot::router {
namespace {

v1::Taxonomy Parse(const std::string& text) {
  v1::Taxonomy taxonomy;
  const auto mistakes = config::ParseText(text, taxonomy);
  EXPECT_TRUE(mistakes.empty()) << mistakes.front().text;
  return taxonomy;
}

std::unique_ptr<Taxonomy> Compiled(const std::string& text) {
  auto compiled = Taxonomy::Compile(Parse(text));
  EXPECT_TRUE(compiled.ok()) << compiled.status();
  return compiled.ok() ? *std::move(compiled) : nullptr;
}

std::string Mistakes(const std::string& text) {
  const auto compiled = Taxonomy::Compile(Parse(text));
  EXPECT_FALSE(compiled.ok());
  return std::string(compiled.status().message());
}

Taxonomy::Match Read(const Taxonomy& taxonomy, std::string_view text,
                     const std::vector<std::string_view>& tags = {}) {
  TokenisedText tokens;
  Tokenise(text, tokens);
  Taxonomy::Match match;
  taxonomy.Classify(tokens, tags, match);
  return match;
}

std::string TopicOf(const Taxonomy& taxonomy, std::string_view text,
                    const std::vector<std::string_view>& tags = {}) {
  return std::string(Read(taxonomy, text, tags).topic);
}

TEST(Taxonomy, ARuleNeedsAllItsAllOneOfEachAnyAndNothingOfItsNone) {
  const auto taxonomy = Compiled(R"(topics { path: "a" rules {
    all { words: "till" tags: "urgent" }
    any { words: ["froze", "stuck"] } any { phrases: ["lane 3", "lane 4"] }
    none { words: "test" } } })");
  const std::string text = "till froze in lane 4";
  EXPECT_EQ(TopicOf(*taxonomy, text, {"urgent"}), "a");
  EXPECT_EQ(TopicOf(*taxonomy, text), kUntriaged);
  EXPECT_EQ(TopicOf(*taxonomy, "till in lane 4", {"urgent"}), kUntriaged);
  EXPECT_EQ(TopicOf(*taxonomy, "till froze, lane 5", {"urgent"}), kUntriaged);
  EXPECT_EQ(TopicOf(*taxonomy, text + " test", {"urgent"}), kUntriaged);
}

TEST(Taxonomy, ShorthandListsVoteByTheirKindAndOnceEach) {
  const auto taxonomy = Compiled(R"(
    topics { path: "a" words: "fridge" }
    topics { path: "b" phrases: "fire exit" patterns: "\\bbay [0-9]+\\b" }
    topics { path: "c" tags: "Fire-Exit" })");
  const auto match =
      Read(*taxonomy, "Fridge, fridge, fire exit by bay 12", {"fire exit"});
  ASSERT_EQ(match.votes.size(), 3U);
  EXPECT_EQ(match.votes[0].weight, 1U);
  EXPECT_EQ(match.votes[1].weight, 3U);
  EXPECT_EQ(match.votes[2].weight, 3U);
  EXPECT_EQ(Read(*taxonomy, "the fridge").rule, "word fridge");
  EXPECT_EQ(Read(*taxonomy, "the fridge").confidence_milli, 333U);
}

TEST(Taxonomy, WordsMayBeBeginningsAndPhrasesMayLeaveAWordOpen) {
  const auto taxonomy = Compiled(R"(
    topics { path: "a" words: "refund*" }
    topics { path: "b" phrases: ["sent the * back", "call* twice"] })");
  EXPECT_EQ(TopicOf(*taxonomy, "REFUNDING it"), "a");
  EXPECT_EQ(TopicOf(*taxonomy, "a refun"), kUntriaged);
  EXPECT_EQ(TopicOf(*taxonomy, "we sent the sofa back"), "b");
  EXPECT_EQ(TopicOf(*taxonomy, "we sent the back"), kUntriaged);
  EXPECT_EQ(TopicOf(*taxonomy, "she called twice"), "b");
  EXPECT_EQ(TopicOf(*taxonomy, "called! twice"), kUntriaged);
}

TEST(Taxonomy, AccentsCaseAndApostrophesMakeNoDifference) {
  const auto taxonomy =
      Compiled(R"(topics { path: "a" words: ["Sesión", "l'écran"] })");
  EXPECT_EQ(TopicOf(*taxonomy, "la SESION"), "a");
  EXPECT_EQ(TopicOf(*taxonomy, "L’ÉCRAN est noir"), "a");
}

TEST(Taxonomy, WordsOfATagCountLikeWordsOfTheText) {
  const auto taxonomy = Compiled(R"(topics { path: "a" words: "fee" })");
  EXPECT_EQ(TopicOf(*taxonomy, "nothing", {"late-fee"}), "a");
}

TEST(Taxonomy, ACertainRuleDecidesWhateverTheVotesSay) {
  const auto taxonomy = Compiled(R"(
    topics { path: "a" rules { weight: 100 any { words: "till" } } }
    topics { path: "b" rules { certain: true any { words: "phishing" } } }
    topics { path: "c" rules { certain: true any { words: "gas" } } })");
  const auto match = Read(*taxonomy, "phishing at the till");
  EXPECT_EQ(match.topic, "b");
  EXPECT_TRUE(match.certain);
  EXPECT_EQ(match.confidence_milli, 1000U);
  // Two that disagree leave it to the votes.
  const auto both = Read(*taxonomy, "phishing and gas at the till");
  EXPECT_EQ(both.topic, "a");
  EXPECT_FALSE(both.certain);
}

TEST(Taxonomy, TheSecondLevelWinsWhenOneOfItsTopicsHasMoreThanTheOthers) {
  const auto taxonomy = Compiled(R"(
    topics { path: "a" words: "till" }
    topics { path: "a/queue" words: "queue" }
    topics { path: "a/bags" words: "bags" }
    topics { path: "b" rules { weight: 2 any { words: "price" } } })");
  EXPECT_EQ(TopicOf(*taxonomy, "till"), "a");
  EXPECT_EQ(TopicOf(*taxonomy, "queue at the till"), "a/queue");
  EXPECT_EQ(TopicOf(*taxonomy, "queue, bags, till"), "a");
  // The children's weight counts for their parent against other topics.
  EXPECT_EQ(TopicOf(*taxonomy, "queue, bags, till, price"), "a");
  EXPECT_EQ(TopicOf(*taxonomy, "queue, price"), "b");
}

TEST(Taxonomy, AsMuchForTwoTopicsIsUntriagedAndNotGuessed) {
  const auto taxonomy = Compiled(R"(
    topics { path: "a" words: "till" } topics { path: "b" words: "price" })");
  const auto match = Read(*taxonomy, "price at the till");
  EXPECT_EQ(match.topic, kUntriaged);
  EXPECT_EQ(match.confidence_milli, 0U);
  EXPECT_EQ(match.votes.size(), 2U);
}

TEST(Taxonomy, WhatATopicDoesNotSayComesFromItsParent) {
  const auto taxonomy = Compiled(R"(
    topics { path: "a" owner: "Facilities" words: "x" deadline_hours: [5,4,3,2,1]
             cost { currency: "USD" typical: 20 low: 5 high: 90 } }
    topics { path: "a/b" title: "B" words: "y" }
    topics { path: "a/c" owner: "Store" words: "z" cost { currency: "EUR" } })");
  const TopicDetails& b = *taxonomy->Find("a/b");
  EXPECT_EQ(b.owner, "Facilities");
  EXPECT_EQ(b.cost.high(), 90U);
  EXPECT_EQ(b.deadline_hours.at(4), 1U);
  EXPECT_EQ(taxonomy->Find("a/c")->owner, "Store");
  EXPECT_EQ(taxonomy->Find("a/c")->cost.typical(), 0U);
  EXPECT_EQ(taxonomy->Find("d"), nullptr);
}

TEST(Taxonomy, EveryMistakeIsListedWithItsTopicAndWhatToDo) {
  const std::string message = Mistakes(R"(
    topics { path: "a" }
    topics { path: "a" patterns: "(" words: "two words" words: "ab*" }
    topics { path: "b/c" words: "x" deadline_hours: [1, 2, 3] }
    topics { path: "untriaged" words: "x" phrases: "one" }
    topics { path: "d" words: "x" deadline_hours: [1, 2, 3, 4, 5]
             cost { currency: "dollar" typical: 1 low: 3 high: 2 }
             patterns: "x*" tags: "--" }
    topics { path: "E" rules { weight: 101 none { words: "x" } } }
    topics { path: "f" rules { certain: true weight: 2 any {} }
             rules { all { words: "x" } none { words: "x" } } })");
  for (const char* expected :
       {"'a': has no rule",
        "'a': there twice",
        "'a': pattern '(' does not",
        "'two words' is more than one word; put it under phrases",
        "word 'ab*' begins too many words",
        "'b/c': its parent 'b' does not",
        "'b/c': deadline_hours has 3 numbers",
        "'untriaged': this path is",
        "phrase 'one' has fewer than two words",
        "severity 2 has more time",
        "currency 'dollar'",
        "low 3, typical 1 and high 2",
        "pattern 'x*' matches any text",
        "tag '--' has no letter",
        "'E': the path has other",
        "has the weight 101",
        "would match every text",
        "is certain and has a weight",
        "has an any without a term",
        "can never match: word x"}) {
    EXPECT_NE(message.find(expected), std::string::npos)
        << expected << "\nis not in\n"
        << message;
  }
}

TEST(Taxonomy, ATextOfAnyBytesIsRead) {
  const auto taxonomy = Compiled(
      R"(topics { path: "a" words: ["aaa*", "b"] phrases: "b * b" patterns: "c{3,9}d" })");
  std::mt19937 random(7);
  for (int round = 0; round < 2000; ++round) {
    std::string text(random() % 40, '\0');
    for (char& c : text) c = static_cast<char>(random());
    Read(*taxonomy, text,
         {text, std::string_view(text).substr(text.size() / 2)});
  }
  EXPECT_EQ(TopicOf(*taxonomy, std::string(size_t{1} << 16U, 'a')), "a");
  EXPECT_EQ(TopicOf(*taxonomy, std::string(size_t{1} << 16U, 'c')), kUntriaged);
}

// Texts and rules of few words, so that many rules match many texts.
class RandomWords {
 public:
  explicit RandomWords(uint32_t seed) : random_(seed) {}

  std::string Word() { return std::string(1, Letter()) + Letter() + Letter(); }
  std::string Text() {
    std::string text;
    for (size_t i = 0; i < 1 + random_() % 6; ++i) text += Word() + " ";
    return text;
  }
  void Fill(v1::Rule& rule) {
    rule.set_weight(static_cast<uint32_t>(1 + random_() % 3));
    auto& any = *rule.add_any();
    for (int i = 0; i < 3; ++i) any.add_words(Word());
    any.add_phrases(Word() + " " + Word());
    if (random_() % 2 == 0) rule.mutable_none()->add_words(Word());
    if (random_() % 4 == 0) rule.mutable_all()->add_words(Word());
  }

 private:
  char Letter() { return static_cast<char>('a' + random_() % 2); }
  std::mt19937 random_;
};

TEST(Taxonomy, AddingARuleChangesOnlyTextsThatItMatches) {
  RandomWords words(11);
  size_t matched = 0;
  for (int round = 0; round < 40; ++round) {
    v1::Taxonomy less;
    for (const char* path : {"a", "a/b", "a/c", "d", "d/e", "f"}) {
      v1::Topic& topic = *less.add_topics();
      topic.set_path(path);
      for (int i = 0; i < 2; ++i) words.Fill(*topic.add_rules());
    }
    v1::Taxonomy more = less;
    v1::Rule& added = *more.mutable_topics(round % 6)->add_rules();
    added.set_name("the one that was added");
    words.Fill(added);
    const auto before = Taxonomy::Compile(less);
    const auto after = Taxonomy::Compile(more);
    if (!before.ok() || !after.ok()) continue;  // a rule that cannot match
    for (int i = 0; i < 50; ++i) {
      const std::string text = words.Text();
      const auto was = Read(**before, text);
      const auto is = Read(**after, text);
      const bool matches =
          std::any_of(is.rules.begin(), is.rules.end(), [&](uint32_t rule) {
            return (*after)->rules()[rule].text == added.name();
          });
      matched += matches ? 1 : 0;
      if (matches) continue;
      EXPECT_EQ(was.topic, is.topic) << text;
      EXPECT_EQ(was.confidence_milli, is.confidence_milli) << text;
      EXPECT_EQ(was.rules.size(), is.rules.size()) << text;
    }
  }
  EXPECT_GT(matched, 100U);
}

TEST(Taxonomy, RoomUsedForOtherTextsAndTaxonomiesChangesNothing) {
  RandomWords words(5);
  const auto small = Compiled(R"(topics { path: "a" words: ["aaa", "bbb"] })");
  const auto large = Compiled(R"(
    topics { path: "b" words: ["aaa", "abb"] phrases: "aba bab" }
    topics { path: "c" words: ["bba", "bbb", "baa"] })");
  Taxonomy::Match room;
  TokenisedText tokens;
  for (int i = 0; i < 500; ++i) {
    const std::string text = words.Text();
    const Taxonomy& taxonomy = i % 3 == 0 ? *small : *large;
    Tokenise(text, tokens);
    taxonomy.Classify(tokens, {}, room);
    const auto fresh = Read(taxonomy, text);
    EXPECT_EQ(room.topic, fresh.topic);
    EXPECT_EQ(room.rules, fresh.rules);
    EXPECT_EQ(room.confidence_milli, fresh.confidence_milli);
  }
}

TEST(Taxonomy, ClassifyingAllocatesNothingOnceItsRoomHasGrown) {
  v1::Taxonomy parsed;
  ASSERT_TRUE(
      config::ParseText(std::string(DefaultTaxonomyText()), parsed).empty());
  const auto taxonomy = *Taxonomy::Compile(parsed);
  TokenisedText tokens;
  Tokenise(
      "The fridge by till 3 is warm again, we binned forty yogurts. She "
      "wants her money back and asked for the manager!",
      tokens);
  const std::vector<std::string_view> tags{"fridge", "refund"};
  Taxonomy::Match match;
  taxonomy->Classify(tokens, tags, match);
  const size_t before = allocations;
  for (int i = 0; i < 10; ++i) taxonomy->Classify(tokens, tags, match);
  EXPECT_EQ(allocations, before);
}

}  // namespace
}  // namespace earshot::router
