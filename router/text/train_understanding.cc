#include "router/text/train_understanding.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstdlib>
#include <set>
#include <span>
#include <utility>

#include "router/text/classifier.h"
#include "router/text/fit.h"
#include "router/text/logistic.h"
#include "router/text/report_tokens.h"
#include "router/text/tokens.h"

namespace earshot::router {
namespace {

constexpr size_t kHeldOut = 5;  // one report in so many, for a first fit
// A topic is not given when it is less sure than all but this share of the
// right ones.
constexpr double kUntriagedShare = 0.02;

using Examples = std::vector<const Example*>;

double Env(const char* name, double otherwise) {
  const char* v = std::getenv(name);
  return v == nullptr ? otherwise : std::atof(v);
}

v1::FeatureSettings Features() {
  v1::FeatureSettings features;
  features.set_widest_pair(static_cast<uint32_t>(Env("PAIR", 1)));
  features.set_shortest_run(static_cast<uint32_t>(Env("SHORT", 3)));
  features.set_longest_run(static_cast<uint32_t>(Env("LONG", 5)));
  features.set_lexicon(Env("LEX", 1) != 0);
  features.set_concepts(Env("CON", 1) != 0);
  features.set_start_word(true);
  features.set_concept_weight(static_cast<float>(Env("CW", 1)));
  return features;
}

double CostOf(Head head) {
  switch (head) {
    case Head::kTopic:
      return Env("CTOPIC", 0.3);
    case Head::kKind:
      return Env("CKIND", 0.3);
    case Head::kSentiment:
      return Env("CSENT", 0.3);
    case Head::kLanguage:
      return 1;
    default:
      return 0.1;
  }
}

// What a fit said of a report that it had not seen.
struct Trialled {
  const Example* example = nullptr;
  Scores scores;
};

class Training {
 public:
  explicit Training(const Progress& progress) : progress_(progress) {}

  absl::StatusOr<TrainedUnderstanding> Run(const UnderstandingSet& set);

 private:
  // Each report twice, with its tags and without; only once if it has none.
  struct Read {
    std::vector<Example> with_tags;
    std::vector<Example> without_tags;
  };
  absl::Status NameLabels(const UnderstandingSet& set);
  void ReadReports(const std::vector<LabelledReport>& reports, Read& read);
  static void AddAll(const Read& read, bool held_out, bool others,
                     Examples& examples);
  static std::vector<Trialled> Try(const LinearFit& fit,
                                   const Examples& unseen);
  std::vector<Judged> Judge(std::span<const Trialled> tried, size_t head,
                            const v1::Logistic& confidence) const;
  v1::Logistic LearnConfidence(std::span<const Trialled> tried,
                               size_t head) const;
  Verdict BestOfHead(const Scores& scores, size_t head) const;
  void Calibrate(const LinearFit& first, const LinearFit& last,
                 TrainedUnderstanding& trained);

