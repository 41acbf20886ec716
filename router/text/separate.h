#ifndef EARSHOT_ROUTER_TEXT_SEPARATE_H_
#define EARSHOT_ROUTER_TEXT_SEPARATE_H_

#include <cstddef>
#include <cstdint>
#include <span>
#include <utility>
#include <vector>

namespace earshot::router {

// The features of one text with their values: index, value.
using Vector = std::vector<std::pair<uint32_t, float>>;

// A text to separate from those of other labels.
struct Point {
  const Vector* vector = nullptr;
  uint32_t label = 0;
  float trust = 1;  // what an error here costs, beside 1 elsewhere
};

// Weights of every label, those of one feature side by side.
struct Hyperplanes {
  size_t labels = 0;
  size_t stride = 0;  // floats from one feature to the next
  std::vector<float> weights;
  std::vector<float> biases;

  std::span<const float> Of(uint32_t feature) const {
    return {&weights[feature * stride], labels};
  }
};

// Separates each label from all others: least squared length of the weights
// plus `cost` times the squared hinge of each error, by coordinate descent in
// the dual (Hsieh et al., ICML 2008). All labels advance together, so that one
// pass over a text's features serves them all; that is several times faster
// than one label after the other. The same points give the same planes.
Hyperplanes Separate(std::span<const Point> points, size_t features,
                     size_t labels, double cost);

}  // namespace earshot::router

#endif  // EARSHOT_ROUTER_TEXT_SEPARATE_H_
