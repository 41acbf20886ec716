#include "router/text/train.h"

#include <gtest/gtest.h>

#include <fstream>
#include <map>
#include <memory>
#include <nlohmann/json.hpp>
#include <string>
#include <utility>

#include "router/text/classifier.h"

namespace earshot::router {
namespace {

const std::string kData = std::string(EARSHOT_SOURCE_DIR) + "/tests/data/";

// Rows of a set; at most `most` for each label.
std::vector<LabelledText> Rows(const std::string& file, size_t most) {
  std::ifstream in(kData + file);
  std::vector<LabelledText> rows;
  std::map<std::string, size_t> taken;
  std::string line;
  while (std::getline(in, line)) {
    const auto row = nlohmann::json::parse(line);
    const std::string label = row.at("label");
    if (taken[label]++ < most) rows.push_back({row.at("text"), label});
  }
  return rows;
}

void Quiet(std::string_view /*what*/) {}

Trained Learn(const TrainingSet& set, const TrainSettings& settings) {
  auto trained = Train(set, settings, &Quiet);
  EXPECT_TRUE(trained.ok()) << trained.status();
  return trained.ok() ? *std::move(trained) : Trained{};
}

// Share of the rows that the model file labels right; `rejected` is told how
// many it rejects.
double Accuracy(const Trained& trained, const std::vector<LabelledText>& rows,
                size_t* rejected = nullptr) {
  auto model = Model::Load(trained.model);
  if (!model.ok()) return 0;
  Classifier classifier(std::shared_ptr<const Model>(*std::move(model)));
  TokenisedText read;
  size_t right = 0;
  for (const LabelledText& row : rows) {
    Tokenise(row.text, read);
    const Verdict verdict = classifier.Classify(read);
    const auto& label =
        trained.header.labels(static_cast<int>(verdict.top[0].label));
    right += label.name() == row.label ? 1U : 0U;
    EXPECT_GE(verdict.confidence, 0);
    EXPECT_LE(verdict.confidence, 1);
    if (rejected != nullptr && verdict.rejected) ++*rejected;
  }
  return static_cast<double>(right) / static_cast<double>(rows.size());
}

TEST(Train, TenExamplesATopicAreUseful) {
  const TrainingSet set{.train = Rows("banking77/train.jsonl", 10)};
  const Trained trained = Learn(set, {});
  EXPECT_FALSE(trained.measured_on_dev);
  EXPECT_GT(Accuracy(trained, Rows("banking77/dev.jsonl", 5)), 0.65);
}

TEST(Train, TextsWithoutLabelsHelp) {
  TrainingSet set;
  std::map<std::string, size_t> taken;
  for (LabelledText& row : Rows("banking77/train.jsonl", 40)) {
    (taken[row.label]++ < 5 ? set.train : set.unlabelled)
        .push_back(std::move(row));
  }
  const auto dev = Rows("banking77/dev.jsonl", 5);
  set.dev = dev;
  const TrainSettings settings{.refit = false};
  const double with = Accuracy(Learn(set, settings), dev);
  set.unlabelled.clear();
  EXPECT_GT(with, Accuracy(Learn(set, settings), dev) + 0.02);
}

TEST(Train, TheSameRowsGiveTheSameBytes) {
  const TrainingSet set{.train = Rows("hwu64/train.jsonl", 10)};
  EXPECT_EQ(Learn(set, {}).model, Learn(set, {}).model);
}

TEST(Train, TheRoundedModelAgreesWithTheFit) {
  const auto rows = Rows("hwu64/train.jsonl", 20);
  const auto unseen = Rows("hwu64/dev.jsonl", 100);
  const TrainingSet set{.train = rows, .dev = unseen};
  const Trained trained = Learn(set, {.refit = false});
  // The report is of the fit, before rounding.
  EXPECT_NEAR(Accuracy(trained, unseen), trained.measures.accuracy, 0.006);
  EXPECT_TRUE(trained.measured_on_dev);
}

TEST(Train, SentimentReadsNegationsAndTheLexicon) {
  const TrainingSet set{.train = Rows("sentiment-vader/train.jsonl", 1000)};
  const Trained trained = Learn(set, {.task = v1::MODEL_TASK_SENTIMENT});
  EXPECT_GT(Accuracy(trained, Rows("sentiment-vader/dev.jsonl", 1000)), 0.7);
  EXPECT_GT(Accuracy(trained, {{"an outstanding success", "pos"},
                               {"a horrendous catastrophe", "neg"}}),
            0.9);
}

struct Scope {
  std::vector<LabelledText> inside;
  std::vector<LabelledText> outside;
};
Scope Split(const std::string& file, size_t most) {
  Scope scope;
  for (LabelledText& row : Rows(file, most)) {
    (row.label == "oos" ? scope.outside : scope.inside)
        .push_back(std::move(row));
  }
  return scope;
}

// Learns with the reject rows where they are asked for, and checks that most
// of the dev ones are rejected at little cost.
void ExpectRejects(bool in_train, bool in_dev) {
  const Scope train = Split("clinc150/train.jsonl", 12);
  const Scope dev = Split("clinc150/dev.jsonl", 20);
  TrainingSet set{.train = train.inside, .dev = dev.inside};
  const auto append = [](std::vector<LabelledText>& to,
                         const std::vector<LabelledText>& rows) {
    to.insert(to.end(), rows.begin(), rows.end());
  };
  if (in_train) append(set.train, train.outside);
  if (in_dev) append(set.dev, dev.outside);
  const Trained trained =
      Learn(set, {.reject_label = "oos", .reject_cost = 0.05, .refit = false});
  ASSERT_TRUE(trained.header.has_rejection());
  EXPECT_EQ(trained.header.rejection().learned(), in_train);
  size_t inside = 0;
  size_t outside = 0;
  Accuracy(trained, dev.inside, &inside);
  Accuracy(trained, dev.outside, &outside);
  EXPECT_GT(outside, dev.outside.size() / 2);
  EXPECT_LT(inside, dev.inside.size() / 5);
}

TEST(Train, OutOfScopeTextsAreRejected) { ExpectRejects(true, true); }
TEST(Train, RejectRowsInDevAloneAreEnough) { ExpectRejects(false, true); }
TEST(Train, RejectRowsInTrainAloneAreEnough) { ExpectRejects(true, false); }

TEST(Train, WhatCannotBeLearnedFromIsRefused) {
  const auto refused = [](const TrainingSet& set,
                          const TrainSettings& settings) {
    return absl::IsInvalidArgument(Train(set, settings, &Quiet).status());
  };
  EXPECT_TRUE(refused({}, {}));
  EXPECT_TRUE(refused({.train = {{"a", "x"}, {"b", "x"}}}, {}));
  EXPECT_TRUE(refused({.train = {{"a", "x"}, {"b", ""}}}, {}));
  EXPECT_TRUE(
      refused({.train = {{"a", "x"}, {"b", "y"}}}, {.reject_label = "oos"}));
  EXPECT_FALSE(refused({.train = {{"a", "x"}, {"b", "y"}, {"", "y"}}}, {}));
}

TEST(Train, TitlesComeFromTheNamesUnlessGiven) {
  const TrainingSet set{.train = {{"till froze", "checkout/self_checkout"},
                                  {"no milk", "stock"}}};
  const Trained trained = Learn(set, {.titles = {{"stock", "Out of stock"}}});
  EXPECT_EQ(trained.header.labels(0).title(), "checkout self checkout");
  EXPECT_EQ(trained.header.labels(1).title(), "Out of stock");
}

}  // namespace
}  // namespace earshot::router
