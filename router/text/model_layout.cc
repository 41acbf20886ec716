#include "router/text/model_layout.h"

#include <fmt/format.h>

#include <bit>
#include <cmath>
#include <cstring>

#include "base/os/bytes.h"
#include "base/os/sha256.h"
#include "router/text/model.h"

namespace earshot::router {
namespace {

constexpr size_t kNarrowLabels = 256;
constexpr size_t kMostNameBytes = 1024;
constexpr uint32_t kFewestPlaces = 16;
constexpr uint32_t kMostPlaces = 1U << 22U;
constexpr uint32_t kMostWeights = 1U << 28U;
// What ScopeEvidence and the confidence look at.
constexpr int kMostWeighted = 16;

absl::Status Wrong(std::string_view what) {
  return absl::InvalidArgumentError(
      fmt::format("not a usable model file: {}; train it again", what));
}

bool Usable(const v1::Logistic& logistic) {
  if (logistic.weights_size() > kMostWeighted) return false;
  for (const double weight : logistic.weights()) {
    if (!std::isfinite(weight)) return false;
  }
  return std::isfinite(logistic.bias());
}

template <typename T>
void Append(std::string& out, const T& value) {
  char bytes[sizeof(T)];
  std::memcpy(bytes, &value, sizeof(T));
  out.append(bytes, sizeof(T));
}

std::string Places(std::span<const ModelRow> rows, size_t places) {
  std::vector<uint64_t> table(places);
  uint32_t next = 0;
  for (const ModelRow& row : rows) {
    size_t i = row.hash & (places - 1);
    while (table[i] != 0) i = (i + 1) & (places - 1);
    const uint32_t number = row.weights.empty() ? kNoRow : next++;
    const uint64_t packed = (number << kRarityBits) | row.rarity;
    table[i] = (packed << 32U) | row.hash;
  }
  std::string out;
  for (const uint64_t place : table) Append(out, place);
  return out;
}

absl::Status CheckRow(const ModelRow& row, size_t labels) {
  if (row.rarity == 0 || row.rarity > kMostRarity) {
    return Wrong(fmt::format("a rarity of {}", row.rarity));
  }
  for (const auto& [label, weight] : row.weights) {
    if (label >= labels || weight == 0) return Wrong("a weight for nothing");
  }
  return absl::OkStatus();
}

// A row that has many weights gets one for each label: it is added faster.
constexpr size_t kFullFrom = 3;  // one label in so many

std::vector<std::pair<uint16_t, int8_t>> Filled(const ModelRow& row,
                                                size_t labels) {
  if (row.weights.size() * kFullFrom < labels) return row.weights;
  std::vector<std::pair<uint16_t, int8_t>> full(labels);
  for (size_t i = 0; i < labels; ++i) full[i].first = static_cast<uint16_t>(i);
  for (const auto& [label, weight] : row.weights) full[label].second = weight;
  return full;
}

absl::Status CheckHeads(const v1::ModelHeader& header) {
  uint64_t labels = 0;
  for (const v1::ModelHead& head : header.heads()) {
    labels += head.labels();
    if (head.name().empty() || head.name().size() > kMostNameBytes ||
        head.labels() < 2 || !Usable(head.confidence()) ||
        !std::isfinite(head.threshold())) {
      return Wrong("one of its heads has no name, labels or numbers");
    }
  }
  if (header.heads_size() > 0 &&
      labels != static_cast<uint64_t>(header.labels_size())) {
    return Wrong("its heads have other labels than it has");
  }
  if ((header.task() == v1::MODEL_TASK_UNDERSTANDING) !=
      (header.heads_size() > 0)) {
    return Wrong("its heads do not fit its task");
  }
  return absl::OkStatus();
}

}  // namespace

Layout LayoutOf(const v1::ModelHeader& header, size_t head_bytes) {
  Layout layout;
  const auto labels = static_cast<size_t>(header.labels_size());
  layout.label_bytes = labels <= kNarrowLabels ? 1 : 2;
  layout.places =
      (kHeadAt + head_bytes + kPlaceBytes - 1) / kPlaceBytes * kPlaceBytes;
  layout.ends = layout.places + size_t{header.places()} * kPlaceBytes;
  layout.labels = layout.ends + size_t{header.rows()} * sizeof(uint32_t);
  layout.weights =
      layout.labels + size_t{header.weights()} * layout.label_bytes;
  layout.end = layout.weights + header.weights();
  return layout;
}

absl::Status CheckHead(const v1::ModelHeader& header) {
  const auto labels = static_cast<size_t>(header.labels_size());
  if (labels < 2 || labels > kMostLabels) {
    return Wrong(fmt::format("{} labels", labels));
  }
  if (header.task() != v1::MODEL_TASK_TOPIC &&
      header.task() != v1::MODEL_TASK_SENTIMENT &&
      header.task() != v1::MODEL_TASK_UNDERSTANDING) {
    return Wrong(fmt::format("task {}", static_cast<int>(header.task())));
  }
  for (const v1::ModelLabel& label : header.labels()) {
    if (label.name().empty() || label.name().size() > kMostNameBytes ||
        label.title().size() > kMostNameBytes ||
        !std::isfinite(label.scale()) || !std::isfinite(label.bias())) {
      return Wrong("a label without a name, or with a number that is none");
    }
  }
  const v1::FeatureSettings& features = header.features();
  if (features.widest_pair() > kWidestPair ||
      features.longest_run() > kLongestRun ||
      features.longest_phrase() > kLongestRun ||
      !std::isfinite(features.phrase_weight()) ||
      !std::isfinite(features.concept_weight())) {
    return Wrong("it asks for features that this program does not have");
  }
  if (!std::has_single_bit(header.places()) ||
      header.places() < kFewestPlaces || header.places() > kMostPlaces ||
      header.rows() > kMostRows || header.rows() > header.places() ||
      header.weights() > kMostWeights) {
    return Wrong("its table has an impossible size");
  }
  if (!Usable(header.confidence()) || !Usable(header.rejection().in_scope()) ||
      !std::isfinite(header.rejection().threshold())) {
    return Wrong("its calibration is no number");
  }
  return CheckHeads(header);
}

absl::StatusOr<std::string> EncodeModel(v1::ModelHeader header,
                                        std::span<const ModelRow> rows) {
  if (rows.size() > kMostRows) {
    return Wrong(
        fmt::format("{} features, at most {}", rows.size(), kMostRows));
  }
  const auto labels = static_cast<size_t>(header.labels_size());
  std::string ends;
  std::string of_labels;
  std::string weights;
  uint32_t weighty = 0;
  for (const ModelRow& row : rows) {
    const absl::Status status = CheckRow(row, labels);
    if (!status.ok()) return status;
    if (row.weights.empty()) continue;
    ++weighty;
    for (const auto& [label, weight] : Filled(row, labels)) {
      if (labels <= kNarrowLabels) {
        Append(of_labels, static_cast<uint8_t>(label));
      } else {
        Append(of_labels, label);
      }
      Append(weights, weight);
    }
    Append(ends, static_cast<uint32_t>(weights.size()));
  }
  // Half full at most, so that a search is short and ends.
  header.set_places(std::bit_ceil(std::max<uint32_t>(
      kFewestPlaces, static_cast<uint32_t>(2 * rows.size()))));
  header.set_rows(weighty);
  header.set_weights(static_cast<uint32_t>(weights.size()));
  const absl::Status status = CheckHead(header);
  if (!status.ok()) return status;
  const std::string head = header.SerializeAsString();
  std::string out(kMagic);
  Append(out, kModelVersion);
  Append(out, static_cast<uint32_t>(head.size()));
  out += head;
  out.resize(LayoutOf(header, head.size()).places);
  out += Places(rows, header.places()) + ends + of_labels + weights;
  return out + os::Sha256(out);
}

}  // namespace earshot::router
