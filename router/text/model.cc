#include "router/text/model.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <bit>
#include <cerrno>
#include <cmath>
#include <cstring>
#include <utility>

#include "base/os/bytes.h"
#include "base/os/sha256.h"
#include "base/os/status_text.h"
#include "router/text/model_layout.h"

namespace earshot::router {
namespace {

static_assert(std::endian::native == std::endian::little,
              "model files are little endian and mapped as they are");

// After so many features the 32-bit sums are emptied into 64-bit ones: the
// largest value times the largest weight times this is below 2^31.
constexpr size_t kFeaturesBetweenEmptying = 256;

// 1 + ln(n) of the small counts: nearly all.
constexpr std::array<double, 16> kFactors{
    0,      1.0000, 1.6931, 2.0986, 2.3863, 2.6094, 2.7918, 2.9459,
    3.0794, 3.1972, 3.3026, 3.3979, 3.4849, 3.5649, 3.6391, 3.7081};

absl::Status Wrong(std::string_view what) {
  return absl::InvalidArgumentError(
      fmt::format("not a usable model file: {}; train it again", what));
}

template <typename T>
std::span<const T> Part(std::string_view bytes, size_t offset, size_t count) {
  // The layout keeps every part aligned to its type.
  return {reinterpret_cast<const T*>(bytes.data() + offset), count};
}

}  // namespace

// A file's pages, read only.
class Model::Mapping {
 public:
  Mapping(void* data, size_t size) : data_(data), size_(size) {}
  ~Mapping() { ::munmap(data_, size_); }
  Mapping(const Mapping&) = delete;
  Mapping& operator=(const Mapping&) = delete;

  std::string_view bytes() const {
    return {static_cast<const char*>(data_), size_};
  }

