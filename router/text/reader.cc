#include "router/text/reader.h"

#include <algorithm>
#include <cmath>
#include <utility>

#include "base/os/bytes.h"
#include "proto/contract/names.h"
#include "router/text/normalise.h"

namespace earshot::router {
namespace {

constexpr size_t kModelBytes = 8;
constexpr double kMilli = 1000;

}  // namespace

void TextReader::Use(std::shared_ptr<const Model> model) {
  if (understanding_ && &understanding_->model() == model.get()) return;
  understanding_.emplace(std::move(model));
  const auto start =
      os::FromHex(understanding_->model().name().substr(0, 2 * kModelBytes));
  model_ = start.value_or("");
}

absl::StatusOr<TextReading> TextReader::Read(
    const Taxonomy& taxonomy, const v1::ObservationRecord& observation,
    const v1::PersonalObservation& personal, const TokenisedText& tokens) {
  if (!understanding_) {
    auto shipped = ShippedModel();
    if (!shipped.ok()) return shipped.status();
    Use(*std::move(shipped));
  }
  tags_.assign(personal.tags().begin(), personal.tags().end());
  const Understood& said = understanding_->Read(taxonomy, tokens, tags_);
  TextReading reading;
  reading.normalised = Normalise(personal.text());
  reading.topic = said.topic;
  reading.rule = said.rule;
  for (size_t h = 0; h < kHeads; ++h) {
    reading.milli[h] =
        static_cast<uint32_t>(std::lround(kMilli * said.confidence[h]));
  }
  reading.confidence_milli = reading.milli[static_cast<size_t>(Head::kTopic)];
  reading.kind =
      contract::ParseKind(said.kind).value_or(v1::OBSERVATION_KIND_UNSPECIFIED);
  if (observation.kind() != v1::OBSERVATION_KIND_UNSPECIFIED) {
    reading.kind = observation.kind();
    reading.milli[static_cast<size_t>(Head::kKind)] =
        static_cast<uint32_t>(kMilli);
  }
  reading.sentiment = said.sentiment;
  reading.language = said.language;
  reading.valence = said.valence;
  reading.urgency = static_cast<uint32_t>(said.urgency);
  if (observation.severity() > 0) {
    const uint32_t risk = reading.kind == v1::OBSERVATION_KIND_RISK ? 1 : 0;
    reading.urgency = std::min<uint32_t>(5, observation.severity() + risk);
  }
  reading.model = model_;
  return reading;
}

}  // namespace earshot::router
