#include "router/text/fit.h"

#include <linear.h>

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <memory>

namespace earshot::router {
namespace {

constexpr double kStopAt = 0.1;
constexpr double kLargestWeight = 127;

struct FreeModel {
  void operator()(::model* fitted) const { ::free_and_destroy_model(&fitted); }
};

// The examples as liblinear takes them, and the length of each block.
struct Problem {
  std::vector<std::vector<feature_node>> nodes;
  std::vector<feature_node*> rows;
  std::vector<double> targets;
  ::problem problem{};

  explicit Problem(size_t examples)
      : nodes(examples), rows(examples), targets(examples) {}
};

void Silence(const char* /*text*/) {}

// What a block's values are divided by.
class BlockLengths {
 public:
  void Add(Block block, int32_t value) {
    squares_.at(static_cast<size_t>(block)) += int64_t{value} * value;
  }
  double Of(Block block) const {
    if (block == Block::kLexicon) return kRarityUnit;
    return std::sqrt(
        static_cast<double>(squares_.at(static_cast<size_t>(block))));
  }

 private:
  std::array<int64_t, kBlocks> squares_{};
};

}  // namespace

void LinearFit::CountFeatures(std::span<const Example* const> examples,
                              double power) {
  std::vector<uint32_t> texts;
  for (const Example* example : examples) {
    for (const Feature& feature : example->features) {
      const auto [it, added] = known_.try_emplace(feature.hash);
      if (added) {
        it->second.index = static_cast<uint32_t>(texts.size());
        texts.push_back(0);
        hashes_.push_back(feature.hash);
      }
      ++texts[it->second.index];
    }
  }
  const auto all = static_cast<double>(examples.size());
  for (auto& [hash, known] : known_) {
    const double rarity =
        std::pow(std::log((1 + all) / (1 + texts[known.index])) + 1, power);
    known.rarity = std::clamp<uint32_t>(
        static_cast<uint32_t>(std::lround(rarity * kRarityUnit)), 1,
        kMostRarity);
  }
}

LinearFit LinearFit::Of(std::span<const Example* const> examples, size_t labels,
                        const FitSettings& settings) {
  LinearFit fit;
  fit.labels_ = labels;
  fit.CountFeatures(examples, settings.rarity_power);
  Problem data(examples.size());
  const size_t features = fit.hashes_.size();
  for (size_t i = 0; i < examples.size(); ++i) {
    BlockLengths lengths;
    for (const Feature& feature : examples[i]->features) {
      lengths.Add(feature.block,
                  FeatureValue(feature, fit.known_.at(feature.hash).rarity));
    }
    std::vector<feature_node>& nodes = data.nodes[i];
    for (const Feature& feature : examples[i]->features) {
      const Known& known = fit.known_.at(feature.hash);
      nodes.push_back(
          {static_cast<int>(known.index) + 1,
           FeatureValue(feature, known.rarity) / lengths.Of(feature.block)});
    }
    std::sort(nodes.begin(), nodes.end(),
              [](const feature_node& a, const feature_node& b) {
                return a.index < b.index;
              });
    nodes.push_back({static_cast<int>(features) + 1, 1});  // the bias
    nodes.push_back({-1, 0});
    data.rows[i] = nodes.data();
  }
  data.problem.l = static_cast<int>(examples.size());
  data.problem.n = static_cast<int>(features) + 1;
  data.problem.x = data.rows.data();
  data.problem.y = data.targets.data();
  data.problem.bias = 1;

  ::parameter parameter{};
  parameter.solver_type = settings.logistic ? L2R_LR_DUAL : L2R_L2LOSS_SVC_DUAL;
  parameter.eps = kStopAt;
  parameter.C = settings.cost;
  ::set_print_string_function(&Silence);
  fit.weights_.assign(features * labels, 0);
  fit.biases_.assign(labels, 0);
  for (size_t label = 0; label < labels; ++label) {
    for (size_t i = 0; i < examples.size(); ++i) {
      // Any label beyond the last stands for the last.
      data.targets[i] =
          std::min<size_t>(examples[i]->label, labels - 1) == label ? 1 : -1;
    }
    std::srand(1);  // liblinear draws its order from it
    const std::unique_ptr<::model, FreeModel> fitted(
        ::train(&data.problem, &parameter));
    const double sign = fitted->label[0] == 1 ? 1 : -1;
    for (size_t f = 0; f < features; ++f) {
      fit.weights_[f * labels + label] =
          static_cast<float>(sign * fitted->w[f]);
    }
    fit.biases_[label] = static_cast<float>(sign * fitted->w[features]);
  }
  return fit;
}

void LinearFit::Score(const std::vector<Feature>& features,
                      Scores& scores) const {
  scores.of_label.assign(biases_.begin(), biases_.end());
  BlockLengths lengths;
  size_t count = 0;
  for (const Feature& feature : features) {
    const auto found = known_.find(feature.hash);
    if (found == known_.end()) continue;
    ++count;
    lengths.Add(feature.block, FeatureValue(feature, found->second.rarity));
  }
  for (const Feature& feature : features) {
    const auto found = known_.find(feature.hash);
    if (found == known_.end()) continue;
    const double value =
        FeatureValue(feature, found->second.rarity) / lengths.Of(feature.block);
    const float* weights = &weights_[found->second.index * labels_];
    for (size_t i = 0; i < labels_; ++i) {
      scores.of_label[i] += value * static_cast<double>(weights[i]);
    }
  }
  scores.known = features.empty() ? 0
                                  : static_cast<double>(count) /
                                        static_cast<double>(features.size());
}

std::vector<ModelRow> LinearFit::Rounded(double kept_weights,
                                         v1::ModelHeader& header) const {
  float least = 0;
  if (kept_weights < 1) {
    std::vector<float> sizes(weights_.size());
    std::transform(weights_.begin(), weights_.end(), sizes.begin(),
                   [](float weight) { return std::abs(weight); });
    const auto cut = sizes.begin() +
                     static_cast<ptrdiff_t>((1 - kept_weights) *
                                            static_cast<double>(sizes.size()));
    std::nth_element(sizes.begin(), cut, sizes.end());
    least = *cut;
  }
  std::vector<double> scales(labels_);
  for (size_t label = 0; label < labels_; ++label) {
    float largest = 0;
    for (size_t i = label; i < weights_.size(); i += labels_) {
      largest = std::max(largest, std::abs(weights_[i]));
    }
    scales[label] =
        std::max(static_cast<double>(largest), 1e-9) / kLargestWeight;
    v1::ModelLabel* written = header.mutable_labels(static_cast<int>(label));
    written->set_scale(static_cast<float>(scales[label]));
    written->set_bias(biases_[label]);
  }
  std::vector<ModelRow> rows(hashes_.size());
  for (size_t i = 0; i < hashes_.size(); ++i) {
    rows[i].hash = hashes_[i];
    rows[i].rarity = known_.at(hashes_[i]).rarity;
    for (size_t label = 0; label < labels_; ++label) {
      const float weight = weights_[i * labels_ + label];
      if (std::abs(weight) < least) continue;
      const auto rounded = static_cast<int8_t>(
          std::lround(static_cast<double>(weight) / scales[label]));
      if (rounded != 0) {
        rows[i].weights.emplace_back(static_cast<uint16_t>(label), rounded);
      }
    }
  }
  return rows;
}

}  // namespace earshot::router
