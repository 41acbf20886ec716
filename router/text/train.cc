#include "router/text/train.h"

#include <fmt/format.h>

#include <algorithm>
#include <limits>
#include <memory>
#include <optional>
#include <set>
#include <span>
#include <utility>

#include "router/text/classifier.h"
#include "router/text/fit.h"
#include "router/text/logistic.h"
#include "router/text/self_training.h"
#include "router/text/tokens.h"

namespace earshot::router {
namespace {

constexpr size_t kFolds = 5;
constexpr uint32_t kOutOfScope = std::numeric_limits<uint32_t>::max();

using Examples = std::vector<const Example*>;

// A text that a fit did not see, with what the fit said of it.
struct Trialled {
  const Example* example = nullptr;
  Verdict verdict;
  std::array<double, kEvidence> evidence{};
};

std::string TitleOf(std::string name) {
  for (char& letter : name) {
    if (letter == '_' || letter == '/') letter = ' ';
  }
  return name;
}

v1::FeatureSettings FeaturesFor(v1::ModelTask task) {
  v1::FeatureSettings features;
  features.set_widest_pair(8);
  features.set_shortest_run(2);
  features.set_longest_run(5);
  features.set_shortest_phrase(5);
  features.set_longest_phrase(6);
  features.set_phrase_weight(0.7F);
  if (task == v1::MODEL_TASK_SENTIMENT) {
    features.set_marks_negation(true);
    features.set_lexicon(true);
  } else {
    features.set_concepts(true);
    features.set_concept_weight(0.5F);
  }
  return features;
}

FitSettings FitFor(v1::ModelTask task) {
  FitSettings fit;
  if (task == v1::MODEL_TASK_SENTIMENT) {
    fit.cost = 0.25;
    fit.kept_weights = 0.5;  // of three labels' weights few say nothing
  }
  return fit;
}

// One run of Train().
class Training {
 public:
  Training(const TrainSettings& settings, const Progress& progress)
      : settings_(settings), progress_(progress) {}

  absl::StatusOr<Trained> Run(const TrainingSet& set);

 private:
  absl::Status ReadSet(const TrainingSet& set);
  void ReadTexts(const std::vector<LabelledText>& texts, FeatureReader& reader,
                 std::vector<Example>& examples) const;
  LinearFit Fit(const Examples& examples) const;
  void Try(const LinearFit& fit, const Examples& unseen,
           std::vector<Trialled>& tried) const;
  std::vector<Trialled> TryOnFolds(const Examples& examples) const;
  void LearnConfidence(std::span<const Trialled> tried);
  void LearnRejection(std::span<const Trialled> tried);
  std::vector<Judged> Judge(std::span<const Trialled> tried) const;

  bool Rejects() const { return !settings_.reject_label.empty(); }
  // Labels of a fit: the learned out-of-scope one is the last.
  size_t FitLabels() const { return labels_.size() + (learned_ ? 1 : 0); }

