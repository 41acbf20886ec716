#ifndef EARSHOT_ROUTER_TEXT_SELF_TRAINING_H_
#define EARSHOT_ROUTER_TEXT_SELF_TRAINING_H_

#include <cstddef>
#include <span>
#include <vector>

#include "router/text/fit.h"

namespace earshot::router {

// Fits `labelled`, guesses the labels of `unlabelled`, and fits again with the
// surest guesses; in each of a few rounds more guesses are taken, in the end
// nearly all. No label takes much more than its share of the labelled texts,
// or the frequent ones would swallow the others. The labels of `unlabelled`
// are not read.
LinearFit FitWithGuesses(std::span<const Example* const> labelled,
                         std::span<const Example> unlabelled, size_t labels,
                         const FitSettings& settings);

}  // namespace earshot::router

#endif  // EARSHOT_ROUTER_TEXT_SELF_TRAINING_H_
