#include "router/text/model.h"

#include <gtest/gtest.h>

#include <cmath>
#include <string>
#include <utility>

#include "base/os/bytes.h"
#include "base/os/sha256.h"
#include "router/text/model_layout.h"
#include "tests/testing/seeded_random.h"
#include "tests/testing/temp_folder.h"

namespace earshot::router {
namespace {

v1::ModelHeader SomeHeader(int labels) {
  v1::ModelHeader header;
  header.set_task(v1::MODEL_TASK_TOPIC);
  for (int i = 0; i < labels; ++i) {
    v1::ModelLabel* label = header.add_labels();
    label->set_name("label " + std::to_string(i));
    label->set_scale(0.5F);
    label->set_bias(static_cast<float>(i));
  }
  header.mutable_confidence()->add_weights(1);
  return header;
}

std::vector<ModelRow> SomeRows() {
  return {{.hash = 7, .rarity = 256, .weights = {{0, 4}, {1, -2}}},
          {.hash = 8, .rarity = 512, .weights = {{1, 127}}},
          {.hash = 23, .rarity = 256, .weights = {}}};
}

std::string SomeModel() {
  auto bytes = EncodeModel(SomeHeader(3), SomeRows());
  EXPECT_TRUE(bytes.ok());
  return *std::move(bytes);
}

// With a checksum that fits again.
std::string Signed(std::string bytes) {
  bytes.resize(bytes.size() - kDigestBytes);
  return bytes + os::Sha256(bytes);
}

TEST(Model, ScoresAreBiasPlusScaledWeightsOverTheLengthOfTheBlock) {
  const auto model = Model::Load(SomeModel());
  ASSERT_TRUE(model.ok());
  Scores scores;
  (*model)->Score({{.hash = 7, .amount = 1, .block = Block::kWords},
                   {.hash = 23, .amount = 1, .block = Block::kWords},
                   {.hash = 99, .amount = 1, .block = Block::kWords},
                   {.hash = 8, .amount = 1, .block = Block::kLetters}},
                  scores);
  ASSERT_EQ(scores.of_label.size(), 3U);
  const double root = std::sqrt(2.0);
  EXPECT_NEAR(scores.of_label[0], 0.5 * 4 / root, 1e-9);
  EXPECT_NEAR(scores.of_label[1], 1 - 0.5 * 2 / root + 0.5 * 127, 1e-9);
  EXPECT_NEAR(scores.of_label[2], 2, 1e-9);
  EXPECT_NEAR(scores.known, 0.75, 1e-9);
}

TEST(Model, SumsOfLongTextsDoNotOverflow) {
  const auto bytes = EncodeModel(
      SomeHeader(2),
      std::vector<ModelRow>{
          {.hash = 1, .rarity = kMostRarity, .weights = {{0, 127}}}});
  const auto model = Model::Load(*bytes);
  ASSERT_TRUE(model.ok());
  const std::vector<Feature> features(
      100000, {.hash = 1, .amount = 1000, .block = Block::kWords});
  Scores scores;
  (*model)->Score(features, scores);
  EXPECT_NEAR(scores.of_label[0], 0.5 * 127 * std::sqrt(100000.0), 1e-3);
}

TEST(Model, EveryMachineSumsTheSame) {
  testing::SeededRandom random(8);
  for (int i = 0; i < 500; ++i) {
    const size_t count = random.Below(200);
    std::vector<std::vector<int8_t>> weights(random.Below(5));
    std::vector<ValuedRow> rows;
    for (std::vector<int8_t>& row : weights) {
      row.resize(count);
      for (int8_t& weight : row) {
        weight = static_cast<int8_t>(random.Below(255));
      }
      rows.push_back({.weights = row.data(),
                      .value = static_cast<int32_t>(random.Below(50000))});
    }
    std::vector<int32_t> plain(count, 3);
    std::vector<int32_t> fast(count, 3);
    PlainAddRows(rows.data(), rows.size(), plain.data(), count);
    FastestAddRows()(rows.data(), rows.size(), fast.data(), count);
    EXPECT_EQ(plain, fast);
  }
}

TEST(Model, AFileIsTheSameAsItsBytesAndNamedByThem) {
  const testing::TempFolder folder;
  folder.Write("a.model", SomeModel());
  const auto opened = Model::Open(folder.File("a.model"));
  ASSERT_TRUE(opened.ok()) << opened.status();
  EXPECT_EQ((*opened)->name(), (*Model::Load(SomeModel()))->name());
  EXPECT_EQ((*opened)->name().size(), 64U);
  EXPECT_FALSE(Model::Open(folder.File("none.model")).ok());
}

TEST(Model, AFileCutAnywhereIsRefused) {
  const std::string whole = SomeModel();
  const testing::TempFolder folder;
  for (size_t size = 0; size < whole.size(); ++size) {
    EXPECT_FALSE(Model::Load(whole.substr(0, size)).ok()) << size;
    folder.Write("cut.model", whole.substr(0, size));
    EXPECT_FALSE(Model::Open(folder.File("cut.model")).ok()) << size;
  }
  EXPECT_FALSE(Model::Load(whole + "x").ok());
}

TEST(Model, EveryFlippedBitIsNoticed) {
  const std::string whole = SomeModel();
  for (size_t bit = 0; bit < 8 * whole.size(); ++bit) {
    std::string flipped = whole;
    flipped[bit / 8] = static_cast<char>(flipped[bit / 8] ^ (1 << (bit % 8)));
    EXPECT_FALSE(Model::Load(flipped).ok()) << bit;
  }
}

TEST(Model, AForgedFileWithARightChecksumNeverCrashes) {
  testing::SeededRandom random(3);
  const std::string whole = SomeModel();
  std::vector<Feature> features;
  for (uint32_t hash = 0; hash < 64; ++hash) {
    features.push_back({.hash = hash, .amount = 1, .block = Block::kWords});
  }
  for (int i = 0; i < 20000; ++i) {
    std::string forged = whole;
    for (uint64_t flips = 1 + random.Below(3); flips > 0; --flips) {
      forged[random.Below(forged.size())] =
          static_cast<char>(random.Below(256));
    }
    const auto model = Model::Load(Signed(forged));
    if (!model.ok()) continue;
    Scores scores;
    (*model)->Score(features, scores);
  }
}

TEST(Model, MoreThan256LabelsWork) {
  const auto bytes = EncodeModel(
      SomeHeader(300),
      std::vector<ModelRow>{{.hash = 1, .rarity = 256, .weights = {{299, 8}}}});
  ASSERT_TRUE(bytes.ok());
  const auto model = Model::Load(*bytes);
  ASSERT_TRUE(model.ok()) << model.status();
  Scores scores;
  (*model)->Score({{.hash = 1, .amount = 1, .block = Block::kWords}}, scores);
  EXPECT_NEAR(scores.of_label[299], 299 + 4, 1e-9);
}

}  // namespace
}  // namespace earshot::router
