#ifndef EARSHOT_ROUTER_TEXT_TRAIN_H_
#define EARSHOT_ROUTER_TEXT_TRAIN_H_

#include <functional>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "earshot/v1/model.pb.h"
#include "router/text/measure.h"

namespace earshot::router {

struct LabelledText {
  std::string text;
  std::string label;
};

struct TrainingSet {
  std::vector<LabelledText> train = {};
  std::vector<LabelledText> dev = {};         // may be empty
  std::vector<LabelledText> unlabelled = {};  // labels not read; may be empty
};

struct TrainSettings {
  v1::ModelTask task = v1::MODEL_TASK_TOPIC;
  std::string reject_label = {};  // "": no text is out of scope
  double reject_cost = 0.025;     // share of the texts in scope lost for it
  bool refit = true;              // at the end on train and dev together
  // Of labels; others get theirs from their names.
  std::map<std::string, std::string> titles = {};
};

struct Trained {
  std::string model;  // the file's bytes
  std::string name;   // of the model
  v1::ModelHeader header;
  Measures measures;             // before dev was learned too
  bool measured_on_dev = false;  // else on folds of train
};

// Says what is being done, for a person who waits.
using Progress = std::function<void(std::string_view)>;

// Learns a model. The same set and settings give the same bytes. Blocks for
// seconds to minutes; any thread, one at a time in a process. InvalidArgument
// for a set that nothing can be learned from.
absl::StatusOr<Trained> Train(const TrainingSet& set,
                              const TrainSettings& settings,
                              const Progress& progress);

}  // namespace earshot::router

#endif  // EARSHOT_ROUTER_TEXT_TRAIN_H_
