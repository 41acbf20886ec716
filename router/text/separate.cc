#include "router/text/separate.h"

#include <algorithm>
#include <cmath>
#include <cstring>
#include <numeric>
#include <random>
#include <utility>

namespace earshot::router {
namespace {

constexpr int kMostRounds = 30;
constexpr float kSmallViolation = 0.1F;  // of the optimum, ends the descent

// Several floats that the compiler keeps in one vector register.
constexpr size_t kLanes = 4;
using Lanes = float __attribute__((vector_size(kLanes * sizeof(float))));

Lanes Load(const float* from) {
  Lanes lanes;
  std::memcpy(&lanes, from, sizeof(lanes));
  return lanes;
}

// to += from * factor, for a multiple of kLanes.
void AddTimes(float* to, const float* from, float factor, size_t count) {
  for (size_t i = 0; i < count; i += kLanes) {
    const Lanes sum = Load(to + i) + Load(from + i) * factor;
    std::memcpy(to + i, &sum, sizeof(sum));
  }
}

class Descent {
 public:
  Descent(std::span<const Point> points, size_t features, size_t labels,
          double cost)
      : points_(points) {
    planes_.labels = labels;
    planes_.stride = (labels + kLanes - 1) / kLanes * kLanes;
    planes_.weights.assign(features * planes_.stride, 0);
    planes_.biases.assign(planes_.stride, 0);
    duals_.assign(points.size() * planes_.stride, 0);
    scores_.assign(planes_.stride, 0);
    moves_.assign(planes_.stride, 0);
    for (const Point& point : points) {
      float squares = 1;  // of the bias
      for (const auto& [index, value] : *point.vector) squares += value * value;
      const auto slack =
          static_cast<float>(1 / (2 * cost * static_cast<double>(point.trust)));
      slack_.push_back(slack);
      curvature_.push_back(squares + slack);
    }
  }

  Hyperplanes Run() {
    std::vector<size_t> order(points_.size());
    std::iota(order.begin(), order.end(), size_t{0});
    std::mt19937 random(1);
    for (int round = 0; round < kMostRounds; ++round) {
      for (size_t i = order.size(); i > 1; --i) {
        std::swap(order[i - 1], order[random() % i]);
      }
      float worst = 0;
      for (const size_t i : order) worst = std::max(worst, Improve(i));
      if (worst < kSmallViolation) break;
    }
    return std::move(planes_);
  }

 private:
  // Moves the duals of one text to their best. How far they were from it.
  float Improve(size_t i) {
    const Point& point = points_[i];
    std::copy(planes_.biases.begin(), planes_.biases.end(), scores_.begin());
    for (const auto& [index, value] : *point.vector) {
      AddTimes(scores_.data(), Plane(index), value, planes_.stride);
    }
    float* duals = &duals_[i * planes_.stride];
    float worst = 0;
    for (size_t label = 0; label < planes_.labels; ++label) {
      const float side = label == point.label ? 1 : -1;
      const float slope = side * scores_[label] - 1 + slack_[i] * duals[label];
      const float dual = std::max(duals[label] - slope / curvature_[i], 0.0F);
      const float move = dual - duals[label];
      duals[label] = dual;
      moves_[label] = side * move;
      worst = std::max(worst, std::abs(move) * curvature_[i]);
    }
    if (worst == 0) return 0;
    AddTimes(planes_.biases.data(), moves_.data(), 1, planes_.stride);
    for (const auto& [index, value] : *point.vector) {
      AddTimes(Plane(index), moves_.data(), value, planes_.stride);
    }
    return worst;
  }

  float* Plane(uint32_t index) {
    return &planes_.weights[index * planes_.stride];
  }

  std::span<const Point> points_;
  Hyperplanes planes_;
  std::vector<float> duals_;      // of each text and label
  std::vector<float> slack_;      // of each text
  std::vector<float> curvature_;  // of each text
  std::vector<float> scores_;
  std::vector<float> moves_;
};

}  // namespace

Hyperplanes Separate(std::span<const Point> points, size_t features,
                     size_t labels, double cost) {
  return Descent(points, features, labels, cost).Run();
}

}  // namespace earshot::router
