#ifndef EARSHOT_ROUTER_TEXT_LOGISTIC_H_
#define EARSHOT_ROUTER_TEXT_LOGISTIC_H_

#include <span>
#include <vector>

#include "earshot/v1/model.pb.h"

namespace earshot::router {

// 0..1. Weights that `inputs` lacks count nothing, and the other way round.
double Probability(const v1::Logistic& logistic,
                   std::span<const double> inputs);

// A few inputs and whether the thing was so.
struct Trial {
  std::vector<double> inputs;
  bool so = false;
  double weight = 1;
};

// The weights under which the trials are likeliest, with a little ridge, by
// Newton's method. A constant, when all trials say the same.
v1::Logistic FitLogistic(std::span<const Trial> trials);

}  // namespace earshot::router

#endif  // EARSHOT_ROUTER_TEXT_LOGISTIC_H_