  const TrainSettings& settings_;
  const Progress& progress_;
  FitSettings fit_settings_;
  std::vector<std::string> labels_;  // in scope, sorted
  std::vector<Example> train_;
  std::vector<Example> dev_;
  std::vector<Example> unlabelled_;
  bool learned_ = false;
  v1::ModelHeader header_;
};

absl::Status Training::ReadSet(const TrainingSet& set) {
  std::set<std::string> names;
  for (const auto* texts : {&set.train, &set.dev}) {
    for (const LabelledText& text : *texts) {
      if (text.label != settings_.reject_label) names.insert(text.label);
    }
  }
  if (names.size() < 2) {
    return absl::InvalidArgumentError(
        fmt::format("{} label(s) in the training rows; two are the least to "
                    "tell apart",
                    names.size()));
  }
  if (names.size() >= kMostLabels || names.contains("")) {
    return absl::InvalidArgumentError(
        fmt::format("{} labels: at most {}, and none without a name",
                    names.size(), kMostLabels - 1));
  }
  labels_.assign(names.begin(), names.end());
  FeatureReader reader(header_.features());
  ReadTexts(set.train, reader, train_);
  ReadTexts(set.dev, reader, dev_);
  ReadTexts(set.unlabelled, reader, unlabelled_);
  const auto rejects = [](const std::vector<Example>& examples) {
    return std::any_of(
        examples.begin(), examples.end(),
        [](const Example& one) { return one.label == kOutOfScope; });
  };
  learned_ = rejects(train_);
  if (Rejects() && !learned_ && !rejects(dev_)) {
    return absl::InvalidArgumentError(fmt::format(
        "no row of train or dev is labelled {}, so that nothing tells what "
        "to reject; label some so, or leave --reject-label out",
        settings_.reject_label));
  }
  return absl::OkStatus();
}

void Training::ReadTexts(const std::vector<LabelledText>& texts,
                         FeatureReader& reader,
                         std::vector<Example>& examples) const {
  TokenisedText read;
  for (const LabelledText& text : texts) {
    Tokenise(text.text, read);
    Example example;
    example.features = reader.Read(read);
    example.label = kOutOfScope;
    if (!Rejects() || text.label != settings_.reject_label) {
      const auto found =
          std::lower_bound(labels_.begin(), labels_.end(), text.label);
      example.label = static_cast<uint32_t>(found - labels_.begin());
    }
    examples.push_back(std::move(example));
  }
}

LinearFit Training::Fit(const Examples& examples) const {
  Examples used;
  for (const Example* example : examples) {
    if (example->label != kOutOfScope || learned_) used.push_back(example);
  }
  if (unlabelled_.empty()) {
    return LinearFit::Of(used, FitLabels(), fit_settings_);
  }
  return FitWithGuesses(used, unlabelled_, FitLabels(), fit_settings_);
}

void Training::Try(const LinearFit& fit, const Examples& unseen,
                   std::vector<Trialled>& tried) const {
  Scores scores;
  for (const Example* example : unseen) {
    fit.Score(example->features, scores);
    Trialled one;
    one.example = example;
    one.verdict = BestOf(scores, learned_);
    one.evidence = ScopeEvidence(one.verdict, scores, learned_);
    tried.push_back(one);
  }
}

std::vector<Trialled> Training::TryOnFolds(const Examples& examples) const {
  std::map<uint32_t, size_t> seen;
  std::vector<size_t> folds;
  for (const Example* example : examples) {
    folds.push_back(seen[example->label]++ % kFolds);
  }
  std::vector<Trialled> tried;
  for (size_t fold = 0; fold < kFolds; ++fold) {
    progress_(fmt::format("fold {} of {}", fold + 1, kFolds));
    Examples inside;
    Examples outside;
    for (size_t i = 0; i < examples.size(); ++i) {
      (folds[i] == fold ? outside : inside).push_back(examples[i]);
    }
    Try(Fit(inside), outside, tried);
  }
  return tried;
}

void Training::LearnConfidence(std::span<const Trialled> tried) {
  std::vector<Trial> trials;
  for (const Trialled& one : tried) {
    if (one.example->label == kOutOfScope) continue;
    trials.push_back({.inputs = {one.evidence[0], one.evidence[1]},
                      .so = one.verdict.top[0].label == one.example->label});
  }
  *header_.mutable_confidence() = FitLogistic(trials);
}

// The threshold loses at most the agreed share of what would be right.
void Training::LearnRejection(std::span<const Trialled> tried) {
  std::vector<Trial> trials;
  size_t outside = 0;
  for (const Trialled& one : tried) {
    outside += one.example->label == kOutOfScope ? 1U : 0U;
  }
  const auto inside = static_cast<double>(tried.size() - outside);
  for (const Trialled& one : tried) {
    const bool in_scope = one.example->label != kOutOfScope;
    trials.push_back(
        {.inputs = {one.evidence.begin(), one.evidence.end()},
         .so = in_scope,
         .weight = in_scope ? 1 : inside / static_cast<double>(outside)});
  }
  v1::Rejection& rejection = *header_.mutable_rejection();
  rejection.set_label(settings_.reject_label);
  rejection.set_learned(learned_);
  *rejection.mutable_in_scope() = FitLogistic(trials);
  std::vector<double> right;
  for (const Trialled& one : tried) {
    if (one.verdict.top[0].label == one.example->label) {
      right.push_back(Probability(rejection.in_scope(), one.evidence));
    }
  }
  std::sort(right.begin(), right.end());
  const auto lost = static_cast<size_t>(settings_.reject_cost * inside);
  rejection.set_threshold(
      right.empty() ? 0 : right[std::min(lost, right.size() - 1)]);
}

std::vector<Judged> Training::Judge(std::span<const Trialled> tried) const {
  std::vector<Judged> judged;
  for (const Trialled& one : tried) {
    Judged judgement;
    judgement.label = one.example->label;
    judgement.out_of_scope = one.example->label == kOutOfScope;
    judgement.said = one.verdict.top[0].label;
    judgement.confidence = Probability(header_.confidence(), one.evidence);
    if (header_.has_rejection()) {
      judgement.in_scope =
          Probability(header_.rejection().in_scope(), one.evidence);
      judgement.rejected = judgement.in_scope < header_.rejection().threshold();
    }
    judged.push_back(judgement);
  }
  return judged;
}

absl::StatusOr<Trained> Training::Run(const TrainingSet& set) {
  header_.set_task(settings_.task);
  *header_.mutable_features() = FeaturesFor(settings_.task);
  fit_settings_ = FitFor(settings_.task);
  fit_settings_.features = header_.features();
  progress_("reading the texts");
  absl::Status status = ReadSet(set);
  if (!status.ok()) return status;

  Examples train;
  Examples dev;
  bool dev_rejects = false;
  for (const Example& example : train_) train.push_back(&example);
  for (const Example& example : dev_) {
    dev.push_back(&example);
    dev_rejects |= example.label == kOutOfScope;
  }
  Examples all = train;
  if (settings_.refit) all.insert(all.end(), dev.begin(), dev.end());

  Trained trained;
  trained.measured_on_dev = !dev.empty() && (!Rejects() || dev_rejects);
  std::vector<Trialled> tried;
  std::optional<LinearFit> fit;
  if (trained.measured_on_dev) {
    progress_("fitting on train, trying on dev");
    fit = Fit(train);
    Try(*fit, dev, tried);
  } else {
    tried = TryOnFolds(all);
  }
  LearnConfidence(tried);
  if (Rejects()) LearnRejection(tried);
  trained.measures = Measure(Judge(tried), labels_.size());

  progress_("fitting the model");
  if (!fit || settings_.refit) fit = Fit(all);
  for (const std::string& name : labels_) {
    v1::ModelLabel* label = header_.add_labels();
    label->set_name(name);
    const auto title = settings_.titles.find(name);
    label->set_title(title == settings_.titles.end() ? TitleOf(name)
                                                     : title->second);
  }
  if (learned_) header_.add_labels()->set_name(settings_.reject_label);
  header_.set_examples(static_cast<uint32_t>(all.size()));
  const std::vector<ModelRow> rows =
      fit->Rounded(fit_settings_.kept_weights, header_);
  auto bytes = EncodeModel(header_, rows);
  if (!bytes.ok()) return bytes.status();
  const auto model = Model::Load(*bytes);
  if (!model.ok()) return model.status();
  trained.name = (*model)->name();
  trained.header = (*model)->header();
  trained.model = *std::move(bytes);
  return trained;
}

}  // namespace

absl::StatusOr<Trained> Train(const TrainingSet& set,
                              const TrainSettings& settings,
                              const Progress& progress) {
  return Training(settings, progress).Run(set);
}

}  // namespace earshot::router
