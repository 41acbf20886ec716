#include "router/text/train_understanding.h"

#include <fmt/format.h>

#include <algorithm>
#include <set>
#include <span>
#include <utility>

#include "router/text/classifier.h"
#include "router/text/fit.h"
#include "router/text/logistic.h"
#include "router/text/report_tokens.h"
#include "router/text/tokens.h"
#include "router/text/topic_votes.h"

namespace earshot::router {
namespace {

constexpr size_t kHeldOut = 5;  // one report in so many, for a first fit
// A topic is not given when it is less sure than all but this share of the
// right ones.
constexpr double kUntriagedShare = 0.01;

v1::FeatureSettings Features() {
  v1::FeatureSettings features;
  features.set_widest_pair(1);
  features.set_shortest_run(3);
  features.set_longest_run(5);
  features.set_lexicon(true);
  features.set_concepts(true);
  features.set_start_word(true);
  features.set_concept_weight(1);
  return features;
}

double CostOf(Head head) {
  switch (head) {
    case Head::kTopic:
      return 0.15;
    case Head::kKind:
      return 0.15;
    case Head::kSentiment:
      return 0.2;
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

// A report as it is learned: what it says, and what rules make of it.
struct Report {
  Example example;
  Taxonomy::Match match;
};
using Reports = std::vector<const Report*>;

class Training {
 public:
  explicit Training(const Progress& progress) : progress_(progress) {}

  absl::StatusOr<TrainedUnderstanding> Run(const UnderstandingSet& set);

 private:
  // Each report twice, with its tags and without; only once if it has none.
  struct Read {
    std::vector<Report> with_tags;
    std::vector<Report> without_tags;
  };
  absl::Status NameLabels(const UnderstandingSet& set);
  void ReadReports(const UnderstandingSet& set,
                   const std::vector<LabelledReport>& reports, Read& read);
  static Reports Some(const Read& read, bool held_out, bool others);
  std::vector<Trialled> Try(const LinearFit& fit, const Reports& unseen);
  LinearFit Fit(const Reports& reports, std::span<const FitHead> heads) const;
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
  const Taxonomy* taxonomy_ = nullptr;
  TopicVotes votes_;
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

void Training::ReadReports(const UnderstandingSet& set,
                           const std::vector<LabelledReport>& reports,
                           Read& read) {
  FeatureReader reader(header_.features());
  TokenisedText tokens;
  TokenisedText scratch;
  for (const LabelledReport& report : reports) {
    Report one;
    one.example.trust = report.trust;
    for (size_t h = 0; h < kHeads; ++h) {
      const auto found = std::lower_bound(labels_[h].begin(), labels_[h].end(),
                                          report.labels[h]);
      one.example.of_heads.push_back(
          report.labels[h].empty()
              ? kNoLabel
              : static_cast<uint32_t>(found - labels_[h].begin()));
    }
    Tokenise(report.text, tokens);
    const auto rules = [&](const std::vector<std::string_view>& tags) {
      if (set.taxonomy != nullptr) {
        set.taxonomy->Classify(tokens, tags, one.match);
      }
    };
    rules({});
    one.example.features = reader.Read(tokens);
    read.without_tags.push_back(one);
    rules({report.tags.begin(), report.tags.end()});
    for (const std::string& tag : report.tags) AppendTag(tag, scratch, tokens);
    one.example.features = reader.Read(tokens);
    read.with_tags.push_back(std::move(one));
  }
}

Reports Training::Some(const Read& read, bool held_out, bool others) {
  Reports reports;
  for (size_t i = 0; i < read.with_tags.size(); ++i) {
    if (i % kHeldOut == 0 ? !held_out : !others) continue;
    reports.push_back(&read.with_tags[i]);
    reports.push_back(&read.without_tags[i]);
  }
  return reports;
}

LinearFit Training::Fit(const Reports& reports,
                        std::span<const FitHead> heads) const {
  std::vector<const Example*> examples;
  for (const Report* report : reports) examples.push_back(&report->example);
  return LinearFit::OfHeads(examples, heads, settings_);
}

// Scores of topics have the votes of the rules in them.
std::vector<Trialled> Training::Try(const LinearFit& fit,
                                    const Reports& unseen) {
  constexpr auto kTopics = static_cast<size_t>(Head::kTopic);
  std::vector<Trialled> tried;
  if (taxonomy_ != nullptr) votes_.Use(*taxonomy_, labels_[kTopics]);
  for (const Report* report : unseen) {
    Trialled one;
    one.example = &report->example;
    fit.Score(report->example.features, one.scores);
    if (taxonomy_ != nullptr) {
      const std::span<double> topics =
          std::span(one.scores.of_label)
              .subspan(first_[kTopics], labels_[kTopics].size());
      const auto voted = votes_.Add(topics, report->match);
      std::copy_n(voted.begin(), topics.size(), topics.begin());
    }
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
  const auto pointers = [](const std::vector<Report>& reports) {
    Reports out;
    for (const Report& report : reports) out.push_back(&report);
    return out;
  };
  const std::vector<Trialled> on_fifth = Try(first, Some(train_, true, false));
  const std::vector<Trialled> with = Try(last, pointers(dev_.with_tags));
  const std::vector<Trialled> without = Try(last, pointers(dev_.without_tags));
  std::vector<Trialled> on_dev = with;
  on_dev.insert(on_dev.end(), without.begin(), without.end());
  std::vector<Trialled> on_both = on_dev;
  on_both.insert(on_both.end(), on_fifth.begin(), on_fifth.end());
  for (size_t h = 0; h < kHeads; ++h) {
    HeadReport report;
    report.head = static_cast<Head>(h);
    const bool dev_knows =
        std::any_of(on_dev.begin(), on_dev.end(), [&](const Trialled& one) {
          return one.example->of_heads[h] != kNoLabel;
        });
    v1::ModelHead& head = *header_.add_heads();
    head.set_name(std::string(kHeadNames[h]));
    head.set_labels(static_cast<uint32_t>(labels_[h].size()));
    const std::vector<Trialled>& tried = report.head == Head::kTopic ? on_both
                                         : dev_knows                 ? on_dev
                                                                     : on_fifth;
    *head.mutable_confidence() = LearnConfidence(tried, h);
    if (report.head == Head::kTopic) {
      head.set_threshold(ThresholdOf(Judge(tried, h, head.confidence())));
    }
    const auto measure = [&](std::span<const Trialled> some) {
      return Measure(Judge(some, h, head.confidence()), labels_[h].size());
    };
    report.held_out = measure(on_fifth);
    report.with_tags = measure(with);
    report.without_tags = measure(without);
    trained.heads.push_back(std::move(report));
  }
}

absl::StatusOr<TrainedUnderstanding> Training::Run(
    const UnderstandingSet& set) {
  header_.set_task(v1::MODEL_TASK_UNDERSTANDING);
  *header_.mutable_features() = Features();
  settings_.features = header_.features();
  settings_.rarity_power = 1;
  // A report is there with and without its tags: features of two reports.
  settings_.fewest_texts = 3;
  absl::Status status = NameLabels(set);
  if (!status.ok()) return status;
  progress_("reading the reports");
  taxonomy_ = set.taxonomy;
  ReadReports(set, set.train, train_);
  ReadReports(set, set.dev, dev_);

  std::vector<FitHead> heads;
  for (size_t h = 0; h < kHeads; ++h) {
    heads.push_back(
        {.labels = labels_[h].size(), .cost = CostOf(static_cast<Head>(h))});
    for (const std::string& label : labels_[h]) {
      header_.add_labels()->set_name(label);
    }
  }
  progress_("fitting four fifths, to set what dev has no labels for");
  const LinearFit first = Fit(Some(train_, false, true), heads);
  progress_("fitting the model");
  const LinearFit last = Fit(Some(train_, true, true), heads);
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
