#include "router/text/fit.h"

#include <algorithm>
#include <cmath>

namespace earshot::router {
namespace {

constexpr double kLargestWeight = 127;
// A phrase of one text alone says nothing that its words do not say.
constexpr uint32_t kFewestPhrases = 2;

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

// Weights smaller than this are left out, so that the asked share is kept.
float SmallestKept(const Hyperplanes& planes, size_t features, double kept) {
  if (kept >= 1) return 0;
  std::vector<float> sizes;
  for (size_t i = 0; i < features; ++i) {
    for (const float weight : planes.Of(static_cast<uint32_t>(i))) {
      sizes.push_back(std::abs(weight));
    }
  }
  if (sizes.empty()) return 0;
  const auto place = std::min(
      sizes.size() - 1,
      static_cast<size_t>((1 - kept) * static_cast<double>(sizes.size())));
  const auto cut = sizes.begin() + static_cast<ptrdiff_t>(place);
  std::nth_element(sizes.begin(), cut, sizes.end());
  return *cut;
}

}  // namespace

void LinearFit::CountFeatures(std::span<const Example* const> examples,
                              const FitSettings& settings) {
  std::unordered_map<uint32_t, uint32_t> texts;
  for (const Example* example : examples) {
    for (const Feature& feature : example->features) ++texts[feature.hash];
  }
  const auto all = static_cast<double>(examples.size());
  for (const Example* example : examples) {
    for (const Feature& feature : example->features) {
      const uint32_t count = texts.at(feature.hash);
      if (feature.block == Block::kPhrases && count < kFewestPhrases) continue;
      if (count < settings.fewest_texts) continue;
      const auto [it, added] = known_.try_emplace(feature.hash);
      if (!added) continue;
      it->second.index = static_cast<uint32_t>(hashes_.size());
      hashes_.push_back(feature.hash);
      const double rarity = std::pow(std::log((1 + all) / (1.0 + count)) + 1,
                                     settings.rarity_power);
      it->second.rarity = std::clamp<uint32_t>(
          static_cast<uint32_t>(std::lround(rarity * kRarityUnit)), 1,
          kMostRarity);
    }
  }
}

void LinearFit::Vectorise(const std::vector<Feature>& features,
                          Vector& vector) const {
  BlockLengths lengths;
  vector.clear();
  for (const Feature& feature : features) {
    const auto found = known_.find(feature.hash);
    if (found == known_.end()) continue;
    lengths.Add(feature.block, FeatureValue(feature, found->second.rarity));
  }
  for (const Feature& feature : features) {
    const auto found = known_.find(feature.hash);
    if (found == known_.end()) continue;
    vector.emplace_back(
        found->second.index,
        static_cast<float>(BlockWeight(settings_, feature.block) *
                           FeatureValue(feature, found->second.rarity) /
                           lengths.Of(feature.block)));
  }
}

LinearFit LinearFit::Of(std::span<const Example* const> examples, size_t labels,
                        const FitSettings& settings) {
  LinearFit fit;
  fit.settings_ = settings.features;
  fit.CountFeatures(examples, settings);
  std::vector<Vector> vectors(examples.size());
  std::vector<Point> points;
  points.reserve(examples.size());
  for (size_t i = 0; i < examples.size(); ++i) {
    fit.Vectorise(examples[i]->features, vectors[i]);
    // Any label beyond the last stands for the last.
    points.push_back({.vector = &vectors[i],
                      .label = std::min(examples[i]->label,
                                        static_cast<uint32_t>(labels - 1)),
                      .trust = examples[i]->trust});
  }
  fit.planes_ = Separate(points, fit.hashes_.size(), labels, settings.cost);
  return fit;
}

LinearFit LinearFit::OfHeads(std::span<const Example* const> examples,
                             std::span<const FitHead> heads,
                             const FitSettings& settings) {
  LinearFit fit;
  fit.settings_ = settings.features;
  fit.CountFeatures(examples, settings);
  std::vector<Vector> vectors(examples.size());
  for (size_t i = 0; i < examples.size(); ++i) {
    fit.Vectorise(examples[i]->features, vectors[i]);
  }
  size_t labels = 0;
  for (const FitHead& head : heads) labels += head.labels;
  fit.planes_.labels = labels;
  fit.planes_.stride = labels;
  fit.planes_.weights.assign(fit.hashes_.size() * labels, 0);
  size_t first = 0;
  for (size_t h = 0; h < heads.size(); ++h) {
    std::vector<Point> points;
    for (size_t i = 0; i < examples.size(); ++i) {
      const uint32_t label = examples[i]->of_heads.at(h);
      if (label == kNoLabel) continue;
      points.push_back(
          {.vector = &vectors[i], .label = label, .trust = examples[i]->trust});
    }
    const Hyperplanes planes =
        Separate(points, fit.hashes_.size(), heads[h].labels, heads[h].cost);
    for (size_t i = 0; i < fit.hashes_.size(); ++i) {
      const auto weights = planes.Of(static_cast<uint32_t>(i));
      std::copy(weights.begin(), weights.end(),
                &fit.planes_.weights[i * labels + first]);
    }
    fit.planes_.biases.insert(
        fit.planes_.biases.end(), planes.biases.begin(),
        planes.biases.begin() + static_cast<ptrdiff_t>(heads[h].labels));
    first += heads[h].labels;
  }
  return fit;
}

void LinearFit::Score(const std::vector<Feature>& features,
                      Scores& scores) const {
  scores.of_label.assign(
      planes_.biases.begin(),
      planes_.biases.begin() + static_cast<ptrdiff_t>(planes_.labels));
  Vector vector;
  Vectorise(features, vector);
  for (const auto& [index, value] : vector) {
    const std::span<const float> weights = planes_.Of(index);
    for (size_t i = 0; i < weights.size(); ++i) {
      scores.of_label[i] += static_cast<double>(value * weights[i]);
    }
  }
  scores.known = features.empty() ? 0
                                  : static_cast<double>(vector.size()) /
                                        static_cast<double>(features.size());
}

std::vector<ModelRow> LinearFit::Rounded(double kept_weights,
                                         v1::ModelHeader& header) const {
  const float least = SmallestKept(planes_, hashes_.size(), kept_weights);
  std::vector<double> scales(planes_.labels, 1e-9);
  for (size_t i = 0; i < hashes_.size(); ++i) {
    const std::span<const float> weights = planes_.Of(static_cast<uint32_t>(i));
    for (size_t label = 0; label < planes_.labels; ++label) {
      scales[label] = std::max(
          scales[label],
          static_cast<double>(std::abs(weights[label])) / kLargestWeight);
    }
  }
  for (size_t label = 0; label < planes_.labels; ++label) {
    v1::ModelLabel* written = header.mutable_labels(static_cast<int>(label));
    written->set_scale(static_cast<float>(scales[label]));
    written->set_bias(planes_.biases[label]);
  }
  std::vector<ModelRow> rows(hashes_.size());
  for (size_t i = 0; i < hashes_.size(); ++i) {
    rows[i].hash = hashes_[i];
    rows[i].rarity = known_.at(hashes_[i]).rarity;
    const std::span<const float> weights = planes_.Of(static_cast<uint32_t>(i));
    for (size_t label = 0; label < planes_.labels; ++label) {
      if (std::abs(weights[label]) < least) continue;
      const auto rounded = static_cast<int8_t>(
          std::lround(static_cast<double>(weights[label]) / scales[label]));
      if (rounded == 0) continue;
      rows[i].weights.emplace_back(static_cast<uint16_t>(label), rounded);
    }
  }
  return rows;
}

}  // namespace earshot::router
