#include "router/text/understanding.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <cmath>
#include <limits>
#include <utility>

#include "router/text/logistic.h"
#include "router/text/report_tokens.h"
#include "router/text/shipped_model.h"

namespace earshot::router {
namespace {

// How much surer a higher score of one label against the others is; makes
// shares of the labels, of which the mean is taken.
constexpr double kSharpness = 4;
constexpr double kCertain = 0.99;
constexpr double kMilli = 1000;
constexpr std::string_view kPraise = "praise";
constexpr std::string_view kNegative = "negative";
constexpr std::string_view kNoise = "noise";  // a topic, and its kind
constexpr size_t kFewestLetters = 2;          // or there is no language to tell

absl::Status AnswersEveryHead(const Model& model) {
  const v1::ModelHeader& header = model.header();
  bool same = header.heads_size() == static_cast<int>(kHeads);
  for (int i = 0; same && i < header.heads_size(); ++i) {
    same = header.heads(i).name() == kHeadNames.at(static_cast<size_t>(i));
  }
  if (same) return absl::OkStatus();
  return absl::InvalidArgumentError(
      "the model does not answer topic, kind, sentiment, valence, urgency and "
      "language; make it with `earshot-router train --task understanding`");
}

bool HasLetters(const TokenisedText& text) {
  size_t letters = 0;
  for (const char c : text.text) {
    letters += (c >= 'a' && c <= 'z') || (c & 0x80) != 0 ? 1U : 0U;
    if (letters >= kFewestLetters) return true;
  }
  return false;
}

}  // namespace

absl::StatusOr<std::shared_ptr<const Model>> ShippedModel() {
  static const absl::StatusOr<std::shared_ptr<const Model>> model =
      []() -> absl::StatusOr<std::shared_ptr<const Model>> {
    auto read = Model::Over(ShippedModelBytes());
    if (!read.ok()) return read.status();
    const absl::Status status = AnswersEveryHead(**read);
    if (!status.ok()) return status;
    return std::shared_ptr<const Model>(*std::move(read));
  }();
  return model;
}

absl::StatusOr<std::shared_ptr<const Model>> OpenUnderstandingModel(
    const std::string& path) {
  auto model = Model::Open(path);
  if (!model.ok()) return model.status();
  const absl::Status status = AnswersEveryHead(**model);
  if (!status.ok()) {
    return absl::InvalidArgumentError(
        fmt::format("{}: {}", path, std::string(status.message())));
  }
  return std::shared_ptr<const Model>(*std::move(model));
}

Understanding::Understanding(std::shared_ptr<const Model> model)
    : model_(std::move(model)), reader_(model_->header().features()) {
  for (const v1::ModelLabel& label : model_->header().labels()) {
    labels_.push_back(label.name());
    double number = 0;
    std::from_chars(label.name().data(),
                    label.name().data() + label.name().size(), number);
    numbers_.push_back(number);
  }
  size_t first = 0;
  for (size_t h = 0; h < kHeads; ++h) {
    const size_t count = model_->header().heads(static_cast<int>(h)).labels();
    parts_[h] = {.first = first, .count = count};
    first += count;
  }
}

std::span<const double> Understanding::ScoresOf(Head head) const {
  const Part& part = parts_.at(static_cast<size_t>(head));
  return std::span(scores_.of_label).subspan(part.first, part.count);
}

std::string_view Understanding::Best(Head head) {
  const std::span<const double> scores = ScoresOf(head);
  const Candidates best = BestTwo(scores);
  const auto h = static_cast<size_t>(head);
  understood_.confidence.at(h) =
      Probability(model_->header().heads(static_cast<int>(h)).confidence(),
                  std::array{best.score, best.score - best.next});
  return labels_[parts_.at(h).first + best.place];
}

double Understanding::Mean(Head head) const {
  const std::span<const double> scores = ScoresOf(head);
  const size_t first = parts_.at(static_cast<size_t>(head)).first;
  double shares = 0;
  double sum = 0;
  for (size_t i = 0; i < scores.size(); ++i) {
    const double share = std::exp(kSharpness * scores[i]);
    shares += share;
    sum += share * numbers_[first + i];
  }
  return sum / shares;
}

void Understanding::DecideTopic(const Taxonomy& taxonomy) {
  constexpr auto kPlace = static_cast<size_t>(Head::kTopic);
  double& confidence = understood_.confidence.at(kPlace);
  if (match_.certain) {
    understood_.topic = match_.topic;
    understood_.rule = match_.rule;
    confidence = kCertain;
    return;
  }
  votes_.Use(taxonomy, std::span(labels_).first(parts_.at(kPlace).count));
  const TopicDetails* ruled =
      match_.topic == kUntriaged ? nullptr : taxonomy.Find(match_.topic);
  const auto leave_to_rules = [&] {
    understood_.topic = match_.topic;
    understood_.rule = match_.rule;
    confidence = match_.confidence_milli / kMilli;
  };
  // The model knows nothing of it.
  if (ruled != nullptr && !votes_.Knows(ruled->root)) return leave_to_rules();
  const Candidates best = BestTwo(votes_.Add(ScoresOf(Head::kTopic), match_));
  const v1::ModelHead& head = model_->header().heads(kPlace);
  const uint32_t topic = votes_.TopicOf(best.place);
  confidence = Probability(head.confidence(),
                           std::array{best.score, best.score - best.next});
  if (topic == TopicVotes::kNoTopic) {
    // The model would say what this taxonomy does not have.
    if (ruled != nullptr) leave_to_rules();
    return;
  }
  if (confidence < head.threshold()) return;
  understood_.topic = taxonomy.topics()[topic].path;
  if (ruled == nullptr || ruled->root != topic) return;
  understood_.topic = match_.topic;
  understood_.rule = match_.rule;
}

// Nobody praises in anger: the surer of kind and sentiment holds, and if that
// is the sentiment, it is the next likely kind.
void Understanding::DecideKind() {
  understood_.kind = Best(Head::kKind);
  if (understood_.kind != kPraise || understood_.sentiment != kNegative ||
      understood_.ConfidenceOf(Head::kKind) >
          understood_.ConfidenceOf(Head::kSentiment)) {
    return;
  }
  const Part& part = parts_.at(static_cast<size_t>(Head::kKind));
  for (size_t i = 0; i < part.count; ++i) {
    if (labels_[part.first + i] == kPraise) {
      scores_.of_label[part.first + i] =
          -std::numeric_limits<double>::infinity();
    }
  }
  understood_.kind = Best(Head::kKind);
}

// Never against the sentiment.
void Understanding::DecideValence() {
  int valence = static_cast<int>(std::lround(Mean(Head::kValence)));
  if (understood_.sentiment == kNegative) valence = std::min(valence, -1);
  if (understood_.sentiment == "positive") valence = std::max(valence, 1);
  if (understood_.sentiment == "neutral") valence = std::clamp(valence, -1, 1);
  understood_.valence = std::clamp(valence, -4, 4);
}

const Understood& Understanding::Read(
    const Taxonomy& taxonomy, std::string_view text,
    const std::vector<std::string_view>& tags) {
  Tokenise(text, tokens_);
  return ReadTokens(taxonomy, tags);
}

const Understood& Understanding::Read(
    const Taxonomy& taxonomy, const TokenisedText& text,
    const std::vector<std::string_view>& tags) {
  tokens_ = text;
  return ReadTokens(taxonomy, tags);
}

const Understood& Understanding::ReadTokens(
    const Taxonomy& taxonomy, const std::vector<std::string_view>& tags) {
  understood_ = Understood{};
  taxonomy.Classify(tokens_, tags, match_);
  const bool letters = HasLetters(tokens_);
  for (const std::string_view tag : tags) AppendTag(tag, tag_, tokens_);
  model_->Score(reader_.Read(tokens_), scores_);
  DecideTopic(taxonomy);
  understood_.sentiment = Best(Head::kSentiment);
  DecideKind();
  if (understood_.topic.substr(0, understood_.topic.find('/')) == kNoise) {
    understood_.kind = kNoise;
    understood_.confidence.at(static_cast<size_t>(Head::kKind)) =
        understood_.ConfidenceOf(Head::kTopic);
  }
  Best(Head::kValence);  // for its confidence
  DecideValence();
  Best(Head::kUrgency);
  understood_.urgency =
      std::clamp(static_cast<int>(std::lround(Mean(Head::kUrgency))), 1, 5);
  understood_.language = Best(Head::kLanguage);
  if (!letters) {
    understood_.language = kNoLanguage;
    understood_.confidence.at(static_cast<size_t>(Head::kLanguage)) = 1;
  }
  return understood_;
}

std::string_view Understanding::LikeliestTopic() const {
  return labels_[BestTwo(ScoresOf(Head::kTopic)).place];
}

double Understanding::ScoreOf(Head head, std::string_view label,
                              const TokenisedText& text) {
  model_->Score(reader_.Read(text), scores_);
  const Part& part = parts_.at(static_cast<size_t>(head));
  for (size_t i = part.first; i < part.first + part.count; ++i) {
    if (labels_[i] == label) return scores_.of_label[i];
  }
  return 0;
}

}  // namespace earshot::router
