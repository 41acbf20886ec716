#include "router/text/self_training.h"

#include <algorithm>
#include <cstdint>

#include "router/text/classifier.h"

namespace earshot::router {
namespace {

constexpr int kRounds = 6;
constexpr float kTrust = 0.3F;      // in a guess, beside 1 in a label
constexpr double kMostShare = 1.5;  // of guesses, beside a label's own share

struct Guess {
  size_t text = 0;
  uint32_t label = 0;
  double lead = 0;  // over the next label
};

// Of every text, the surest first.
std::vector<Guess> GuessLabels(const LinearFit& fit,
                               std::span<const Example> unlabelled) {
  std::vector<Guess> guesses;
  Scores scores;
  for (size_t i = 0; i < unlabelled.size(); ++i) {
    fit.Score(unlabelled[i].features, scores);
    const Verdict verdict = BestOf(scores, false);
    guesses.push_back({.text = i,
                       .label = verdict.top[0].label,
                       .lead = verdict.top[0].score - verdict.top[1].score});
  }
  std::stable_sort(
      guesses.begin(), guesses.end(),
      [](const Guess& a, const Guess& b) { return a.lead > b.lead; });
  return guesses;
}

}  // namespace

LinearFit FitWithGuesses(std::span<const Example* const> labelled,
                         std::span<const Example> unlabelled, size_t labels,
                         const FitSettings& settings) {
  std::vector<double> shares(labels);
  for (const Example* example : labelled) {
    shares[std::min<size_t>(example->label, labels - 1)] +=
        1 / static_cast<double>(labelled.size());
  }
  std::vector<Example> guessed(unlabelled.begin(), unlabelled.end());
  LinearFit fit = LinearFit::Of(labelled, labels, settings);
  for (int round = 1; round <= kRounds; ++round) {
    const double texts = std::min(1.0, round / (kRounds - 1.0)) *
                         static_cast<double>(unlabelled.size());
    std::vector<const Example*> examples(labelled.begin(), labelled.end());
    std::vector<double> taken(labels);
    for (const Guess& guess : GuessLabels(fit, unlabelled)) {
      if (taken[guess.label] >= 1 + kMostShare * texts * shares[guess.label]) {
        continue;
      }
      taken[guess.label] += 1;
      Example& example = guessed[guess.text];
      example.label = guess.label;
      example.trust = kTrust;
      examples.push_back(&example);
    }
    fit = LinearFit::Of(examples, labels, settings);
  }
  return fit;
}

}  // namespace earshot::router
