#ifndef EARSHOT_ROUTER_TEXT_MODEL_H_
#define EARSHOT_ROUTER_TEXT_MODEL_H_

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "earshot/v1/model.pb.h"
#include "router/text/features.h"
#include "router/text/row_sums.h"

namespace earshot::router {

// Limits of a model file (router/text/README.md).
inline constexpr size_t kMostLabels = 4096;
inline constexpr size_t kMostRows = (1U << 20U) - 1;
inline constexpr uint32_t kRarityUnit = 256;
inline constexpr uint32_t kMostRarity = (1U << 12U) - 1;
inline constexpr size_t kLargestModelBytes = size_t{1} << 30U;

// A feature of a model: how rare it is, and what it says for which label.
struct ModelRow {
  uint32_t hash = 0;
  uint32_t rarity = 0;  // inverse document frequency in 1/kRarityUnit
  std::vector<std::pair<uint16_t, int8_t>> weights;  // label, weight
};

// The file's bytes. Fills in the counts of `header`. InvalidArgument over a
// limit.
absl::StatusOr<std::string> EncodeModel(v1::ModelHeader header,
                                        std::span<const ModelRow> rows);

// What a model's weights are multiplied with: the feature's amount and rarity
// in 1/kRarityUnit. Training and use share it.
int32_t FeatureValue(const Feature& feature, uint32_t rarity);

// What the scores of a block count, beside those of the others.
double BlockWeight(const v1::FeatureSettings& features, Block block);

// Scores of one text, reused from text to text.
struct Scores {
  std::vector<double> of_label;
  double known = 0;  // share of the text's features that the model has

  // Scratch memory: rows of the features, sums of each label.
  struct Row {
    uint32_t rarity = 0;  // 0: the model does not have the feature
    uint32_t begin = 0;   // of its weights
    uint32_t end = 0;
  };
  std::vector<Row> rows;
  std::vector<int64_t> sums;
  std::vector<int32_t> part;
  std::vector<ValuedRow> full;  // rows with a weight for every label
};

// A model file in memory. Immutable; any thread; the file may be replaced (not
// changed in place) while it is open.
class Model {
 public:
  // Maps the file. InvalidArgument, saying what is wrong, for a file that is
  // damaged or no model; every length and number is checked before it is used.
  static absl::StatusOr<std::unique_ptr<Model>> Open(const std::string& path);
  // The same of bytes in memory.
  static absl::StatusOr<std::unique_ptr<Model>> Load(std::string bytes);
  // The same of bytes that outlive the model and begin on a multiple of 8.
  static absl::StatusOr<std::unique_ptr<Model>> Over(std::string_view bytes);
  ~Model();

  const v1::ModelHeader& header() const { return header_; }
  // Hexadecimal SHA-256 of the content: two models of one name are the same.
  const std::string& name() const { return name_; }

  // Sums integers, so that every machine gets the same scores.
  void Score(const std::vector<Feature>& features, Scores& scores) const;

 private:
  class Mapping;
  struct Place {
    uint32_t hash;
    uint32_t row_and_rarity;  // rarity in the low 12 bits; 0: a free place
  };

  Model();
  absl::Status Read(std::string_view bytes);
  absl::Status CheckNumbers() const;
  uint32_t Find(uint32_t hash) const;
  // Adds what the features of one block say.
  void ScoreBlock(std::span<const Feature> features, const Scores::Row* rows,
                  Scores& scores) const;
  // Finds the row of every feature; how many there are.
  size_t Locate(const std::vector<Feature>& features,
                std::vector<Scores::Row>& rows) const;
  template <typename Label>
  void Add(const Label* labels, const Scores::Row& row, int32_t value,
           int32_t* sums) const;

  const AddRows add_rows_ = FastestAddRows();
  std::unique_ptr<Mapping> mapping_;
  std::string bytes_;
  v1::ModelHeader header_;
  std::string name_;
  std::vector<double> scales_;  // of each label
  std::vector<double> biases_;
  std::span<const Place> places_;
  std::span<const uint32_t> ends_;  // of each row's weights
  std::span<const int8_t> weights_;
  const uint8_t* narrow_labels_ = nullptr;  // up to 256 labels
  const uint16_t* wide_labels_ = nullptr;   // otherwise
};

}  // namespace earshot::router

#endif  // EARSHOT_ROUTER_TEXT_MODEL_H_
