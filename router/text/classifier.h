#ifndef EARSHOT_ROUTER_TEXT_CLASSIFIER_H_
#define EARSHOT_ROUTER_TEXT_CLASSIFIER_H_

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string_view>
#include <vector>

#include "router/text/features.h"
#include "router/text/model.h"
#include "router/text/tokens.h"

namespace earshot::router {

inline constexpr size_t kTop = 3;

// What a model says of a text.
struct Verdict {
  struct Candidate {
    uint32_t label = 0;  // index into the header's labels
    double score = 0;    // the plain one: comparable within one model
  };
  std::array<Candidate, kTop> top{};  // best first
  size_t count = 0;                   // of them
  double confidence = 0;  // probability that the best label is right
  double in_scope = 1;    // probability that any label is right
  bool rejected = false;  // in_scope is below the model's threshold
};

// What tells a text that belongs to no label: best score, its lead, the score
// of the learned out-of-scope label (0 without), share of known features.
inline constexpr size_t kEvidence = 4;
std::array<double, kEvidence> ScopeEvidence(const Verdict& verdict,
                                            const Scores& scores, bool learned);

// The best of some scores, and the next best. At least two scores.
struct Candidates {
  uint32_t place = 0;
  double score = 0;
  double next = 0;
};
Candidates BestTwo(std::span<const double> scores);

// The best labels of `scores`; a learned out-of-scope label is none.
Verdict BestOf(const Scores& scores, bool learned);

// Confidence and scope of a verdict that has its `top`.
void Calibrate(const v1::ModelHeader& header, const Scores& scores,
               Verdict& verdict);

// Probability that the candidate at this place is right.
double ConfidenceOf(const v1::ModelHeader& header, const Verdict& verdict,
                    size_t place);

// Reads texts with one model. Owned by one thread; the model may be shared.
// Allocates nothing once the longest text has been seen.
class Classifier {
 public:
  explicit Classifier(std::shared_ptr<const Model> model);

  Verdict Classify(const TokenisedText& text);
  const Model& model() const { return *model_; }
  // Of the text read last, by label.
  const Scores& scores() const { return scores_; }

 private:
  std::shared_ptr<const Model> model_;
  FeatureReader reader_;
  Scores scores_;
};

}  // namespace earshot::router

#endif  // EARSHOT_ROUTER_TEXT_CLASSIFIER_H_
