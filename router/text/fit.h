#ifndef EARSHOT_ROUTER_TEXT_FIT_H_
#define EARSHOT_ROUTER_TEXT_FIT_H_

#include <cstddef>
#include <cstdint>
#include <span>
#include <unordered_map>
#include <vector>

#include "router/text/features.h"
#include "router/text/model.h"
#include "router/text/separate.h"

namespace earshot::router {

// A text to learn from.
struct Example {
  std::vector<Feature> features;
  uint32_t label = 0;
  float trust = 1;                      // in the label; an error costs so much
  std::vector<uint32_t> of_heads = {};  // OfHeads: one label each or kNoLabel
};
inline constexpr uint32_t kNoLabel = 0xFFFFFFFFU;

// A question of several that are fitted on the same features.
struct FitHead {
  size_t labels = 0;
  double cost = 1;
};

struct FitSettings {
  v1::FeatureSettings features;
  double cost = 1;             // of a wrong example: more fits closer
  bool logistic = false;       // the loss; otherwise the squared hinge
  double rarity_power = 1;     // of the inverse document frequency
  double kept_weights = 0.08;  // share of the weights that a model file keeps
  uint32_t fewest_texts = 1;   // that have a feature, or it is left out
};

// One weight for each feature and label, not yet rounded.
class LinearFit {
 public:
  // One label against the others, each. The same examples in the same order
  // give the same weights. Blocks for seconds.
  static LinearFit Of(std::span<const Example* const> examples, size_t labels,
                      const FitSettings& settings);

  // One plane for each label of each head, one head after the other. A head
  // learns from the examples that have a label for it.
  static LinearFit OfHeads(std::span<const Example* const> examples,
                           std::span<const FitHead> heads,
                           const FitSettings& settings);

  // As Model::Score(), without the rounding of weights.
  void Score(const std::vector<Feature>& features, Scores& scores) const;

  // Rounds to 8 bits and leaves the smallest weights out. Sets scale and bias
  // of the header's labels.
  std::vector<ModelRow> Rounded(double kept_weights,
                                v1::ModelHeader& header) const;

 private:
  struct Known {
    uint32_t index = 0;
    uint32_t rarity = 0;
  };
  void CountFeatures(std::span<const Example* const> examples,
                     const FitSettings& settings);
  // Values of the known features, each block brought to length one.
  void Vectorise(const std::vector<Feature>& features, Vector& vector) const;

  std::unordered_map<uint32_t, Known> known_;
  std::vector<uint32_t> hashes_;  // by index
  v1::FeatureSettings settings_;
  Hyperplanes planes_;
};

}  // namespace earshot::router

#endif  // EARSHOT_ROUTER_TEXT_FIT_H_
