#include "router/text/measure.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <map>
#include <tuple>
#include <utility>

namespace earshot::router {
namespace {

constexpr size_t kBins = 10;
constexpr std::array<double, 5> kCoverages{1.0, 0.95, 0.9, 0.8, 0.7};

double Share(size_t part, size_t whole) {
  return whole == 0 ? 0
                    : static_cast<double>(part) / static_cast<double>(whole);
}

void CountLabels(std::span<const Judged> judged, size_t labels,
                 Measures& measures) {
  std::vector<size_t> gold(labels);
  std::vector<size_t> said(labels);
  std::vector<size_t> right(labels);
  std::map<std::pair<uint32_t, uint32_t>, size_t> wrong;
  size_t all_right = 0;
  for (const Judged& one : judged) {
    ++gold[one.label];
    ++said[one.said];
    if (one.label == one.said) {
      ++right[one.label];
      ++all_right;
    } else {
      ++wrong[{one.label, one.said}];
    }
  }
  measures.texts = judged.size();
  measures.accuracy = Share(all_right, judged.size());
  for (size_t label = 0; label < labels; ++label) {
    if (gold[label] == 0) continue;
    measures.labels.push_back(
        {.label = static_cast<uint32_t>(label),
         .texts = gold[label],
         .precision = Share(right[label], said[label]),
         .recall = Share(right[label], gold[label]),
         .f1 = Share(2 * right[label], gold[label] + said[label])});
    measures.macro_f1 += measures.labels.back().f1;
  }
  if (!measures.labels.empty()) {
    measures.macro_f1 /= static_cast<double>(measures.labels.size());
  }
  for (const auto& [pair, texts] : wrong) {
    measures.confusions.push_back(
        {.label = pair.first, .said = pair.second, .texts = texts});
  }
  std::stable_sort(
      measures.confusions.begin(), measures.confusions.end(),
      [](const Confusion& a, const Confusion& b) { return a.texts > b.texts; });
  if (measures.confusions.size() > Measures::kMostConfusions) {
    measures.confusions.resize(Measures::kMostConfusions);
  }
}

void MeasureConfidence(std::vector<Judged> judged, Measures& measures) {
  std::array<double, kBins> confidence{};
  std::array<double, kBins> right{};
  for (const Judged& one : judged) {
    const size_t bin = std::min(
        kBins - 1, static_cast<size_t>(std::max(0.0, one.confidence) * kBins));
    confidence.at(bin) += one.confidence;
    right.at(bin) += one.label == one.said ? 1 : 0;
  }
  for (size_t i = 0; i < kBins; ++i) {
    measures.calibration_error += std::abs(confidence.at(i) - right.at(i));
  }
  if (judged.empty()) return;
  measures.calibration_error /= static_cast<double>(judged.size());

  std::stable_sort(judged.begin(), judged.end(),
                   [](const Judged& a, const Judged& b) {
                     return a.confidence > b.confidence;
                   });
  size_t taken = 0;
  size_t taken_right = 0;
  std::vector<Coverage> coverage;
  for (auto it = kCoverages.rbegin(); it != kCoverages.rend(); ++it) {
    const auto until = static_cast<size_t>(
        std::lround(*it * static_cast<double>(judged.size())));
    for (; taken < until; ++taken) {
      taken_right += judged[taken].label == judged[taken].said ? 1U : 0U;
    }
    if (taken == 0) continue;
    coverage.push_back({.threshold = judged[taken - 1].confidence,
                        .coverage = Share(taken, judged.size()),
                        .accuracy = Share(taken_right, taken)});
  }
  measures.coverage.assign(coverage.rbegin(), coverage.rend());
}

// Probability that a text in scope gets the higher number of the two.
double Area(std::span<const Judged> judged) {
  std::vector<std::pair<double, bool>> sorted;
  for (const Judged& one : judged) {
    sorted.emplace_back(one.in_scope, one.out_of_scope);
  }
  std::sort(sorted.begin(), sorted.end());
  double pairs = 0;
  double outside = 0;
  double outside_below = 0;
  double inside = 0;
  for (size_t i = 0; i < sorted.size();) {
    size_t end = i;
    double here_outside = 0;
    for (; end < sorted.size() && sorted[end].first == sorted[i].first; ++end) {
      here_outside += sorted[end].second ? 1 : 0;
    }
    const double here_inside = static_cast<double>(end - i) - here_outside;
    pairs += here_inside * (outside_below + here_outside / 2);
    outside_below += here_outside;
    outside += here_outside;
    inside += here_inside;
    i = end;
  }
  return outside * inside == 0 ? 0 : pairs / (outside * inside);
}

}  // namespace

Measures Measure(std::span<const Judged> judged, size_t labels) {
  Measures measures;
  std::vector<Judged> inside;
  size_t outside_rejected = 0;
  size_t inside_right = 0;
  for (const Judged& one : judged) {
    if (one.out_of_scope) {
      ++measures.rejection.texts;
      outside_rejected += one.rejected ? 1U : 0U;
      continue;
    }
    inside.push_back(one);
    if (!one.rejected && one.label == one.said) ++inside_right;
  }
  CountLabels(inside, labels, measures);
  measures.rejection.recall = Share(outside_rejected, measures.rejection.texts);
  measures.rejection.in_scope_accuracy = Share(inside_right, inside.size());
  measures.rejection.area = Area(judged);
  MeasureConfidence(std::move(inside), measures);
  return measures;
}

}  // namespace earshot::router
