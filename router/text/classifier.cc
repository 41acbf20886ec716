#include "router/text/classifier.h"

#include <algorithm>
#include <utility>

#include "router/text/logistic.h"

namespace earshot::router {

std::array<double, kEvidence> ScopeEvidence(const Verdict& verdict,
                                            const Scores& scores,
                                            bool learned) {
  const double best = verdict.top[0].score;
  return {best, best - verdict.top[1].score,
          learned ? scores.of_label.back() : 0, scores.known};
}

Candidates BestTwo(std::span<const double> scores) {
  Candidates best{.place = 0, .score = scores[0], .next = scores[1]};
  if (best.next > best.score) {
    best = {.place = 1, .score = scores[1], .next = scores[0]};
  }
  for (size_t i = 2; i < scores.size(); ++i) {
    if (scores[i] > best.score) {
      best = {.place = static_cast<uint32_t>(i),
              .score = scores[i],
              .next = best.score};
    } else {
      best.next = std::max(best.next, scores[i]);
    }
  }
  return best;
}

Verdict BestOf(const Scores& scores, bool learned) {
  Verdict verdict;
  const size_t labels = scores.of_label.size() - (learned ? 1 : 0);
  for (size_t label = 0; label < labels; ++label) {
    const double score = scores.of_label[label];
    if (verdict.count == kTop && score <= verdict.top.back().score) continue;
    if (verdict.count < kTop) ++verdict.count;
    size_t i = verdict.count - 1;
    for (; i > 0 && verdict.top[i - 1].score < score; --i) {
      verdict.top[i] = verdict.top[i - 1];
    }
    verdict.top[i] = {.label = static_cast<uint32_t>(label), .score = score};
  }
  return verdict;
}

void Calibrate(const v1::ModelHeader& header, const Scores& scores,
               Verdict& verdict) {
  const auto evidence =
      ScopeEvidence(verdict, scores, header.rejection().learned());
  verdict.confidence = Probability(header.confidence(), evidence);
  if (header.has_rejection()) {
    verdict.in_scope = Probability(header.rejection().in_scope(), evidence);
    verdict.rejected = verdict.in_scope < header.rejection().threshold();
  }
}

double ConfidenceOf(const v1::ModelHeader& header, const Verdict& verdict,
                    size_t place) {
  const double score = verdict.top.at(place).score;
  const double rival = verdict.top.at(place == 0 ? 1 : 0).score;
  return Probability(header.confidence(), std::array{score, score - rival});
}

Classifier::Classifier(std::shared_ptr<const Model> model)
    : model_(std::move(model)), reader_(model_->header().features()) {}

Verdict Classifier::Classify(const TokenisedText& text) {
  model_->Score(reader_.Read(text), scores_);
  Verdict verdict = BestOf(scores_, model_->header().rejection().learned());
  Calibrate(model_->header(), scores_, verdict);
  return verdict;
}

}  // namespace earshot::router