  const Progress& progress_;
  std::array<std::vector<std::string>, kHeads> labels_;  // sorted
  std::array<size_t, kHeads> first_{};                   // of each head
  Read train_;
  Read dev_;
  FitSettings settings_;
  v1::ModelHeader header_;
};

absl::Status Training::NameLabels(const UnderstandingSet& set) {
  std::array<std::set<std::string>, kHeads> names;
  for (const auto* reports : {&set.train, &set.dev}) {
    for (const LabelledReport& report : *reports) {
      for (size_t h = 0; h < kHeads; ++h) {
        if (!report.labels[h].empty()) names[h].insert(report.labels[h]);
      }
    }
  }
  size_t first = 0;
  for (size_t h = 0; h < kHeads; ++h) {
    if (names[h].size() < 2) {
      return absl::InvalidArgumentError(
          fmt::format("fewer than two labels for {}", kHeadNames[h]));
    }
    labels_[h].assign(names[h].begin(), names[h].end());
    first_[h] = first;
    first += labels_[h].size();
  }
  return absl::OkStatus();
}

void Training::ReadReports(const std::vector<LabelledReport>& reports,
                           Read& read) {
  FeatureReader reader(header_.features());
  TokenisedText tokens;
  TokenisedText scratch;
  for (const LabelledReport& report : reports) {
    Example example;
    example.trust = report.trust;
    for (size_t h = 0; h < kHeads; ++h) {
      const auto found = std::lower_bound(labels_[h].begin(), labels_[h].end(),
                                          report.labels[h]);
      example.of_heads.push_back(
          report.labels[h].empty()
              ? kNoLabel
              : static_cast<uint32_t>(found - labels_[h].begin()));
    }
    Tokenise(report.text, tokens);
    example.features = reader.Read(tokens);
    read.without_tags.push_back(example);
    for (const std::string& tag : report.tags) AppendTag(tag, scratch, tokens);
    example.features = reader.Read(tokens);
    read.with_tags.push_back(std::move(example));
  }
}

void Training::AddAll(const Read& read, bool held_out, bool others,
                      Examples& examples) {
  for (size_t i = 0; i < read.with_tags.size(); ++i) {
    if (i % kHeldOut == 0 ? !held_out : !others) continue;
    examples.push_back(&read.with_tags[i]);
    examples.push_back(&read.without_tags[i]);
  }
}

std::vector<Trialled> Training::Try(const LinearFit& fit,
                                    const Examples& unseen) {
  std::vector<Trialled> tried;
  for (const Example* example : unseen) {
    Trialled one;
    one.example = example;
    fit.Score(example->features, one.scores);
    tried.push_back(std::move(one));
  }
  return tried;
}

Verdict Training::BestOfHead(const Scores& scores, size_t head) const {
  Scores part;
  const auto begin =
      scores.of_label.begin() + static_cast<ptrdiff_t>(first_.at(head));
  part.of_label.assign(begin,
                       begin + static_cast<ptrdiff_t>(labels_.at(head).size()));
  return BestOf(part, false);
}

v1::Logistic Training::LearnConfidence(std::span<const Trialled> tried,
                                       size_t head) const {
  std::vector<Trial> trials;
  for (const Trialled& one : tried) {
    const uint32_t label = one.example->of_heads[head];
    if (label == kNoLabel) continue;
    const Verdict verdict = BestOfHead(one.scores, head);
    const double best = verdict.top[0].score;
    trials.push_back({.inputs = {best, best - verdict.top[1].score},
                      .so = verdict.top[0].label == label});
  }
  return FitLogistic(trials);
}

std::vector<Judged> Training::Judge(std::span<const Trialled> tried,
                                    size_t head,
                                    const v1::Logistic& confidence) const {
  std::vector<Judged> judged;
  for (const Trialled& one : tried) {
    const uint32_t label = one.example->of_heads[head];
    if (label == kNoLabel) continue;
    const Verdict verdict = BestOfHead(one.scores, head);
    const double best = verdict.top[0].score;
    Judged judgement;
    judgement.label = label;
    judgement.said = verdict.top[0].label;
    judgement.confidence =
        Probability(confidence, std::array{best, best - verdict.top[1].score});
    judged.push_back(judgement);
  }
  return judged;
}

// The threshold under which a topic is not given.
double ThresholdOf(const std::vector<Judged>& judged) {
  std::vector<double> right;
  for (const Judged& one : judged) {
    if (one.said == one.label) right.push_back(one.confidence);
  }
  if (right.empty()) return 0;
  std::sort(right.begin(), right.end());
  return right[static_cast<size_t>(kUntriagedShare *
                                   static_cast<double>(right.size()))];
}

void Training::Calibrate(const LinearFit& first, const LinearFit& last,
                         TrainedUnderstanding& trained) {
  const auto pointers = [](const std::vector<Example>& examples) {
    Examples out;
    for (const Example& example : examples) out.push_back(&example);
    return out;
  };
  Examples fifth;
  AddAll(train_, true, false, fifth);
  const std::vector<Trialled> on_fifth = Try(first, fifth);
  const std::vector<Trialled> with = Try(last, pointers(dev_.with_tags));
  const std::vector<Trialled> without = Try(last, pointers(dev_.without_tags));
  std::vector<Trialled> on_dev = with;
  on_dev.insert(on_dev.end(), without.begin(), without.end());
  for (size_t h = 0; h < kHeads; ++h) {
    HeadReport report;
    report.head = static_cast<Head>(h);
    report.on_dev = std::any_of(
        dev_.with_tags.begin(), dev_.with_tags.end(),
        [&](const Example& one) { return one.of_heads[h] != kNoLabel; });
    v1::ModelHead& head = *header_.add_heads();
    head.set_name(std::string(kHeadNames[h]));
    head.set_labels(static_cast<uint32_t>(labels_[h].size()));
    const std::vector<Trialled>& tried = report.on_dev ? on_dev : on_fifth;
    *head.mutable_confidence() = LearnConfidence(tried, h);
    if (report.head == Head::kTopic) {
      head.set_threshold(ThresholdOf(Judge(tried, h, head.confidence())));
    }
    const auto measure = [&](std::span<const Trialled> some) {
      return Measure(Judge(some, h, head.confidence()), labels_[h].size());
    };
    report.with_tags = measure(report.on_dev ? with : on_fifth);
    report.without_tags = measure(report.on_dev ? without : on_fifth);
    trained.heads.push_back(std::move(report));
  }
}

absl::StatusOr<TrainedUnderstanding> Training::Run(
    const UnderstandingSet& set) {
  header_.set_task(v1::MODEL_TASK_UNDERSTANDING);
  *header_.mutable_features() = Features();
  settings_.features = header_.features();
  settings_.rarity_power = Env("POW", 1);
  // A report is there with and without its tags: features of two reports.
  settings_.fewest_texts = static_cast<uint32_t>(Env("FEW", 3));
  absl::Status status = NameLabels(set);
  if (!status.ok()) return status;
  progress_("reading the reports");
  ReadReports(set.train, train_);
  ReadReports(set.dev, dev_);

  std::vector<FitHead> heads;
  for (size_t h = 0; h < kHeads; ++h) {
    heads.push_back(
        {.labels = labels_[h].size(), .cost = CostOf(static_cast<Head>(h))});
    for (const std::string& label : labels_[h]) {
      header_.add_labels()->set_name(label);
    }
  }
  Examples part;
  AddAll(train_, false, true, part);
  progress_("fitting four fifths, to set what dev has no labels for");
  const LinearFit first = LinearFit::OfHeads(part, heads, settings_);
  Examples all;
  AddAll(train_, true, true, all);
  progress_("fitting the model");
  const LinearFit last = LinearFit::OfHeads(all, heads, settings_);
  header_.set_examples(static_cast<uint32_t>(set.train.size()));

  TrainedUnderstanding trained;
  Calibrate(first, last, trained);
  const auto bytes = EncodeModel(header_, last.Rounded(1, header_));
  if (!bytes.ok()) return bytes.status();
  const auto model = Model::Load(*bytes);
  if (!model.ok()) return model.status();
  trained.name = (*model)->name();
  trained.header = (*model)->header();
  trained.model = *bytes;
  return trained;
}

}  // namespace

absl::StatusOr<TrainedUnderstanding> TrainUnderstanding(
    const UnderstandingSet& set, const Progress& progress) {
  return Training(progress).Run(set);
}

}  // namespace earshot::router