 private:
  void* data_;
  size_t size_;
};

Model::Model() = default;
Model::~Model() = default;

absl::StatusOr<std::unique_ptr<Model>> Model::Open(const std::string& path) {
  const auto failed = [&](std::string_view what) {
    const std::string reason = std::strerror(errno);
    return absl::NotFoundError(
        fmt::format("cannot {} model {}: {}", what, path, reason));
  };
  const int file = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
  if (file < 0) return failed("open");
  struct stat about {};
  void* data = MAP_FAILED;
  size_t size = 0;
  if (::fstat(file, &about) == 0) {
    size = static_cast<size_t>(std::max<off_t>(about.st_size, 0));
    if (size < kShortestModel || size > kLargestModelBytes) {
      ::close(file);
      return absl::InvalidArgumentError(
          fmt::format("{} is no model file: it has {} bytes", path, size));
    }
    data = ::mmap(nullptr, size, PROT_READ, MAP_PRIVATE, file, 0);
  }
  ::close(file);
  if (data == MAP_FAILED) return failed("map");
  std::unique_ptr<Model> model(new Model);
  model->mapping_ = std::make_unique<Mapping>(data, size);
  const absl::Status status = model->Read(model->mapping_->bytes());
  if (!status.ok()) {
    return absl::InvalidArgumentError(
        fmt::format("{}: {}", path, os::StatusText(status)));
  }
  return model;
}

absl::StatusOr<std::unique_ptr<Model>> Model::Load(std::string bytes) {
  std::unique_ptr<Model> model(new Model);
  model->bytes_ = std::move(bytes);
  const absl::Status status = model->Read(model->bytes_);
  if (!status.ok()) return status;
  return model;
}

absl::StatusOr<std::unique_ptr<Model>> Model::Over(std::string_view bytes) {
  std::unique_ptr<Model> model(new Model);
  const absl::Status status = model->Read(bytes);
  if (!status.ok()) return status;
  return model;
}

absl::Status Model::Read(std::string_view bytes) {
  if (bytes.size() < kShortestModel || bytes.size() > kLargestModelBytes) {
    return Wrong(fmt::format("it has {} bytes", bytes.size()));
  }
  if (bytes.substr(0, kMagic.size()) != kMagic) {
    return Wrong("it does not begin as one");
  }
  uint32_t version = 0;
  uint32_t head_bytes = 0;
  std::memcpy(&version, bytes.data() + kVersionAt, sizeof(version));
  std::memcpy(&head_bytes, bytes.data() + kHeadSizeAt, sizeof(head_bytes));
  if (version != kModelVersion) {
    return Wrong(fmt::format("it is of version {}, this program reads {}",
                             version, kModelVersion));
  }
  const std::string_view content = bytes.substr(0, bytes.size() - kDigestBytes);
  const std::string digest = os::Sha256(content);
  if (digest != bytes.substr(content.size())) {
    return Wrong("its checksum does not match");
  }
  if (head_bytes > content.size() - kHeadAt ||
      !header_.ParseFromArray(bytes.data() + kHeadAt,
                              static_cast<int>(head_bytes))) {
    return Wrong("its head is damaged");
  }
  absl::Status status = CheckHead(header_);
  if (!status.ok()) return status;
  const Layout layout = LayoutOf(header_, head_bytes);
  if (layout.end != content.size()) {
    return Wrong(fmt::format("it has {} bytes, its head says {}", bytes.size(),
                             layout.end + kDigestBytes));
  }
  name_ = os::ToHex(digest);
  places_ = Part<Place>(bytes, layout.places, header_.places());
  ends_ = Part<uint32_t>(bytes, layout.ends, header_.rows());
  weights_ = Part<int8_t>(bytes, layout.weights, header_.weights());
  if (layout.label_bytes == 1) {
    narrow_labels_ = Part<uint8_t>(bytes, layout.labels, 0).data();
  } else {
    wide_labels_ = Part<uint16_t>(bytes, layout.labels, 0).data();
  }
  for (const v1::ModelLabel& label : header_.labels()) {
    scales_.push_back(label.scale());
    biases_.push_back(label.bias());
  }
  return CheckNumbers();
}

// A file with a right checksum may still be made by somebody else.
absl::Status Model::CheckNumbers() const {
  const auto labels = static_cast<size_t>(header_.labels_size());
  bool free_place = false;
  for (const Place& place : places_) {
    const uint32_t row = place.row_and_rarity >> kRarityBits;
    if (place.row_and_rarity == 0) {
      free_place = true;
    } else if (row >= header_.rows() && row != kNoRow) {
      return Wrong("a feature points outside of it");
    }
  }
  if (!free_place) return Wrong("its feature table is full");
  uint32_t before = 0;
  for (const uint32_t end : ends_) {
    if (end < before || end > header_.weights()) {
      return Wrong("a row ends outside of it");
    }
    before = end;
  }
  for (size_t i = 0; i < header_.weights(); ++i) {
    const size_t label =
        narrow_labels_ != nullptr ? narrow_labels_[i] : wide_labels_[i];
    if (label >= labels) return Wrong("a weight is for no label");
  }
  return absl::OkStatus();
}

uint32_t Model::Find(uint32_t hash) const {
  const size_t mask = places_.size() - 1;
  for (size_t i = hash & mask;; i = (i + 1) & mask) {
    const Place& place = places_[i];
    if (place.row_and_rarity == 0 || place.hash == hash) {
      return place.row_and_rarity;
    }
  }
}

template <typename Label>
void Model::Add(const Label* labels, const Scores::Row& row, int32_t value,
                int32_t* sums) const {
  // Copies, because the compiler must think that `sums` overlaps the others.
  const uint32_t end = row.end;
  const int8_t* const weights = weights_.data();
  for (uint32_t i = row.begin; i < end; ++i) {
    sums[labels[i]] += value * weights[i];
  }
}

// Most of the time goes into waiting for memory, so each step is done for all
// features, and asks for what the next step reads.
size_t Model::Locate(const std::vector<Feature>& features,
                     std::vector<Scores::Row>& rows) const {
  const size_t mask = places_.size() - 1;
  for (const Feature& feature : features) {
    __builtin_prefetch(&places_[feature.hash & mask]);
  }
  rows.resize(features.size());
  size_t known = 0;
  for (size_t i = 0; i < features.size(); ++i) {
    const uint32_t found = Find(features[i].hash);
    const uint32_t row = found >> kRarityBits;
    rows[i] = {.rarity = found & kMostRarity};
    if (found != 0) ++known;
    if (found == 0 || row == kNoRow) continue;
    rows[i].begin = row;
    rows[i].end = row + 1;
    __builtin_prefetch(&ends_[row]);
  }
  for (Scores::Row& row : rows) {
    if (row.begin == row.end) continue;
    row.end = ends_[row.begin];
    row.begin = row.begin == 0 ? 0 : ends_[row.begin - 1];
    __builtin_prefetch(weights_.data() + row.begin);
    __builtin_prefetch(weights_.data() + row.end - 1);  // the next line
    if (narrow_labels_ != nullptr) {
      __builtin_prefetch(narrow_labels_ + row.begin);
    } else {
      __builtin_prefetch(wide_labels_ + row.begin);
    }
  }
  return known;
}

void Model::Score(const std::vector<Feature>& features, Scores& scores) const {
  scores.of_label.assign(biases_.begin(), biases_.end());
  const size_t known = Locate(features, scores.rows);
  size_t begin = 0;
  while (begin < features.size()) {
    const Block block = features[begin].block;
    size_t end = begin + 1;
    while (end < features.size() && features[end].block == block) ++end;
    ScoreBlock(std::span(features).subspan(begin, end - begin),
               &scores.rows[begin], scores);
    begin = end;
  }
  scores.known = features.empty() ? 0
                                  : static_cast<double>(known) /
                                        static_cast<double>(features.size());
}

void Model::ScoreBlock(std::span<const Feature> features,
                       const Scores::Row* rows, Scores& scores) const {
  const size_t labels = scales_.size();
  scores.part.assign(labels, 0);
  scores.sums.assign(labels, 0);
  scores.full.clear();
  const auto empty = [&] {
    add_rows_(scores.full.data(), scores.full.size(), scores.part.data(),
              labels);
    scores.full.clear();
    for (size_t i = 0; i < labels; ++i) scores.sums[i] += scores.part[i];
    std::fill(scores.part.begin(), scores.part.end(), 0);
  };
  size_t added = 0;
  int64_t squares = 0;
  for (size_t i = 0; i < features.size(); ++i) {
    if (rows[i].rarity == 0) continue;
    const int32_t value = FeatureValue(features[i], rows[i].rarity);
    squares += int64_t{value} * value;
    if (rows[i].begin == rows[i].end) continue;
    if (rows[i].end - rows[i].begin == labels) {  // one weight for each
      scores.full.push_back(
          {.weights = &weights_[rows[i].begin], .value = value});
    } else if (narrow_labels_ != nullptr) {
      Add(narrow_labels_, rows[i], value, scores.part.data());
    } else {
      Add(wide_labels_, rows[i], value, scores.part.data());
    }
    if (++added % kFeaturesBetweenEmptying == 0) empty();
  }
  empty();
  const Block block = features[0].block;
  const double length = block == Block::kLexicon
                            ? double{kRarityUnit}
                            : std::sqrt(static_cast<double>(squares));
  if (length == 0) return;
  const double factor = BlockWeight(header_.features(), block) / length;
  for (size_t i = 0; i < labels; ++i) {
    scores.of_label[i] +=
        scales_[i] * static_cast<double>(scores.sums[i]) * factor;
  }
}

double BlockWeight(const v1::FeatureSettings& features, Block block) {
  if (block == Block::kPhrases) return features.phrase_weight();
  return block == Block::kConcepts ? features.concept_weight() : 1;
}

int32_t FeatureValue(const Feature& feature, uint32_t rarity) {
  if (feature.block == Block::kLexicon) return feature.amount;
  if (feature.amount == 1) return static_cast<int32_t>(rarity);
  const auto count = static_cast<size_t>(feature.amount);
  const double factor = count < kFactors.size()
                            ? kFactors[count]
                            : 1 + std::log(static_cast<double>(count));
  return static_cast<int32_t>(std::lround(rarity * factor));
}

}  // namespace earshot::router
