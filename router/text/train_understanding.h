#ifndef EARSHOT_ROUTER_TEXT_TRAIN_UNDERSTANDING_H_
#define EARSHOT_ROUTER_TEXT_TRAIN_UNDERSTANDING_H_

#include <array>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "earshot/v1/model.pb.h"
#include "router/text/heads.h"
#include "router/text/measure.h"
#include "router/text/taxonomy.h"
#include "router/text/train.h"

namespace earshot::router {

// A report with what is known of it.
struct LabelledReport {
  std::string text;
  std::vector<std::string> tags = {};
  std::array<std::string, kHeads> labels = {};  // "": not known
  float trust = 1;  // in the labels, beside 1 of the others
};

struct UnderstandingSet {
  std::vector<LabelledReport> train = {};
  std::vector<LabelledReport> dev = {};  // measured on, never learned
  // Whose rules vote for topics, not owned; nullptr: none.
  const Taxonomy* taxonomy = nullptr;
};

struct HeadReport {
  Head head = Head::kTopic;
  Measures held_out;  // a fifth of train, with its tags and without
  // Of dev; `texts` is 0 when it has no labels of the head.
  Measures with_tags;
  Measures without_tags;
};

struct TrainedUnderstanding {
  std::string model;  // the file's bytes
  std::string name;
  v1::ModelHeader header;
  std::vector<HeadReport> heads;
};

// Learns one model that answers every head from the features of one reading.
// Each report is learned with its tags and without. Confidences are set on dev
// for the heads that dev has labels of, otherwise on a fifth of train that a
// first fit left out; those of topics, for which rules vote, on both. The same
// set gives the same bytes. Blocks for seconds; any thread.
absl::StatusOr<TrainedUnderstanding> TrainUnderstanding(
    const UnderstandingSet& set, const Progress& progress);

}  // namespace earshot::router

#endif  // EARSHOT_ROUTER_TEXT_TRAIN_UNDERSTANDING_H_
