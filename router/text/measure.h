#ifndef EARSHOT_ROUTER_TEXT_MEASURE_H_
#define EARSHOT_ROUTER_TEXT_MEASURE_H_

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

namespace earshot::router {

// What was said of a text whose label is known. Labels are indices.
struct Judged {
  uint32_t label = 0;
  bool out_of_scope = false;  // then it has no label
  uint32_t said = 0;
  double confidence = 0;
  double in_scope = 1;
  bool rejected = false;
};

struct LabelMeasure {
  uint32_t label = 0;
  size_t texts = 0;
  double precision = 0;
  double recall = 0;
  double f1 = 0;
};

struct Confusion {
  uint32_t label = 0;
  uint32_t said = 0;
  size_t texts = 0;
};

// How many texts are left, and how many of them right, when those of less
// confidence go to a person.
struct Coverage {
  double threshold = 0;
  double coverage = 0;
  double accuracy = 0;
};

struct RejectionMeasure {
  size_t texts = 0;              // out of scope
  double recall = 0;             // of them rejected
  double in_scope_accuracy = 0;  // a rejected text counts as wrong
  double area = 0;               // under the ROC curve of `in_scope`
};

// Shares are 0..1. But for `rejection`, of the texts in scope, none rejected.
struct Measures {
  size_t texts = 0;
  double accuracy = 0;
  double macro_f1 = 0;                // mean over the labels that occur
  double calibration_error = 0;       // expected, ten bins of confidence
  std::vector<LabelMeasure> labels;   // those that occur
  std::vector<Confusion> confusions;  // most frequent first, at most kMost
  std::vector<Coverage> coverage;
  RejectionMeasure rejection;

  static constexpr size_t kMostConfusions = 15;
};

Measures Measure(std::span<const Judged> judged, size_t labels);

}  // namespace earshot::router

#endif  // EARSHOT_ROUTER_TEXT_MEASURE_H_
