#include "router/text/logistic.h"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <utility>

namespace earshot::router {
namespace {

constexpr int kSteps = 50;
constexpr double kRidge = 1e-2;
constexpr double kSmallestStep = 1e-9;
constexpr double kLargestSum = 40;  // beyond, a double is 0 or 1

using Matrix = std::vector<std::vector<double>>;

double Sigmoid(double sum) {
  return 1 / (1 + std::exp(-std::clamp(sum, -kLargestSum, kLargestSum)));
}

// Gauss; `matrix` is positive definite.
std::vector<double> Solve(Matrix matrix, std::vector<double> right) {
  const size_t n = right.size();
  for (size_t i = 0; i < n; ++i) {
    for (size_t row = i + 1; row < n; ++row) {
      const double factor = matrix[row][i] / matrix[i][i];
      for (size_t k = i; k < n; ++k) matrix[row][k] -= factor * matrix[i][k];
      right[row] -= factor * right[i];
    }
  }
  for (size_t i = n; i-- > 0;) {
    for (size_t k = i + 1; k < n; ++k) right[i] -= matrix[i][k] * right[k];
    right[i] /= matrix[i][i];
  }
  return right;
}

// Adds one trial to the slope and curvature of the likelihood.
void AddTrial(const Trial& trial, const std::vector<double>& weights,
              std::vector<double>& slope, Matrix& curvature) {
  const size_t n = weights.size();
  const auto input = [&](size_t i) {
    return i + 1 == n ? 1.0 : trial.inputs[i];
  };
  double sum = 0;
  for (size_t i = 0; i < n; ++i) sum += weights[i] * input(i);
  const double likely = Sigmoid(sum);
  const double bend = trial.weight * std::max(likely * (1 - likely), 1e-6);
  for (size_t i = 0; i < n; ++i) {
    slope[i] += trial.weight * ((trial.so ? 1 : 0) - likely) * input(i);
    for (size_t k = 0; k < n; ++k) {
      curvature[i][k] += bend * input(i) * input(k);
    }
  }
}

}  // namespace

double Probability(const v1::Logistic& logistic,
                   std::span<const double> inputs) {
  double sum = logistic.bias();
  const size_t used =
      std::min(inputs.size(), static_cast<size_t>(logistic.weights_size()));
  for (size_t i = 0; i < used; ++i) {
    sum += logistic.weights(static_cast<int>(i)) * inputs[i];
  }
  return Sigmoid(sum);
}

v1::Logistic FitLogistic(std::span<const Trial> trials) {
  const size_t n = trials.empty() ? 1 : trials[0].inputs.size() + 1;
  std::vector<double> weights(n);
  for (int step = 0; step < kSteps && !trials.empty(); ++step) {
    std::vector<double> slope(n);
    Matrix curvature(n, std::vector<double>(n));
    for (size_t i = 0; i < n; ++i) {
      slope[i] = -kRidge * weights[i];
      curvature[i][i] = kRidge;
    }
    for (const Trial& trial : trials) {
      AddTrial(trial, weights, slope, curvature);
    }
    const std::vector<double> move = Solve(std::move(curvature), slope);
    double largest = 0;
    for (size_t i = 0; i < n; ++i) {
      // Far steps overshoot where the curve is flat.
      weights[i] += std::clamp(move[i], -4.0, 4.0);
      largest = std::max(largest, std::abs(move[i]));
    }
    if (largest < kSmallestStep) break;
  }
  v1::Logistic logistic;
  for (size_t i = 0; i + 1 < n; ++i) logistic.add_weights(weights[i]);
  logistic.set_bias(weights[n - 1]);
  return logistic;
}

}  // namespace earshot::router
